//! The characters of a segment, by mode.

use super::bits::BitReader;
use super::{BadStream, CUT_SHORT};

const ALPHANUMERIC: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// What FNC1 stands for between the elements of a message: the group separator.
const GROUP_SEPARATOR: u8 = 0x1d;

const BAD_NUMBER: BadStream = BadStream("a number out of range");

/// `count` digits: three in ten bits, the last two in seven, the last one in four.
pub(super) fn numeric(bits: &mut BitReader<'_>, count: usize) -> Result<Vec<u8>, BadStream> {
    let mut digits = Vec::with_capacity(count);
    while digits.len() < count {
        let (width, values) = match count - digits.len() {
            1 => (4, 10),
            2 => (7, 100),
            _ => (10, 1000),
        };
        let mut number = bits.take(width).ok_or(CUT_SHORT)?;
        if number >= values {
            return Err(BAD_NUMBER);
        }
        let mut place = values / 10;
        while place > 0 {
            // A single digit: the number is below ten times its place.
            digits.push(b'0' + (number / place) as u8);
            number %= place;
            place /= 10;
        }
    }
    Ok(digits)
}

/// `count` characters: two in eleven bits, the last one in six. Where `is_fnc1`, `%` is a separator and `%%` a percent
/// sign.
pub(super) fn alphanumeric(
    bits: &mut BitReader<'_>,
    count: usize,
    is_fnc1: bool,
) -> Result<Vec<u8>, BadStream> {
    let mut text = Vec::with_capacity(count);
    while text.len() < count {
        if count - text.len() == 1 {
            text.push(alphanumeric_character(bits.take(6).ok_or(CUT_SHORT)?)?);
        } else {
            let pair = bits.take(11).ok_or(CUT_SHORT)?;
            text.push(alphanumeric_character(pair / 45)?);
            text.push(alphanumeric_character(pair % 45)?);
        }
    }
    Ok(if is_fnc1 { with_separators(&text) } else { text })
}

/// `count` bytes.
pub(super) fn bytes(bits: &mut BitReader<'_>, count: usize) -> Result<Vec<u8>, BadStream> {
    if count * 8 > bits.remaining() {
        return Err(CUT_SHORT);
    }
    let byte = |_| bits.take(8).and_then(|byte| u8::try_from(byte).ok());
    (0..count).map(byte).collect::<Option<_>>().ok_or(CUT_SHORT)
}

/// `count` characters of Shift_JIS, two bytes each, of which 13 bits hold what is above 0x8140 or 0xc140.
pub(super) fn kanji(bits: &mut BitReader<'_>, count: usize) -> Result<Vec<u8>, BadStream> {
    double_bytes(bits, count, |number| {
        let packed = ((number / 0xc0) << 8) | (number % 0xc0);
        packed + if packed < 0x1f00 { 0x8140 } else { 0xc140 }
    })
}

/// `count` characters of GB 2312, two bytes each, of which 13 bits hold what is above 0xa1a1 or 0xa6a1.
pub(super) fn hanzi(bits: &mut BitReader<'_>, count: usize) -> Result<Vec<u8>, BadStream> {
    double_bytes(bits, count, |number| {
        let packed = ((number / 0x60) << 8) | (number % 0x60);
        packed + if packed < 0x0a00 { 0xa1a1 } else { 0xa6a1 }
    })
}

fn double_bytes(
    bits: &mut BitReader<'_>,
    count: usize,
    unpack: impl Fn(u16) -> u16,
) -> Result<Vec<u8>, BadStream> {
    let mut bytes = Vec::with_capacity(count * 2);
    for _ in 0..count {
        let number = bits.take(13).ok_or(CUT_SHORT)?;
        bytes.extend_from_slice(&unpack(number).to_be_bytes());
    }
    Ok(bytes)
}

fn alphanumeric_character(value: u16) -> Result<u8, BadStream> {
    ALPHANUMERIC.get(usize::from(value)).copied().ok_or(BAD_NUMBER)
}

fn with_separators(text: &[u8]) -> Vec<u8> {
    let mut separated = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        let is_doubled = first == b'%' && after.first() == Some(&b'%');
        separated.push(if first == b'%' && !is_doubled {
            GROUP_SEPARATOR
        } else {
            first
        });
        rest = if is_doubled {
            after.get(1..).unwrap_or_default()
        } else {
            after
        };
    }
    separated
}
