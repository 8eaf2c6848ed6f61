//! A bundle as it is read: first to its end, for the signature over the whole, then again for what it holds.

use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

use ed25519_dalek::{SigningKey, VerifyingKey};
use minicbor::bytes::ByteArray;
use sha2::{Digest, Sha256};

use super::error::{BundleError, torn};
use super::frames::{Unsealed, sealed};
use super::header::{Footer, Header, Holds};
use super::item::{ITEM_BYTES_MAX, Item};
use super::{FOOTER_BYTES_MAX, HEADER_BYTES_MAX, MAGIC, VERSION, seal};
use crate::wire::request::hash;
use crate::wire::{Context, Signed, from_cbor};

/// The largest window of zstd that is accepted (4 MB), as a power of 2: what a hostile maker could make a reader
/// allocate.
const WINDOW_LOG_MAX: u32 = 22;

/// A bundle whose header was read. Nothing in it is believed.
#[derive(Debug)]
pub struct Bundle<R> {
    file: R,
    header: Header,
    before: ByteArray<32>,
    /// Where the frames begin.
    begins: u64,
}

/// What a bundle holds, one item after the other.
pub struct Items<'a, R: Read> {
    items: zstd::Decoder<'static, BufReader<Unsealed<BufReader<&'a mut R>>>>,
}

impl<R: Read + Seek> Bundle<R> {
    /// Reads as far as the header.
    ///
    /// # Errors
    /// [`BundleError`] where this is no bundle, or one that this release cannot read.
    pub fn open(mut file: R) -> Result<Self, BundleError> {
        let mut magic = [0; 8];
        file.read_exact(&mut magic).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => BundleError::NoBundle,
            _ => BundleError::Io(error),
        })?;
        if magic != MAGIC {
            return Err(BundleError::NoBundle);
        }
        let mut version = [0; 2];
        file.read_exact(&mut version).map_err(torn)?;
        let found = u16::from_be_bytes(version);
        if found != VERSION {
            return Err(BundleError::Newer { found });
        }
        let (length, bytes) = with_length(&mut file, HEADER_BYTES_MAX)?;
        let header = from_cbor(&bytes).map_err(|_| BundleError::Changed("its header"))?;
        let begins = file.stream_position()?;
        let before = hash(&[&magic[..], &version, &length, &bytes].concat());
        Ok(Self {
            file,
            header,
            before,
            begins,
        })
    }

    /// From whom it is, for whom, and when it was made; believed only after [`Bundle::verify`].
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Reads to the end, and checks that the maker with this key signed all of it: what it holds.
    ///
    /// # Errors
    /// [`BundleError`] where a byte is missing, is another, or is too many.
    pub fn verify(&mut self, maker: &VerifyingKey) -> Result<Holds, BundleError> {
        self.file.seek(SeekFrom::Start(self.begins))?;
        let mut file = BufReader::new(&mut self.file);
        let mut frames = Sha256::new();
        while let Some(frame) = sealed(&mut file).map_err(of_frames)? {
            frames.update(u32::try_from(frame.len()).unwrap_or(u32::MAX).to_be_bytes());
            frames.update(&frame);
        }
        frames.update(0_u32.to_be_bytes());
        let (_, footer) = with_length(&mut file, FOOTER_BYTES_MAX)?;
        if file.read(&mut [0])? > 0 {
            return Err(BundleError::Changed("bytes follow its end"));
        }
        let signed = Signed::from_bytes(&footer).map_err(|_| BundleError::Changed("its signature"))?;
        let footer = signed
            .open(Context::Bundle, maker)
            .map_err(|_| BundleError::Changed("its signature"))?;
        let footer: Footer = from_cbor(footer).map_err(BundleError::Malformed)?;
        if footer.before != self.before || *footer.frames != <[u8; 32]>::from(frames.finalize()) {
            return Err(BundleError::Changed("its content"));
        }
        Ok(footer.holds)
    }

    /// What it holds, for the one who has this key.
    ///
    /// # Errors
    /// [`BundleError::NotForUs`] where it is not sealed for them.
    pub fn items(&mut self, key: &SigningKey) -> Result<Items<'_, R>, BundleError> {
        let Header {
            id,
            recipients,
            encapsulated,
            ..
        } = &self.header;
        let seed = seal::seed(recipients, key, id).ok_or(BundleError::NotForUs)?;
        let opener = seal::content_opener(&seed, encapsulated, id)?;
        self.file.seek(SeekFrom::Start(self.begins))?;
        let frames = Unsealed::new(BufReader::new(&mut self.file), opener).map_err(of_frames)?;
        let mut items = zstd::Decoder::new(frames)?;
        items.window_log_max(WINDOW_LOG_MAX)?;
        Ok(Items { items })
    }
}

impl<R: Read> Items<'_, R> {
    /// The next item; none behind the last.
    ///
    /// # Errors
    /// [`BundleError`] where it cannot be read, or is none.
    pub fn next_item(&mut self) -> Result<Option<Item>, BundleError> {
        let (mut first, mut rest) = ([0; 1], [0; 3]);
        if self.items.read(&mut first).map_err(of_frames)? == 0 {
            return self.ended().map(|()| None);
        }
        self.items.read_exact(&mut rest).map_err(of_frames)?;
        let ([a], [b, c, d]) = (first, rest);
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if length > ITEM_BYTES_MAX {
            return Err(BundleError::Malformed(format!("an item of {length} bytes")));
        }
        let mut bytes = vec![0; length];
        self.items.read_exact(&mut bytes).map_err(of_frames)?;
        from_cbor(&bytes).map(Some).map_err(BundleError::Malformed)
    }

    /// The packed stream ended: so must the frames.
    fn ended(&self) -> Result<(), BundleError> {
        if self.items.get_ref().buffer().is_empty() && self.items.get_ref().get_ref().is_done() {
            Ok(())
        } else {
            Err(BundleError::Malformed("bytes follow its items".to_owned()))
        }
    }
}

/// Four bytes of length, and so many bytes.
fn with_length(file: &mut impl Read, bytes_max: usize) -> Result<([u8; 4], Vec<u8>), BundleError> {
    let mut length = [0; 4];
    file.read_exact(&mut length).map_err(torn)?;
    let count = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if count > bytes_max {
        return Err(BundleError::Changed("a length in it"));
    }
    let mut bytes = vec![0; count];
    file.read_exact(&mut bytes).map_err(torn)?;
    Ok((length, bytes))
}

fn of_frames(error: std::io::Error) -> BundleError {
    match error.kind() {
        ErrorKind::InvalidData | ErrorKind::Other => BundleError::Changed("its content"),
        _ => torn(error),
    }
}
