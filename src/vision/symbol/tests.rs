//! Whole symbols, made by another encoder.

use proptest::prelude::*;

use super::level::BlockShape;
use super::samples::{Dice, Sample, symbol, symbol_of};
use super::*;

fn read(sample: &Sample) -> Result<Decoded, Undecodable> {
    let best = format_candidates(&sample.layout, &sample.values)[0];
    decode(&sample.layout, best.format, &sample.values)
}

fn shape(sample: &Sample, level: Level) -> BlockShape {
    BlockShape::of(sample.layout.version(), level, sample.layout.codewords())
}

/// Changes so many codewords of each block.
fn damage(sample: &mut Sample, level: Level, dice: &mut Dice, per_block: usize, change: fn(f32) -> f32) {
    let shape = shape(sample, level);
    for block in 0..shape.blocks {
        let places: Vec<usize> = shape
            .interleaving()
            .enumerate()
            .filter(|place| place.1 == block)
            .map(|place| place.0)
            .collect();
        for chosen in dice.some_of(places.len(), per_block) {
            sample.set_codeword(places[chosen], change);
        }
    }
}

fn every_symbol() -> impl Iterator<Item = (Version, Level)> {
    Version::all().flat_map(|version| Level::ALL.map(|level| (version, level)))
}

/// As many bytes as fit in byte mode.
fn fill(version: Version, level: Level, dice: &mut Dice) -> Vec<u8> {
    let total = Layout::of(version).codewords();
    let shape = BlockShape::of(version, level, total);
    let data = total - shape.blocks * shape.parity;
    let header = if version.number() < 10 { 2 } else { 3 };
    (0..data - header).map(|_| dice.byte()).collect()
}

#[test]
fn every_version_and_level_is_read_and_drawn_again() {
    let mut dice = Dice::new(160);
    for (version, level) in every_symbol() {
        let data = fill(version, level, &mut dice);
        let sample = symbol(version, level, &data);
        let decoded = read(&sample).unwrap();
        assert_eq!(decoded.bytes, data, "{version:?} {level:?}");
        assert_eq!(
            (decoded.corrected, decoded.erased, decoded.padding_ok),
            (0, 0, true)
        );
        assert!(
            encode_again(&sample.layout, &decoded) == sample.dark(),
            "{version:?} {level:?}"
        );
    }
}

#[test]
fn every_version_and_level_is_read_with_as_many_errors_as_it_corrects() {
    let mut dice = Dice::new(161);
    for (version, level) in every_symbol() {
        let data = fill(version, level, &mut dice);
        let mut sample = symbol(version, level, &data);
        let whole = sample.dark();
        let shape = shape(&sample, level);
        let errors = (shape.parity - shape.guard) / 2;
        damage(&mut sample, level, &mut dice, errors, |value| -value);
        let decoded = read(&sample).unwrap();
        assert_eq!(
            (&decoded.bytes, decoded.corrected),
            (&data, errors * shape.blocks),
            "{version:?} {level:?}"
        );
        assert!(
            encode_again(&sample.layout, &decoded) == whole,
            "{version:?} {level:?}"
        );
    }
}

#[test]
fn every_version_and_level_is_read_with_as_many_erasures_as_leave_four_to_spare() {
    let mut dice = Dice::new(162);
    for (version, level) in every_symbol() {
        let data = fill(version, level, &mut dice);
        let mut sample = symbol(version, level, &data);
        let erasures = shape(&sample, level).parity - 4;
        damage(&mut sample, level, &mut dice, erasures, |_| 0.0);
        assert_eq!(
            read(&sample).map(|decoded| decoded.bytes),
            Ok(data),
            "{version:?} {level:?}"
        );
    }
}

#[test]
fn what_is_damaged_beyond_help_is_refused() {
    let mut dice = Dice::new(163);
    for (version, level) in every_symbol() {
        let data = fill(version, level, &mut dice);
        let mut sample = symbol(version, level, &data);
        let shape = shape(&sample, level);
        damage(&mut sample, level, &mut dice, shape.parity / 2 + 1, |value| {
            -value
        });
        let expected = Undecodable::Blocks {
            decoded: 0,
            of: shape.blocks,
        };
        assert_eq!(read(&sample), Err(expected), "{version:?} {level:?}");
    }
}

