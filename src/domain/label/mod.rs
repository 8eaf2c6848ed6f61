//! What a guest without a code can say of a ticket: the number of its order, and a name. It finds a ticket, and proves nothing.

mod search;

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use super::ids::TicketId;

pub use search::{Best, Sought};

/// The longest order number, in characters: shops' own are half as long.
pub const ORDER_CHARACTERS_MAX: usize = 32;
/// The longest name, in characters: what a screen's row can show.
pub const NAME_CHARACTERS_MAX: usize = 64;

/// Why a text is no part of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Not 1 to 32 characters.
    #[error("an order number has 1 to {ORDER_CHARACTERS_MAX} characters and none that controls")]
    Order,
    /// Not 1 to 64 characters.
    #[error("a name has 1 to {NAME_CHARACTERS_MAX} characters and none that controls")]
    Name,
}

/// A ticket's label. One with neither part takes back what was said before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Label {
    /// The ticket.
    #[n(0)]
    pub ticket: TicketId,
    /// The number of the order it was sold in.
    #[n(1)]
    pub order: Option<OrderNumber>,
    /// Whom it was sold for: personal data, which gates get only where the event says so.
    #[n(2)]
    pub name: Option<GuestName>,
}

impl Label {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_none() && self.name.is_none()
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $max:expr, $error:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = LabelError;

            /// Spaces before and after do not count.
            fn from_str(text: &str) -> Result<Self, LabelError> {
                let text = text.trim();
                let fits = (1..=$max).contains(&text.chars().count()) && !text.contains(char::is_control);
                if fits { Ok(Self(text.into())) } else { Err($error) }
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                d.str()?.parse().map_err(decode::Error::custom)
            }
        }
    };
}

words!(
    /// The number of an order, as the shop gave it.
    OrderNumber,
    ORDER_CHARACTERS_MAX,
    LabelError::Order
);
words!(
    /// A guest's name, as the guest wrote it.
    GuestName,
    NAME_CHARACTERS_MAX,
    LabelError::Name
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_number_and_a_name_have_their_lengths() {
        let long = "张".repeat(NAME_CHARACTERS_MAX);
        for (text, order, name) in [
            ("", false, false),
            ("  ", false, false),
            ("A-1023", true, true),
            ("a\tb", false, false),
            ("12345678901234567890123456789012", true, true),
            ("123456789012345678901234567890123", false, true),
            (long.as_str(), false, true),
            (&format!("{long}x"), false, false),
        ] {
            assert_eq!(text.parse::<OrderNumber>().is_ok(), order, "{text}");
            assert_eq!(text.parse::<GuestName>().is_ok(), name, "{text}");
        }
        assert_eq!(" A-1023 ".parse::<OrderNumber>().unwrap().as_str(), "A-1023");
    }
}
