//! The numbers of orders, payments and refunds: what people read out, and what a payment provider tells attempts apart by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Signs of an order's number: 60 random bits, so that nobody finds another's by trying.
pub const ORDER_NUMBER_SIGNS: usize = 12;
/// Crockford's base32: no I, L, O, U, so that a number can be read out.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SIGN_BITS: u32 = 5;

/// Why a text is no number of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no number of an order, a payment or a refund: use the 12 signs of the order, such as 7Q4M-XK2C-91ZT"
)]
pub struct NumberError;

/// An order's number: 12 signs of Crockford's base32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderNumber([u8; ORDER_NUMBER_SIGNS]);

impl OrderNumber {
    /// The number of 60 of these random bits.
    #[must_use]
    pub fn new(random: u64) -> Self {
        let mut rest = random;
        Self(std::array::from_fn(|_| {
            let sign = sign(rest);
            rest >>= SIGN_BITS;
            sign
        }))
    }

    /// Its 12 signs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only signs of the alphabet are ever in it.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn sign(bits: u64) -> u8 {
    let place = usize::try_from(bits % 32).unwrap_or_default();
    SIGNS.get(place).copied().unwrap_or(b'0')
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OrderNumber {
    type Err = NumberError;

    // Takes it as people write it: small letters, hyphens and spaces, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let written = text.bytes().filter(|byte| !matches!(byte, b'-' | b' '));
        let signs: Vec<u8> = written.take(ORDER_NUMBER_SIGNS + 1).filter_map(meant).collect();
        let signs = signs.try_into().map_err(|_| NumberError)?;
        let foreign = text
            .bytes()
            .any(|byte| !matches!(byte, b'-' | b' ') && meant(byte).is_none());
        if foreign {
            Err(NumberError)
        } else {
            Ok(Self(signs))
        }
    }
}

/// The sign that is meant by a written one.
fn meant(byte: u8) -> Option<u8> {
    let sign = match byte.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    SIGNS.contains(&sign).then_some(sign)
}

impl TryFrom<String> for OrderNumber {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

impl From<OrderNumber> for String {
    fn from(number: OrderNumber) -> Self {
        number.to_string()
    }
}

/// Defines a number that counts within an order: the order's, a mark, and a count from 1.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident, $mark:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name {
            /// The order.
            pub order: OrderNumber,
            /// Which of the order's, from 1.
            pub count: u16,
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}{}", self.order, $mark, self.count)
            }
        }

        impl FromStr for $name {
            type Err = NumberError;

            fn from_str(text: &str) -> Result<Self, NumberError> {
                let (order, count) = text.split_once($mark).ok_or(NumberError)?;
                let number = Self {
                    order: order.parse()?,
                    count: count.parse().map_err(|_| NumberError)?,
                };
                // One spelling only: a provider compares texts.
                if number.to_string() == text { Ok(number) } else { Err(NumberError) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NumberError;

            fn try_from(text: String) -> Result<Self, NumberError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(number: $name) -> Self {
                number.to_string()
            }
        }
    };
}

part!(
    /// One attempt to pay an order, such as `7Q4MXK2C91ZT-1`: WeChat Pay's `out_trade_no`, unique for a merchant for ever.
    PaymentNumber,
    "-"
);
part!(
    /// One refund of an order, such as `7Q4MXK2C91ZT*1`: WeChat Pay's `out_refund_no`. A retry keeps it, so that nothing is
    /// refunded twice.
    RefundNumber,
    "*"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let number = OrderNumber::new(0x0123_4567_89ab_cdef);
        assert_eq!(number.as_str().len(), ORDER_NUMBER_SIGNS);
        let written = number.as_str().to_lowercase().replace('0', "o").replace('1', "l");
        let (first, rest) = written.split_at(4);
        assert_eq!(format!("{first}-{rest}").parse(), Ok(number));
        for wrong in [
            "",
            "7Q4M-XK2C-91Z",
            "7Q4M-XK2C-91ZTT",
            "7Q4M-XK2C-91ZU",
            "7Q4M-XK2C-91Zé",
        ] {
            assert_eq!(wrong.parse::<OrderNumber>(), Err(NumberError), "{wrong}");
        }
    }

    #[test]
    fn the_numbers_of_payments_and_refunds_have_one_spelling() {
        let order = OrderNumber::new(0x1f);
        let payment = PaymentNumber { order, count: 2 };
        let refund = RefundNumber { order, count: 2 };
        assert_eq!(payment.to_string().parse(), Ok(payment));
        assert_eq!(refund.to_string().parse(), Ok(refund));
        assert!(refund.to_string().parse::<PaymentNumber>().is_err());
        assert!(format!("{order}-02").parse::<PaymentNumber>().is_err());
        assert!(format!("{order}-70000").parse::<PaymentNumber>().is_err());
        assert!(
            payment
                .to_string()
                .to_lowercase()
                .parse::<PaymentNumber>()
                .is_err()
        );
    }

    #[test]
    fn a_payments_number_fits_where_wechat_takes_it() {
        let order = OrderNumber::new(u64::MAX);
        for text in [
            PaymentNumber {
                order,
                count: u16::MAX,
            }
            .to_string(),
            RefundNumber {
                order,
                count: u16::MAX,
            }
            .to_string(),
        ] {
            assert!((6..=32).contains(&text.len()));
            assert!(
                text.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-|*".contains(&byte))
            );
        }
    }
}
