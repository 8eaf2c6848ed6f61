//! Values as they go into statements, and come out of rows.

use super::super::DbError;

/// A value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server::db) enum Value<'a> {
    /// None.
    Null,
    /// A number.
    Integer(i64),
    /// A number that may be beyond what a column can hold: binding it fails then.
    Unsigned(u64),
    /// UTF-8.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// What can be an argument of a statement.
pub(in crate::server::db) trait AsValue {
    /// As a column holds it.
    fn as_value(&self) -> Value<'_>;
}

/// What can be read from a column.
pub(in crate::server::db) trait FromValue: Sized {
    /// What a column holds; none where it is of another kind.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

impl AsValue for i64 {
    fn as_value(&self) -> Value<'_> {
        Value::Integer(*self)
    }
}

impl AsValue for u64 {
    fn as_value(&self) -> Value<'_> {
        Value::Unsigned(*self)
    }
}

impl AsValue for u32 {
    fn as_value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

impl AsValue for usize {
    fn as_value(&self) -> Value<'_> {
        Value::Unsigned(*self as u64)
    }
}

impl AsValue for bool {
    fn as_value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

impl AsValue for str {
    fn as_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl AsValue for String {
    fn as_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl AsValue for [u8] {
    fn as_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl AsValue for Vec<u8> {
    fn as_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<const N: usize> AsValue for [u8; N] {
    fn as_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<T: AsValue> AsValue for Option<T> {
    fn as_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, AsValue::as_value)
    }
}

impl<T: AsValue + ?Sized> AsValue for &T {
    fn as_value(&self) -> Value<'_> {
        (**self).as_value()
    }
}

impl FromValue for i64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }
}

impl FromValue for u64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        Self::try_from(i64::from_value(value)?).ok()
    }
}

impl FromValue for u32 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        Self::try_from(i64::from_value(value)?).ok()
    }
}

impl FromValue for usize {
    fn from_value(value: Value<'_>) -> Option<Self> {
        Self::try_from(i64::from_value(value)?).ok()
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// A number as a column can hold it.
pub(super) fn to_column(number: u64) -> Result<i64, DbError> {
    i64::try_from(number)
        .map_err(|_| DbError::unreadable("number")(format!("{number} is more than a column holds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_what_it_went_in_or_not_at_all() {
        assert_eq!(i64::from_value((-1_i64).as_value()), Some(-1));
        assert_eq!(u64::from_value(Value::Integer(-1)), None);
        assert_eq!(u32::from_value(Value::Integer(1 << 32)), None);
        assert_eq!(bool::from_value(true.as_value()), Some(true));
        assert_eq!(String::from_value("a".as_value()), Some("a".to_owned()));
        assert_eq!(String::from_value(b"a".as_value()), None);
        assert_eq!(<[u8; 2]>::from_value([1_u8, 2].as_value()), Some([1, 2]));
        assert_eq!(<[u8; 3]>::from_value([1_u8, 2].as_value()), None);
        assert_eq!(Option::<i64>::from_value(None::<i64>.as_value()), Some(None));
        assert_eq!(i64::from_value(Value::Null), None);
    }

    #[test]
    fn a_number_that_no_column_holds_is_refused() {
        assert_eq!(to_column(i64::MAX as u64).unwrap(), i64::MAX);
        to_column(1 << 63).unwrap_err();
    }
}
