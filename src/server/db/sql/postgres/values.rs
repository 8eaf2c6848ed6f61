//! Values on PostgreSQL's wire: integers of any width are one, and truth is 0 or 1.

use std::error::Error;

use bytes::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, WrongType, to_sql_checked};

use super::super::Value;
use super::super::value::to_column;
use crate::server::db::DbError;

/// A column of a row.
pub(in crate::server::db::sql) fn value(row: &postgres::Row, column: usize) -> Result<Value<'_>, DbError> {
    Ok(row.try_get(column)?)
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(number) => integer(number, ty, out),
            Self::Unsigned(number) => integer(to_column(number)?, ty, out),
            Self::Text(text) if <&str as ToSql>::accepts(ty) => text.to_sql(ty, out),
            Self::Blob(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Self::Text(_) | Self::Blob(_) => Err(Box::new(WrongType::new::<Self>(ty.clone()))),
        }
    }

    /// What a value is, its own type does not tell: that is looked at when it is written.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn integer(number: i64, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
    match *ty {
        Type::INT8 => number.to_sql(ty, out),
        Type::INT4 => i32::try_from(number)?.to_sql(ty, out),
        _ => Err(Box::new(WrongType::new::<i64>(ty.clone()))),
    }
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Self::Integer(i64::from_sql(ty, raw)?),
            Type::INT4 => Self::Integer(i32::from_sql(ty, raw)?.into()),
            Type::BOOL => Self::Integer(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Self::Blob(raw),
            _ => Self::Text(<&str>::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL, Type::BYTEA].contains(ty) || <&str as FromSql<'_>>::accepts(ty)
    }
}
