//! One file of the disk: its durable bytes, and the changes since, in order.

use super::model::{Promise, SECTOR_BYTES};
use crate::sim::chance::Chance;

#[derive(Debug, Default, Clone)]
pub(super) struct File {
    durable: Vec<u8>,
    pending: Vec<Change>,
    /// What a reader sees: the page cache.
    visible: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Resize(usize),
}

impl File {
    pub(super) fn durable(content: Vec<u8>) -> Self {
        let visible = content.clone();
        Self {
            durable: content,
            pending: Vec::new(),
            visible,
        }
    }

    pub(super) fn visible(&self) -> &[u8] {
        &self.visible
    }

    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        overwrite(&mut self.visible, at, bytes);
        let bytes = bytes.to_vec();
        self.pending.push(Change::Write { at, bytes });
    }

    pub(super) fn resize(&mut self, size: usize) {
        self.visible.resize(size, 0);
        self.pending.push(Change::Resize(size));
    }

    pub(super) fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Write { at, bytes } => overwrite(&mut self.durable, at, &bytes),
                Change::Resize(size) => self.durable.resize(size, 0),
            }
        }
    }

    /// A failed sync: some of the changes reached the disk, and the rest never will. A reader goes on seeing them
    /// where the cache keeps them (ext4), or sees what is durable (XFS, btrfs).
    pub(super) fn lose_pending(&mut self, promise: Promise, chance: &mut Chance) {
        self.durable = self.after_cut(promise, chance);
        self.pending.clear();
        if chance.eighths(4) {
            self.visible.clone_from(&self.durable);
        }
    }

    /// The durable bytes, and any subset of the changes since.
    pub(super) fn after_cut(&self, promise: Promise, chance: &mut Chance) -> Vec<u8> {
        let mut content = self.durable.clone();
        // Between «nothing was written back» and «all was, but for the sync».
        let eighths = *chance.pick(&[0, 1, 4, 7, 8]);
        for change in &self.pending {
            match change {
                Change::Write { at, bytes } => torn(&mut content, *at, bytes, eighths, promise, chance),
                Change::Resize(size) if chance.eighths(eighths) => content.resize(*size, 0),
                Change::Resize(_) => {}
            }
        }
        content
    }
}

/// Applies the sectors of a write that reached the disk.
fn torn(content: &mut Vec<u8>, at: usize, bytes: &[u8], eighths: u64, promise: Promise, chance: &mut Chance) {
    for (at, piece) in sectors(at, bytes) {
        if chance.eighths(eighths) {
            overwrite(content, at, piece);
        } else if chance.below(16) == 0 {
            // The file's new size was written, the bytes were not.
            let size = content.len().max(at + piece.len());
            content.resize(size, 0);
        } else if promise == Promise::Nothing && chance.below(16) == 0 {
            garble(content, at - at % SECTOR_BYTES, chance);
        }
    }
}

/// The parts of a write that lie in one sector each.
fn sectors(at: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = at + from;
        let end = (from + SECTOR_BYTES - start % SECTOR_BYTES).min(bytes.len());
        let piece = bytes.get(from..end).filter(|piece| !piece.is_empty())?;
        from = end;
        Some((start, piece))
    })
}

/// The power went while the disk was writing this sector.
fn garble(content: &mut [u8], sector: usize, chance: &mut Chance) {
    let end = content.len().min(sector + SECTOR_BYTES);
    for byte in content.get_mut(sector..end).unwrap_or_default() {
        *byte = chance.bytes::<1>()[0];
    }
}

fn overwrite(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(bytes);
}
