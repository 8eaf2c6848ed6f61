//! The field of 256 elements in which codewords are corrected: bytes as polynomials over one bit, modulo
//! x^8 + x^4 + x^3 + x^2 + 1 (ISO/IEC 18004, 7.5.2). Addition is exclusive or.

const POLYNOMIAL: u16 = 0x11d;
/// Nonzero elements, all of them powers of 2.
const ORDER: usize = 255;
/// Stands for the logarithm of zero: a sum with it lies beyond every sum of two others, where [`POWERS`] is zero.
const LOG_ZERO: u16 = 511;

const POWERS: [u8; 1024] = powers();
const LOGS: [u16; 256] = logs();

/// The product.
pub(super) fn mul(a: u8, b: u8) -> u8 {
    power_or_zero(log(a) + log(b))
}

/// The product with 2 to this power, up to 254.
pub(super) fn mul_power(a: u8, exponent: u8) -> u8 {
    power_or_zero(log(a) + u16::from(exponent))
}

/// 2 to this power.
pub(super) fn power(exponent: usize) -> u8 {
    POWERS.get(exponent % ORDER).copied().unwrap_or_default()
}

/// What gives 1 in a product; zero has no inverse.
pub(super) fn inverse(a: u8) -> Option<u8> {
    let exponent = ORDER.checked_sub(usize::from(log(a)))?;
    Some(power(exponent))
}

fn log(a: u8) -> u16 {
    LOGS.get(usize::from(a)).copied().unwrap_or(LOG_ZERO)
}

fn power_or_zero(exponent: u16) -> u8 {
    POWERS.get(usize::from(exponent)).copied().unwrap_or_default()
}

// Runs at compile time, where an index out of bounds does not compile.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
const fn powers() -> [u8; 1024] {
    let mut powers = [0; 1024];
    let mut element: u16 = 1;
    let mut exponent = 0;
    while exponent < 2 * ORDER {
        powers[exponent] = element as u8;
        element <<= 1;
        if element > 0xff {
            element ^= POLYNOMIAL;
        }
        exponent += 1;
    }
    powers
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
const fn logs() -> [u16; 256] {
    let mut logs = [LOG_ZERO; 256];
    let mut exponent = 0;
    while exponent < ORDER {
        logs[POWERS[exponent] as usize] = exponent as u16;
        exponent += 1;
    }
    logs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Multiplication by hand: shift and reduce.
    fn slow_mul(a: u8, b: u8) -> u8 {
        let product = (0..8).fold(0, |sum, bit| {
            sum ^ (u16::from(b >> bit & 1) * (u16::from(a) << bit))
        });
        let reduced = (8..16).rev().fold(product, |rest, bit| {
            rest ^ ((rest >> bit & 1) * (POLYNOMIAL << (bit - 8)))
        });
        u8::try_from(reduced).unwrap()
    }

    #[test]
    fn products_are_those_of_polynomials() {
        for a in 0..=u8::MAX {
            for b in 0..=u8::MAX {
                assert_eq!(mul(a, b), slow_mul(a, b), "{a} {b}");
            }
        }
    }

    #[test]
    fn every_element_but_zero_has_an_inverse() {
        assert_eq!(inverse(0), None);
        for a in 1..=u8::MAX {
            assert_eq!(mul(a, inverse(a).unwrap()), 1, "{a}");
        }
    }

    #[test]
    fn powers_come_round_after_255() {
        for exponent in 0..255_u8 {
            assert_eq!(power(usize::from(exponent) + 255), power(exponent.into()));
            assert_eq!(mul_power(0x53, exponent), mul(0x53, power(exponent.into())));
            assert_eq!(mul_power(0, exponent), 0);
        }
    }
}
