//! A guess at the charset of bytes of which the symbol says nothing.
//!
//! The standard's default is ISO-8859-1, but encoders write UTF-8, Shift_JIS and GB 2312 without saying so. UTF-8 is never
//! anything else by chance. The two others are believed where their common characters are what the bytes are mostly
//! made of: rows of kana and of the most used kanji, rows of signs and of the most used hanzi. Latin text that happens to be
//! well-formed Shift_JIS or GBK falls into their rare rows. A few bytes may well be a word in two of them.

use super::super::segments::{Run, Writing};
use super::charset::Charset;
use super::evidence::Evidence;

/// The charset of the unmarked runs, taken together, so that a character is not split between two segments that were
/// chosen for their length; `None` where they are no text.
pub(super) fn charset(runs: &[Run]) -> Option<Charset> {
    let of = |writing| runs.iter().filter(move |run| run.writing == writing);
    let bytes: Vec<u8> = of(Writing::Unmarked)
        .flat_map(|run| run.bytes.iter().copied())
        .collect();
    if std::str::from_utf8(&bytes).is_ok() {
        return Some(Charset::UTF_8);
    }
    // Whoever writes kanji or hanzi segments writes the rest in the same way.
    let beside = [
        (Writing::Kanji, Charset::SHIFT_JIS),
        (Writing::Hanzi, Charset::GB18030),
    ];
    let mut beside = beside
        .into_iter()
        .filter(|(writing, _)| of(*writing).next().is_some());
    beside
        .find(|(_, charset)| charset.decode(&bytes).is_some())
        .map(|(_, charset)| charset)
        .or_else(|| by_byte_order_mark(&bytes))
        .or_else(|| asian(&bytes))
        .or_else(|| is_latin1(&bytes).then_some(Charset::Latin1))
}

/// The text of a symbol whose encoder took some bytes of UTF-8 for kanji, which saves bits: the bytes of all runs are
/// UTF-8, and those of an unmarked run by itself are not, as a character is split between it and its neighbour.
pub(super) fn utf8_across_modes(runs: &[Run]) -> Option<String> {
    let is_split = |run: &Run| run.writing == Writing::Unmarked && std::str::from_utf8(&run.bytes).is_err();
    let is_eci = |run: &Run| matches!(run.writing, Writing::Eci(_));
    if runs.len() < 2 || runs.iter().any(is_eci) || !runs.iter().any(is_split) {
        return None;
    }
    let bytes: Vec<u8> = runs.iter().flat_map(|run| run.bytes.iter().copied()).collect();
    String::from_utf8(bytes).ok()
}

fn by_byte_order_mark(bytes: &[u8]) -> Option<Charset> {
    let charset = match bytes {
        [0xfe, 0xff, ..] => Charset::UTF_16BE,
        [0xff, 0xfe, ..] => Charset::UTF_16LE,
        _ => return None,
    };
    charset.decode(bytes).map(|_| charset)
}

fn asian(bytes: &[u8]) -> Option<Charset> {
    let japanese = Some(Evidence::of_shift_jis(bytes))
        .filter(|evidence| evidence.is_believable() && Charset::SHIFT_JIS.decode(bytes).is_some());
    let chinese = Some(Evidence::of_gb2312(bytes))
        .filter(|evidence| evidence.is_believable() && Charset::GB18030.decode(bytes).is_some());
    match (japanese, chinese) {
        (Some(japanese), Some(chinese)) if chinese.doubt() < japanese.doubt() => Some(Charset::GB18030),
        (Some(_), _) => Some(Charset::SHIFT_JIS),
        (None, Some(_)) => Some(Charset::GB18030),
        (None, None) => None,
    }
}

