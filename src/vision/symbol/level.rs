//! Error correction levels, and the blocks into which each splits a version's codewords.

use super::version::Version;

/// How much of a symbol is error correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::vision) enum Level {
    /// About 7 % may be damaged.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %.
    H,
}

#[cfg(test)]
impl Level {
    /// All four, the weakest first.
    pub(super) const ALL: [Self; 4] = [Self::L, Self::M, Self::Q, Self::H];
}

/// The blocks of a symbol: all have the same error correction, the last ones a codeword more of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockShape {
    /// How many blocks.
    pub(super) blocks: usize,
    /// Codewords of error correction in each.
    pub(super) parity: usize,
    /// Those of them that guard against a wrong correction and may not be used to correct errors.
    pub(super) guard: usize,
    /// Codewords of data and error correction in all blocks together.
    total: usize,
}

impl BlockShape {
    /// The blocks of a version that holds `total` codewords.
    pub(super) fn of(version: Version, level: Level, total: usize) -> Self {
        let row = BLOCKS_AND_PARITY.get(usize::from(version.number()) - 1);
        let &[l, m, q, h] = row.unwrap_or(&[(1, 0); 4]);
        let (blocks, parity) = match level {
            Level::L => l,
            Level::M => m,
            Level::Q => q,
            Level::H => h,
        };
        Self {
            blocks: usize::from(blocks),
            parity: usize::from(parity),
            guard: guard(version, level),
            total,
        }
    }

    /// Codewords of data in this block.
    pub(super) fn data(&self, block: usize) -> usize {
        let short = self.total / self.blocks;
        let long_blocks = self.total % self.blocks;
        let is_long = block + long_blocks >= self.blocks;
        short.saturating_sub(self.parity) + usize::from(is_long)
    }

    /// The block to which each codeword of a symbol belongs, in the order in which they are drawn. Within a block the
    /// order is kept.
    pub(super) fn interleaving(self) -> impl Iterator<Item = usize> {
        let longest = self.data(self.blocks - 1);
        let data = (0..longest)
            .flat_map(move |column| (0..self.blocks).filter(move |&block| column < self.data(block)));
        data.chain((0..self.parity).flat_map(move |_| 0..self.blocks))
    }
}

/// ISO/IEC 18004, table 9, notes: the smallest symbols keep some of their error correction to detect, not to correct.
fn guard(version: Version, level: Level) -> usize {
    match (version.number(), level) {
        (1, Level::L) => 3,
        (1, Level::M) | (2, Level::L) => 2,
        (1, Level::Q | Level::H) | (3, Level::L) => 1,
        _ => 0,
    }
}

/// ISO/IEC 18004, table 9: for each version the number of blocks and the codewords of error correction in each, at the
/// levels L, M, Q and H.
const BLOCKS_AND_PARITY: [[(u8, u8); 4]; 40] = [
    [(1, 7), (1, 10), (1, 13), (1, 17)],
    [(1, 10), (1, 16), (1, 22), (1, 28)],
    [(1, 15), (1, 26), (2, 18), (2, 22)],
    [(1, 20), (2, 18), (2, 26), (4, 16)],
    [(1, 26), (2, 24), (4, 18), (4, 22)],
    [(2, 18), (4, 16), (4, 24), (4, 28)],
    [(2, 20), (4, 18), (6, 18), (5, 26)],
    [(2, 24), (4, 22), (6, 22), (6, 26)],
    [(2, 30), (5, 22), (8, 20), (8, 24)],
    [(4, 18), (5, 26), (8, 24), (8, 28)],
    [(4, 20), (5, 30), (8, 28), (11, 24)],
    [(4, 24), (8, 22), (10, 26), (11, 28)],
    [(4, 26), (9, 22), (12, 24), (16, 22)],
    [(4, 30), (9, 24), (16, 20), (16, 24)],
    [(6, 22), (10, 24), (12, 30), (18, 24)],
    [(6, 24), (10, 28), (17, 24), (16, 30)],
    [(6, 28), (11, 28), (16, 28), (19, 28)],
    [(6, 30), (13, 26), (18, 28), (21, 28)],
    [(7, 28), (14, 26), (21, 26), (25, 26)],
    [(8, 28), (16, 26), (20, 30), (25, 28)],
    [(8, 28), (17, 26), (23, 28), (25, 30)],
    [(9, 28), (17, 28), (23, 30), (34, 24)],
    [(9, 30), (18, 28), (25, 30), (30, 30)],
    [(10, 30), (20, 28), (27, 30), (32, 30)],
    [(12, 26), (21, 28), (29, 30), (35, 30)],
    [(12, 28), (23, 28), (34, 28), (37, 30)],
    [(12, 30), (25, 28), (34, 30), (40, 30)],
    [(13, 30), (26, 28), (35, 30), (42, 30)],
    [(14, 30), (28, 28), (38, 30), (45, 30)],
    [(15, 30), (29, 28), (40, 30), (48, 30)],
    [(16, 30), (31, 28), (43, 30), (51, 30)],
    [(17, 30), (33, 28), (45, 30), (54, 30)],
    [(18, 30), (35, 28), (48, 30), (57, 30)],
    [(19, 30), (37, 28), (51, 30), (60, 30)],
    [(19, 30), (38, 28), (53, 30), (63, 30)],
    [(20, 30), (40, 28), (56, 30), (66, 30)],
    [(21, 30), (43, 28), (59, 30), (70, 30)],
    [(22, 30), (45, 28), (62, 30), (74, 30)],
    [(24, 30), (47, 28), (65, 30), (77, 30)],
    [(25, 30), (49, 28), (68, 30), (81, 30)],
];

#[cfg(test)]
mod tests {
    use super::super::layout::Layout;
    use super::super::reed_solomon::PARITY_MAX;
    use super::*;

    fn shapes() -> impl Iterator<Item = (Version, Level, BlockShape, usize)> {
        Version::all().flat_map(|version| {
            let total = Layout::of(version).codewords();
            Level::ALL.map(|level| (version, level, BlockShape::of(version, level, total), total))
        })
    }

    #[test]
    fn blocks_hold_all_codewords_and_no_more_than_the_field_allows() {
        for (version, level, shape, total) in shapes() {
            let sizes: Vec<_> = (0..shape.blocks)
                .map(|block| shape.data(block) + shape.parity)
                .collect();
            assert_eq!(sizes.iter().sum::<usize>(), total, "{version:?} {level:?}");
            assert!(sizes.iter().all(|size| *size <= 255) && sizes.is_sorted());
            assert!(shape.parity <= PARITY_MAX);
            let mut counted = vec![0; shape.blocks];
            shape.interleaving().for_each(|block| counted[block] += 1);
            assert_eq!(counted, sizes, "{version:?} {level:?}");
        }
    }

    #[test]
    fn data_capacities_are_those_of_the_standard() {
        // ISO/IEC 18004, table 7: codewords of data.
        for (number, expected) in [
            (1, [19, 16, 13, 9]),
            (5, [108, 86, 62, 46]),
            (12, [370, 290, 206, 158]),
            (27, [1468, 1128, 808, 628]),
            (40, [2956, 2334, 1666, 1276]),
        ] {
            let version = Version::new(number).unwrap();
            let total = Layout::of(version).codewords();
            let data = Level::ALL.map(|level| {
                let shape = BlockShape::of(version, level, total);
                (0..shape.blocks).map(|block| shape.data(block)).sum::<usize>()
            });
            assert_eq!(data, expected, "{number}");
        }
    }
}
