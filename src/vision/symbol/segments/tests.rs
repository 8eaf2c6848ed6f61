use proptest::prelude::*;

use super::*;

/// Data codewords of these numbers of bits: `(number, bits)`, filled up with zeros.
fn data(numbers: &[(u16, usize)]) -> Vec<u8> {
    let bit = |number: u16, bit: usize| u32::from(number) >> bit & 1 == 1;
    let bits: Vec<bool> = numbers
        .iter()
        .flat_map(|&(number, bits)| (0..bits).rev().map(move |place| bit(number, place)))
        .collect();
    let byte = |bits: &[bool]| {
        bits.iter()
            .enumerate()
            .map(|(place, bit)| u8::from(*bit) << (7 - place))
            .sum()
    };
    bits.chunks(8).map(byte).collect()
}

fn read_small(numbers: &[(u16, usize)]) -> Result<Message, BadStream> {
    read(Version::new(1).unwrap(), &data(numbers))
}

fn runs(numbers: &[(u16, usize)]) -> Vec<(Writing, Vec<u8>)> {
    let message = read_small(numbers).unwrap();
    message
        .runs
        .into_iter()
        .map(|run| (run.writing, run.bytes))
        .collect()
}

fn unmarked(numbers: &[(u16, usize)]) -> Vec<u8> {
    let runs = runs(numbers);
    assert!(runs.iter().all(|run| run.0 == Writing::Unmarked), "{runs:?}");
    runs.into_iter().next().map(|run| run.1).unwrap_or_default()
}

const END: (u16, usize) = (0, 4);

#[test]
fn digits_come_in_threes_and_what_is_left_over() {
    for (numbers, expected) in [
        (
            vec![(1, 4), (8, 10), (12, 10), (345, 10), (67, 7), END],
            &b"01234567"[..],
        ),
        (vec![(1, 4), (4, 10), (7, 10), (9, 4), END], b"0079"),
        (vec![(1, 4), (0, 10), END], b""),
    ] {
        assert_eq!(unmarked(&numbers), expected);
    }
}

#[test]
fn numbers_that_no_encoder_writes_are_refused() {
    for (largest, beyond) in [
        ([(1, 4), (3, 10), (999, 10)], 1000),
        ([(1, 4), (2, 10), (99, 7)], 100),
        ([(1, 4), (1, 10), (9, 4)], 10),
        ([(2, 4), (2, 9), (2024, 11)], 2025),
        ([(2, 4), (1, 9), (44, 6)], 45),
    ] {
        assert!(read_small(&largest).is_ok(), "{largest:?}");
        let mut wrong = largest;
        wrong[2].0 = beyond;
        assert_eq!(
            read_small(&wrong),
            Err(BadStream("a number out of range")),
            "{wrong:?}"
        );
    }
}

#[test]
fn alphanumeric_characters_come_in_pairs() {
    assert_eq!(
        unmarked(&[(2, 4), (5, 9), (462, 11), (41 * 45 + 4, 11), (38, 6), END]),
        b"AC-4%"
    );
}

#[test]
fn a_percent_sign_after_fnc1_is_a_separator_and_two_are_one() {
    let percents = |fnc1: &[(u16, usize)]| {
        let five = [
            (2, 4),
            (5, 9),
            (38 * 45 + 38, 11),
            (38 * 45 + 1, 11),
            (38, 6),
            END,
        ];
        unmarked(&[fnc1, &five].concat())
    };
    assert_eq!(percents(&[]), b"%%%1%");
    assert_eq!(percents(&[(5, 4)]), b"%\x1d1\x1d");
    assert_eq!(percents(&[(9, 4), (7, 8)]), b"07%\x1d1\x1d");
    assert_eq!(percents(&[(9, 4), (100 + u16::from(b'q'), 8)]), b"q%\x1d1\x1d");
}

#[test]
fn an_application_is_two_digits_or_a_letter_and_comes_first() {
    for (indicator, is_known) in [
        (99, true),
        (100, false),
        (164, false),
        (165, true),
        (190, true),
        (191, false),
        (222, true),
        (255, false),
    ] {
        assert_eq!(
            read_small(&[(9, 4), (indicator, 8), END]).is_ok(),
            is_known,
            "{indicator}"
        );
    }
    assert!(read_small(&[(4, 4), (1, 8), (b'A'.into(), 8), (9, 4), (7, 8), END]).is_err());
}

#[test]
fn kanji_and_hanzi_are_unpacked() {
    // The examples of ISO/IEC 18004 (0x935f and 0xe4aa in Shift_JIS) and both ranges of GB 2312.
    let kanji = [(8, 4), (2, 8), (0xd9f, 13), (0x1aaa, 13), END];
    assert_eq!(runs(&kanji), [(Writing::Kanji, vec![0x93, 0x5f, 0xe4, 0xaa])]);
    let hanzi = [(13, 4), (1, 4), (2, 8), (0, 13), (0x0f * 0x60 + 0x5d, 13), END];
    assert_eq!(runs(&hanzi), [(Writing::Hanzi, vec![0xa1, 0xa1, 0xb5, 0xfe])]);
    assert!(read_small(&[(13, 4), (2, 4), (0, 8), END]).is_err());
}