/// No controls but those that separate: bytes of any kind are ISO-8859-1, but not all of them are text.
fn is_latin1(bytes: &[u8]) -> bool {
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x1c..=0x7e | 0xa0..);
    bytes.iter().all(is_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(bytes: &[u8]) -> Option<String> {
        super::super::of(&[Run {
            writing: Writing::Unmarked,
            bytes: bytes.to_vec(),
        }])
    }

    fn written(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
        let (bytes, _, has_unmappable) = encoding.encode(text);
        assert!(!has_unmappable, "{text}");
        bytes.into_owned()
    }

    #[test]
    fn utf_8_is_utf_8() {
        for text in [
            "",
            "TKT1:AB",
            "Grüße",
            "日本語",
            "中文",
            "ﾃｽﾄ",
            "🎫",
            "\u{0}\u{1}",
        ] {
            assert_eq!(guess(text.as_bytes()).as_deref(), Some(text));
        }
    }

    #[test]
    fn japanese_is_shift_jis() {
        for text in [
            "日本語",
            "テスト",
            "こんにちは世界",
            "ﾃｽﾄ",
            "ﾄｳｷｮｳ ｼﾝｼﾞｭｸ 1-2-3",
            "東京都新宿区西新宿２－８－１",
            "入場券 No.123 一般",
            "＜これは漢字です＞",
            "MECARD:N:山田,太郎;SOUND:ﾔﾏﾀﾞ,ﾀﾛｳ;TEL:0312345678;;",
            "価格は１０００円です。",
        ] {
            let bytes = written(encoding_rs::SHIFT_JIS, text);
            assert_eq!(guess(&bytes).as_deref(), Some(text));
        }
    }

    #[test]
    fn chinese_is_gb_2312() {
        for text in [
            "你好",
            "中文测试",
            "入场券：一般 123",
            "北京市海淀区中关村",
            "姓名：李雷，电话：13800000000",
            "微信扫一扫",
            "上海",
        ] {
            let bytes = written(encoding_rs::GB18030, text);
            assert_eq!(guess(&bytes).as_deref(), Some(text));
        }
    }

    #[test]
    fn western_european_is_latin_1() {
        for text in [
            "é",
            "Grüße",
            "Prénom Noël",
            "Müller, Jürgen",
            "señor año niño",
            "Ä Ö Ü",
            "Ærø Ål",
            "£5 ½ °C",
            "Élève à l'école",
            "coração",
            "Straße 5\r\nKöln",
            "naïve façade",
        ] {
            let bytes: Vec<u8> = text.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
            assert_eq!(guess(&bytes).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_byte_order_mark_is_believed() {
        assert_eq!(guess(&[0xfe, 0xff, 0x70, 0xb9]).as_deref(), Some("\u{feff}点"));
        assert_eq!(guess(&[0xff, 0xfe, 0xb9, 0x70]).as_deref(), Some("\u{feff}点"));
    }

    #[test]
    fn bytes_that_are_no_text_stay_bytes() {
        for bytes in [
            &[0, 0xff, 0xfe, 0x80, 7][..],
            &[0x80],
            &[0xff, 0],
            &[1, 2, 3, 0xfc],
        ] {
            assert_eq!(guess(bytes), None, "{bytes:x?}");
        }
    }

    #[test]
    fn utf_8_that_its_encoder_took_for_kanji_in_part_is_utf_8() {
        let run = |writing, bytes: &[u8]| Run {
            writing,
            bytes: bytes.to_vec(),
        };
        let split = [
            run(Writing::Kanji, &[0xe7, 0x82]),
            run(Writing::Unmarked, &[0xb9, b'A']),
        ];
        assert_eq!(super::super::of(&split).as_deref(), Some("点A"));
        // Whole characters in kanji mode are kanji, whatever else their bytes may mean.
        let whole = [
            run(Writing::Kanji, &[0xe4, 0xaa, 0x93, 0x5f]),
            run(Writing::Unmarked, b"A"),
        ];
        assert_eq!(super::super::of(&whole).as_deref(), Some("茗点A"));
    }

    #[test]
    fn what_stands_beside_kanji_is_shift_jis() {
        let beside = |writing| {
            let run = |writing, bytes: &[u8]| Run {
                writing,
                bytes: bytes.to_vec(),
            };
            charset(&[run(writing, &[0xb5, 0xe3]), run(Writing::Unmarked, &[0xb1, 0xb2])])
        };
        assert_eq!(beside(Writing::Kanji), Some(Charset::SHIFT_JIS));
        assert_eq!(beside(Writing::Hanzi), Some(Charset::GB18030));
    }
}