#[test]
fn segments_of_every_mode_are_read() {
    let sample = symbol_of(Version::new(7).unwrap(), Level::M, |bits| {
        bits.push_numeric_data(b"0123456789").unwrap();
        bits.push_alphanumeric_data(b"AB:%").unwrap();
        bits.push_byte_data("ab".as_bytes()).unwrap();
        bits.push_kanji_data(&[0x93, 0x5f]).unwrap();
        bits.push_eci_designator(26).unwrap();
        bits.push_byte_data("ü".as_bytes()).unwrap();
    });
    let decoded = read(&sample).unwrap();
    assert_eq!(decoded.text.as_deref(), Some("0123456789AB:%ab点ü"));
    assert_eq!(decoded.bytes, b"0123456789AB:%ab\x93\x5f\xc3\xbc");
}

#[test]
fn a_gs1_message_has_its_separators() {
    let sample = symbol_of(Version::new(3).unwrap(), Level::M, |bits| {
        bits.push_fnc1_first_position().unwrap();
        bits.push_alphanumeric_data(b"10ABC%21%%7").unwrap();
    });
    assert_eq!(read(&sample).unwrap().text.as_deref(), Some("10ABC\x1d21%7"));
}

#[test]
fn segments_that_make_no_sense_are_refused() {
    let sample = symbol_of(Version::new(1).unwrap(), Level::L, |bits| {
        bits.push_byte_data(b"A").unwrap();
        bits.push_fnc1_second_position(255).unwrap();
    });
    assert!(matches!(read(&sample), Err(Undecodable::Stream(_))));
}

/// Modules as a camera in the dark might give them, and worse.
fn any_value() -> impl Strategy<Value = f32> {
    prop_oneof![
        -1.5_f32..1.5,
        Just(0.0),
        Just(-0.0),
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        any::<f32>()
    ]
}

fn any_version() -> impl Strategy<Value = Version> {
    (1..=40_u8).prop_filter_map("a version", Version::new)
}

fn any_level() -> impl Strategy<Value = Level> {
    prop::sample::select(&Level::ALL[..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read_back_after_errors_within_the_limit(
        version in any_version(), level in any_level(), seed: u64, share in 0.0..=1.0, damage_share in 0.0..=1.0,
    ) {
        let mut dice = Dice::new(seed);
        let mut data = fill(version, level, &mut dice);
        data.truncate((data.len() as f64 * share) as usize);
        let mut sample = symbol(version, level, &data);
        let shape = shape(&sample, level);
        let errors = ((shape.parity - shape.guard) as f64 / 2.0 * damage_share) as usize;
        damage(&mut sample, level, &mut dice, errors, |value| -value);
        let decoded = read(&sample).unwrap();
        prop_assert_eq!((decoded.bytes, decoded.padding_ok), (data, true));
    }

    #[test]
    fn a_text_is_read_back_whatever_modes_its_encoder_chose(text in "[0-9]{0,20}[A-Z $%]{0,20}[a-zäß点🎫]{0,20}[0-9]{0,9}") {
        let code = qrcode::QrCode::new(&text).unwrap();
        let version = Version::all().find(|version| version.side() == code.width());
        let layout = Layout::of(version.unwrap());
        let values = code.into_colors().into_iter().map(|color| color.select(0.7, -0.7)).collect();
        let decoded = read(&Sample { layout, values }).unwrap();
        prop_assert_eq!(decoded.text, Some(text));
    }

    #[test]
    fn any_values_are_read_or_refused(
        version in (1..=14_u8).prop_filter_map("a version", Version::new),
        values in prop::collection::vec(any_value(), 0..=73 * 73),
    ) {
        let layout = Layout::of(version);
        for candidate in format_candidates(&layout, &values) {
            prop_assert!((-1.0..=1.0).contains(&candidate.score));
            let refused = decode(&layout, candidate.format, &values);
            prop_assert!(matches!(refused, Err(Undecodable::Blocks { decoded: 0, .. })), "{:?}", refused);
        }
        let score = version_score(version, |x, y| values.get(y * layout.side() + x).copied().unwrap_or(f32::NAN));
        prop_assert!(score.is_none_or(|score| score.of_best >= score.of_guess));
    }
}
