//! Extended channel interpretations: which charset a number in a symbol stands for.

use encoding_rs::Encoding;

use super::charset::Charset;

/// The charset of a designator in AIM's registry; `None` for those that are no charset (899 is bytes) or not known here.
pub(super) fn charset(designator: u32) -> Option<Charset> {
    match designator {
        0 | 2 => Some(Charset::Cp437),
        1 | 3 => Some(Charset::Latin1),
        // ISO/IEC 646, and its invariant part.
        27 | 170 => Some(Charset::Ascii),
        _ => web(designator).map(Charset::Web),
    }
}

fn web(designator: u32) -> Option<&'static Encoding> {
    Some(match designator {
        4 => encoding_rs::ISO_8859_2,
        5 => encoding_rs::ISO_8859_3,
        6 => encoding_rs::ISO_8859_4,
        7 => encoding_rs::ISO_8859_5,
        8 => encoding_rs::ISO_8859_6,
        9 => encoding_rs::ISO_8859_7,
        10 => encoding_rs::ISO_8859_8,
        // ISO-8859-9 and -11 but for the controls, where these have letters.
        11 => encoding_rs::WINDOWS_1254,
        13 => encoding_rs::WINDOWS_874,
        12 => encoding_rs::ISO_8859_10,
        15 => encoding_rs::ISO_8859_13,
        16 => encoding_rs::ISO_8859_14,
        17 => encoding_rs::ISO_8859_15,
        18 => encoding_rs::ISO_8859_16,
        20 => encoding_rs::SHIFT_JIS,
        21 => encoding_rs::WINDOWS_1250,
        22 => encoding_rs::WINDOWS_1251,
        23 => encoding_rs::WINDOWS_1252,
        24 => encoding_rs::WINDOWS_1256,
        25 => encoding_rs::UTF_16BE,
        26 => encoding_rs::UTF_8,
        28 => encoding_rs::BIG5,
        // GB 2312, GBK and GB 18030: each is part of the next.
        29 | 31 | 32 => encoding_rs::GB18030,
        30 => encoding_rs::EUC_KR,
        33 => encoding_rs::UTF_16LE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn designators_name_the_charsets_of_the_registry() {
        for (designator, bytes, text) in [
            (2, &[0x81][..], "ü"),
            (3, &[0xfc], "ü"),
            (4, &[0xb1], "ą"),
            (7, &[0xb6], "Ж"),
            (9, &[0xe1], "α"),
            (11, &[0xf0], "ğ"),
            (13, &[0xa1], "ก"),
            (17, &[0xa4], "€"),
            (20, &[0x93, 0x5f], "点"),
            (22, &[0xc6], "Ж"),
            (25, &[0x70, 0xb9], "点"),
            (26, &[0xc3, 0xbc], "ü"),
            (27, b"a", "a"),
            (28, &[0xa4, 0xa4], "中"),
            (29, &[0xd6, 0xd0], "中"),
            (30, &[0xb0, 0xa1], "가"),
            (33, &[0xb9, 0x70], "点"),
        ] {
            let read = charset(designator).and_then(|charset| charset.decode(bytes));
            assert_eq!(read.as_deref(), Some(text), "{designator}");
        }
    }

    #[test]
    fn bytes_and_what_is_not_registered_are_no_text() {
        for designator in [14, 19, 899, 900, 999_999] {
            assert_eq!(charset(designator), None, "{designator}");
        }
    }
}