#[test]
fn an_interpretation_holds_for_the_bytes_that_follow() {
    let byte = |value: u8| [(4, 4), (1, 8), (value.into(), 8)];
    let numbers = [
        &byte(b'a')[..],
        &[(7, 4), (26, 8)],
        &byte(b'b'),
        &[(1, 4), (1, 10), (5, 4)],
        &[(7, 4), (0x83, 8), (0x83, 8)],
        &byte(b'c'),
        &[(7, 4), (0xcf, 8), (0x423f, 16)],
        &byte(b'd'),
        &[END],
    ]
    .concat();
    let expected = [
        (Writing::Unmarked, &b"a"[..]),
        (Writing::Eci(26), b"b5"),
        (Writing::Eci(899), b"c"),
        (Writing::Eci(999_999), b"d"),
    ];
    assert_eq!(
        runs(&numbers),
        expected.map(|(writing, bytes)| (writing, bytes.to_vec()))
    );
    assert!(read_small(&[(7, 4), (0xcf, 8), (0x4240, 16), END]).is_err());
    assert!(read_small(&[(7, 4), (0xe0, 8), (0, 16), END]).is_err());
}

#[test]
fn the_header_of_structured_append_is_skipped() {
    assert_eq!(
        unmarked(&[(3, 4), (0x1234, 16), (1, 4), (1, 10), (7, 4), END]),
        b"7"
    );
}

#[test]
fn unknown_modes_are_refused() {
    for mode in 0..16 {
        let is_known = !matches!(mode, 6 | 10 | 11 | 12 | 14 | 15);
        let result = read_small(&[(mode, 4), (0x0100, 16), (0, 16)]);
        assert_eq!(result != Err(BadStream("an unknown mode")), is_known, "{mode}");
    }
}

#[test]
fn counts_that_run_past_the_data_are_refused() {
    // What follows the count fills up four bytes.
    for (before, count_bits, rest_bits, most) in [
        (&[(1, 4)][..], 10, 18, 5),
        (&[(2, 4)], 9, 19, 3),
        (&[(4, 4)], 8, 20, 2),
        (&[(8, 4)], 8, 20, 1),
        (&[(13, 4), (1, 4)], 8, 16, 1),
    ] {
        for (count, fits) in [(most, true), (most + 1, false)] {
            let numbers = [before, &[(count, count_bits), (0, rest_bits)]].concat();
            let is_cut_short = read_small(&numbers) == Err(CUT_SHORT);
            assert_eq!(is_cut_short, !fits, "{before:?} {count}");
        }
    }
}

#[test]
fn counts_are_wider_in_larger_versions() {
    for (number, bits) in [(9, 8), (10, 16), (26, 16), (27, 16)] {
        let numbers = [(4, 4), (1, bits), (b'Z'.into(), 8), END];
        let message = read(Version::new(number).unwrap(), &data(&numbers)).unwrap();
        assert_eq!(message.bytes(), b"Z", "{number}");
    }
    for (number, bits) in [(9, 10), (10, 12), (26, 12), (27, 14), (40, 14)] {
        let numbers = [(1, 4), (1, bits), (9, 4), END];
        let message = read(Version::new(number).unwrap(), &data(&numbers)).unwrap();
        assert_eq!(message.bytes(), b"9", "{number}");
    }
}

#[test]
fn a_terminator_may_be_cut_short_by_the_end() {
    // 4 + 8 + 3 * 8 + 4 + 10 + 4 = 54 bits: two bits of a terminator.
    let numbers = [
        (4, 4),
        (3, 8),
        (0x4142, 16),
        (0x43, 8),
        (1, 4),
        (1, 10),
        (5, 4),
        (0, 2),
    ];
    assert_eq!(
        (unmarked(&numbers), read_small(&numbers).unwrap().padding_ok),
        (b"ABC5".to_vec(), true)
    );
    assert_eq!(
        read(Version::new(1).unwrap(), &[]),
        Ok(Message {
            runs: vec![],
            padding_ok: true,
            padding: 0,
        })
    );
}

#[test]
fn padding_is_judged_and_never_refused() {
    let one = [(4, 4), (1, 8), (0x41, 8)];
    for (rest, is_ok, codewords) in [
        (vec![], true, 0),
        (vec![(0, 4)], true, 0),
        (vec![(0, 4), (0xec, 8), (0x11, 8), (0xec, 8)], true, 3),
        (vec![(0, 4), (0x11, 8), (0xec, 8)], false, 2),
        (vec![(0, 4), (0, 8), (0, 8)], false, 2),
        (vec![(0, 4), (0xec, 8), (0xec, 8)], false, 2),
    ] {
        let message = read_small(&[&one[..], &rest].concat()).unwrap();
        assert_eq!(
            (message.bytes(), message.padding_ok, message.padding),
            (b"A".to_vec(), is_ok, codewords),
            "{rest:?}"
        );
    }
}

proptest! {
    #[test]
    fn any_codewords_are_read_or_refused(number in 1..=40_u8, data: Vec<u8>) {
        if let Ok(message) = read(Version::new(number).unwrap(), &data) {
            prop_assert!(message.bytes().len() <= data.len() * 8 / 3);
        }
    }
}
