//! zstd (RFC 8878) around large messages, bounded on the way out.

use std::io::{Cursor, Read};

/// The level: pages are packed once for each gate that asks, on a server with little to spare.
const LEVEL: i32 = 3;

/// The bytes packed.
///
/// # Errors
/// What zstd says; memory is its only need.
pub fn pack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    zstd::encode_all(Cursor::new(bytes), LEVEL).map_err(|error| error.to_string())
}

/// The bytes unpacked, at most `bytes_max`: a small message must not grow without end.
///
/// # Errors
/// What is wrong with them, for people.
pub fn unpack(packed: &[u8], bytes_max: usize) -> Result<Vec<u8>, String> {
    let decoder = zstd::Decoder::new(Cursor::new(packed)).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let most = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    decoder
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| format!("the message is not zstd: {error}"))?;
    if bytes.len() > bytes_max {
        return Err(format!("the message unpacks to more than {bytes_max} bytes"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacking_stops_at_the_limit() {
        let packed = pack(&[0; 10_000]).unwrap();
        assert_eq!(unpack(&packed, 10_000).map(|bytes| bytes.len()), Ok(10_000));
        assert!(unpack(&packed, 9_999).is_err());
        assert!(unpack(&packed[..packed.len() - 1], 10_000).is_err());
        assert!(unpack(b"<html>", 10_000).is_err());
    }
}
