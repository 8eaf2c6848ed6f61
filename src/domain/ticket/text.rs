//! The text of a code: what scanners add around it, and which format its prefix names.

use super::base45;
use super::cbor::Malformed;

/// What the text of a credential begins with.
pub const CREDENTIAL_PREFIX: &str = "TKT1:";
/// What the text of a presentation begins with.
pub const PRESENTATION_PREFIX: &str = "TKP1:";
/// The longest text, counted after what a scanner adds is taken off: two and a half times the largest usual code, so
/// that no code costs a gate more than microseconds.
pub const TEXT_CHARS_MAX: usize = 1024;

/// Digits of an ECI designator as scanners write it, `\000026` for UTF-8.
const ECI_DIGITS: usize = 6;

/// What a code's prefix says that its bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Credential,
    Presentation,
}

/// The kind and bytes of a code of this format.
pub(super) fn read(text: &str) -> Result<(Kind, Vec<u8>), Malformed> {
    let text = stripped(text);
    let (kind, body) = kind_and_body(text).ok_or(Malformed("the prefix is not of a ticket"))?;
    if text.len() > TEXT_CHARS_MAX {
        return Err(Malformed("the text is too long"));
    }
    Ok((kind, base45::decode(body)?))
}

/// The text of a code.
pub(super) fn write(kind: Kind, bytes: &[u8]) -> String {
    let prefix = match kind {
        Kind::Credential => CREDENTIAL_PREFIX,
        Kind::Presentation => PRESENTATION_PREFIX,
    };
    format!("{prefix}{}", base45::encode(bytes))
}

/// The text without the ASCII white space (tab, line feed, form feed, carriage return, space) around it and the ECI
/// designators before it.
pub(in crate::domain) fn stripped(text: &str) -> &str {
    let mut rest = text.trim_ascii();
    while let Some(after) = after_eci(rest) {
        rest = after.trim_ascii_start();
    }
    rest
}

fn after_eci(text: &str) -> Option<&str> {
    let (digits, rest) = text.strip_prefix('\\')?.split_at_checked(ECI_DIGITS)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(rest)
}

fn kind_and_body(text: &str) -> Option<(Kind, &str)> {
    let credential = text
        .strip_prefix(CREDENTIAL_PREFIX)
        .map(|body| (Kind::Credential, body));
    credential.or_else(|| {
        text.strip_prefix(PRESENTATION_PREFIX)
            .map(|body| (Kind::Presentation, body))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_eci_designators_are_stripped() {
        for text in [
            "TKT1:AB",
            " \t\r\n\u{c}TKT1:AB \t\r\n",
            r"\000026TKT1:AB",
            "\n\\000026\\000003 TKT1:AB\n",
        ] {
            assert_eq!(stripped(text), "TKT1:AB", "{text:?}");
        }
    }

    #[test]
    fn nothing_else_is_stripped() {
        for text in [
            r"\00026TKT1:AB",
            r"\00002xTKT1:AB",
            r"\TKT1:AB",
            "\u{a0}TKT1:AB",
            "\u{b}TKT1:AB",
            "\u{feff}TKT1:AB",
            "]Q1TKT1:AB",
            r"\000026",
            "",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_length_counts_without_what_a_scanner_adds() {
        let longest = format!("{CREDENTIAL_PREFIX}{}0", "0".repeat(TEXT_CHARS_MAX - 6));
        let decoded = |text: &str| read(text).map(|(_, bytes)| bytes.len());
        assert_eq!(longest.len(), TEXT_CHARS_MAX);
        // 1,019 characters are 339 groups of three and one of two.
        assert_eq!(decoded(&longest), Ok(679));
        assert_eq!(decoded(&format!("\\000026 {longest}\r\n")), Ok(679));
        assert_eq!(
            decoded(&format!("{longest}0")),
            Err(Malformed("the text is too long"))
        );
    }
}
