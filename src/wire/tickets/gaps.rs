//! Ids in order, as the gaps between them.

use super::TicketsError;
use super::bits::{BitReader, BitWriter};

/// Writes ascending numbers of so many bytes: the first as it is, the others as gaps, before them the parameter.
pub(super) fn write(out: &mut Vec<u8>, ids: &[u128], id_bytes: usize) {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return;
    };
    let k = parameter(*first, *last, ids.len());
    out.push(k);
    out.extend(first.to_be_bytes().iter().skip(size_of::<u128>() - id_bytes));
    let mut bits = BitWriter::new(out);
    for (before, id) in ids.iter().zip(ids.iter().skip(1)) {
        let gap = id.wrapping_sub(*before).wrapping_sub(1);
        bits.unary(gap >> k);
        bits.put(gap, u32::from(k));
    }
    bits.finish();
}

/// Reads `count` ascending numbers of so many bytes, at least one; and what follows.
pub(super) fn read(bytes: &[u8], count: usize, id_bytes: usize) -> Result<(Vec<u128>, &[u8]), TicketsError> {
    let (k, rest) = bytes.split_first().ok_or(TicketsError::Ends)?;
    let (first, rest) = rest.split_at_checked(id_bytes).ok_or(TicketsError::Ends)?;
    let first = number(first);
    let most = u128::MAX >> (128 - 8 * id_bytes);
    if u32::from(*k) >= u128::BITS {
        return Err(TicketsError::Damaged("no gap is that wide"));
    }
    let mut bits = BitReader::new(rest);
    let mut ids = Vec::with_capacity(count);
    ids.push(first);
    let mut before = first;
    for _ in 1..count {
        before = next(&mut bits, before, u32::from(*k))?
            .filter(|id| *id <= most)
            .ok_or(TicketsError::Damaged("an id is too large"))?;
        ids.push(before);
    }
    if *k != parameter(first, before, count) {
        return Err(TicketsError::Damaged("its gaps are written in another way"));
    }
    Ok((ids, bits.finish()?))
}

/// The next id; none where it would be beyond all numbers.
fn next(bits: &mut BitReader<'_>, before: u128, k: u32) -> Result<Option<u128>, TicketsError> {
    let high = bits.unary()?;
    let low = bits.take(k)?;
    let shifted = (high << k >> k == high).then_some(high << k | low);
    Ok(shifted.and_then(|gap| before.checked_add(gap)?.checked_add(1)))
}

/// The bits that every gap spends on its lower part: the best for gaps as long on average as these, where they are
/// geometrically distributed (Kiely, "Selecting the Golomb parameter in Rice coding", 2004).
fn parameter(first: u128, last: u128, count: usize) -> u8 {
    let gaps = (count as u128).saturating_sub(1);
    let mean = last.saturating_sub(first).saturating_sub(gaps).checked_div(gaps);
    let mean = mean.unwrap_or(0);
    // 26/27 stands for ln(golden ratio) * 2 = 0.9624.
    let k = (mean - mean / 27).checked_ilog2().unwrap_or(0);
    u8::try_from(k).unwrap_or(0)
}

pub(super) fn number(bytes: &[u8]) -> u128 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}
