//! Frames: sealed pieces of a stream, as something to write to and to read from.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::seal::{Opener, Sealer};
use super::{FRAME_BYTES, TAG_BYTES};

/// Where the last frame differs from those before, so that a stream cannot be cut between two.
const MORE: &[u8] = b"more";
const LAST: &[u8] = b"last";

/// Seals what is written to it, frame by frame.
pub(super) struct Frames<W> {
    out: W,
    sealer: Sealer,
    waiting: Vec<u8>,
    hash: Sha256,
}

/// Unseals frames as they are read.
pub(super) struct Unsealed<R> {
    file: R,
    opener: Opener,
    frame: io::Cursor<Vec<u8>>,
    /// The frame behind the current one; none behind the last.
    next: Option<Vec<u8>>,
}

impl<W: Write> Frames<W> {
    pub(super) fn new(out: W, sealer: Sealer) -> Self {
        Self {
            out,
            sealer,
            waiting: Vec::with_capacity(FRAME_BYTES),
            hash: Sha256::new(),
        }
    }

    /// Writes the last frame and the mark of the end; what is written to, and the hash of all frames.
    pub(super) fn finish(mut self) -> io::Result<(W, [u8; 32])> {
        self.frame(LAST)?;
        self.put(&0_u32.to_be_bytes())?;
        Ok((self.out, self.hash.finalize().into()))
    }

    fn frame(&mut self, place: &[u8]) -> io::Result<()> {
        let sealed = self.sealer.seal(&self.waiting, place).map_err(io::Error::other)?;
        self.waiting.clear();
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        self.put(&length.to_be_bytes())?;
        self.put(&sealed)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }
}

impl<W: Write> Write for Frames<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.len() == FRAME_BYTES {
            self.frame(MORE)?;
        }
        let room = FRAME_BYTES - self.waiting.len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.waiting.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<R: Read> Unsealed<R> {
    /// The frames from where the file stands.
    pub(super) fn new(mut file: R, opener: Opener) -> io::Result<Self> {
        let next = sealed(&mut file)?;
        Ok(Self {
            file,
            opener,
            frame: io::Cursor::default(),
            next,
        })
    }

    /// Whether every frame was read to its end.
    pub(super) fn is_done(&self) -> bool {
        let read = usize::try_from(self.frame.position()).unwrap_or(usize::MAX);
        self.next.is_none() && read >= self.frame.get_ref().len()
    }
}

impl<R: Read> Read for Unsealed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.frame.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(frame) = self.next.take() else {
                return Ok(0);
            };
            self.next = sealed(&mut self.file)?;
            let place = if self.next.is_some() { MORE } else { LAST };
            let frame = self
                .opener
                .open(&frame, place)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            self.frame = io::Cursor::new(frame);
        }
    }
}

/// The next frame as it stands in the file; none at the mark of the end.
pub(super) fn sealed(file: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
    if length == 0 {
        return Ok(None);
    }
    if length > FRAME_BYTES + TAG_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame is too long"));
    }
    let mut frame = vec![0; length];
    file.read_exact(&mut frame)?;
    Ok(Some(frame))
}
