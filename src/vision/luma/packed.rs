//! Brightness out of byte pairs, in which every second byte is colour.

/// Copies the first or second byte of each pair: `pixels` holds rows of `width`, `bytes` begins a row every
/// `stride`. Each row of `bytes` has at least `width` pairs.
pub(super) fn copy_luma(bytes: &[u8], stride: usize, first: bool, width: usize, pixels: &mut [u8]) {
    let rows = pixels.chunks_exact_mut(width).zip(bytes.chunks(stride));
    for (target, source) in rows {
        let (pairs, _) = source.as_chunks::<2>();
        // Two loops, each without a branch, become a few vector instructions.
        if first {
            target.iter_mut().zip(pairs).for_each(|(luma, [y, _])| *luma = *y);
        } else {
            target.iter_mut().zip(pairs).for_each(|(luma, [_, y])| *luma = *y);
        }
    }
}
