//! Ways to write text as bytes.

use encoding_rs::Encoding;

/// A way to write text as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// As browsers read it.
    Web(&'static Encoding),
    /// ISO-8859-1 itself, which browsers take for windows-1252.
    Latin1,
    /// Code page 437 of the first PCs.
    Cp437,
    /// Seven bits.
    Ascii,
}

impl Charset {
    pub(super) const UTF_8: Self = Self::Web(encoding_rs::UTF_8);
    pub(super) const UTF_16BE: Self = Self::Web(encoding_rs::UTF_16BE);
    pub(super) const UTF_16LE: Self = Self::Web(encoding_rs::UTF_16LE);
    pub(super) const SHIFT_JIS: Self = Self::Web(encoding_rs::SHIFT_JIS);
    pub(super) const GB18030: Self = Self::Web(encoding_rs::GB18030);

    /// The text of these bytes; `None` where one of them is none.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Web(encoding) => encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .map(|text| text.into_owned()),
            Self::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
            Self::Cp437 => bytes.iter().map(|byte| cp437(*byte)).collect(),
            Self::Ascii => bytes
                .is_ascii()
                .then(|| bytes.iter().copied().map(char::from).collect()),
        }
    }
}

fn cp437(byte: u8) -> Option<char> {
    match byte.checked_sub(0x80) {
        None => Some(char::from(byte)),
        Some(high) => CP437_HIGH.chars().nth(high.into()),
    }
}

/// The characters from 0x80.
const CP437_HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
                          └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_charset_reads_its_own_bytes() {
        for (charset, bytes, text) in [
            (Charset::UTF_8, &[0xc3, 0xa9][..], Some("é")),
            (Charset::UTF_8, &[0xe9], None),
            (Charset::UTF_16BE, &[0x70, 0xb9], Some("点")),
            (Charset::UTF_16LE, &[0xb9, 0x70], Some("点")),
            (Charset::UTF_16LE, &[0xb9], None),
            (Charset::SHIFT_JIS, &[0x93, 0x5f, 0xb1], Some("点ｱ")),
            (Charset::SHIFT_JIS, &[0x93], None),
            (Charset::GB18030, &[0xb5, 0xe3], Some("点")),
            (Charset::Latin1, &[0xe9, 0x80], Some("é\u{80}")),
            (
                Charset::Cp437,
                &[0x41, 0x80, 0x82, 0xe1, 0xff],
                Some("AÇéß\u{a0}"),
            ),
            (Charset::Ascii, b"A~", Some("A~")),
            (Charset::Ascii, &[0x80], None),
        ] {
            assert_eq!(charset.decode(bytes).as_deref(), text, "{charset:?} {bytes:x?}");
        }
    }

    #[test]
    fn code_page_437_has_128_high_characters() {
        assert_eq!(CP437_HIGH.chars().count(), 128);
    }
}
