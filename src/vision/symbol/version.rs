//! The versions of QR Code Model 2: their sides and the centres of their alignment patterns.

/// A version of a QR symbol, 1 to 40.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::vision) struct Version(u8);

impl Version {
    /// The largest that ISO/IEC 18004 defines.
    pub(in crate::vision) const MAX: Self = Self(40);

    /// The version of this number; `None` outside 1 to 40.
    pub(in crate::vision) fn new(number: u8) -> Option<Self> {
        (1..=Self::MAX.0).contains(&number).then_some(Self(number))
    }

    /// All of them, the smallest first.
    pub(in crate::vision) fn all() -> impl Iterator<Item = Self> {
        (1..=Self::MAX.0).map(Self)
    }

    /// 1 to 40.
    pub(in crate::vision) fn number(self) -> u8 {
        self.0
    }

    /// Modules on a side: 21 to 177.
    pub(in crate::vision) fn side(self) -> usize {
        usize::from(self.0) * 4 + 17
    }

    /// The coordinates, for rows and columns alike, at which alignment patterns are centred: one at every crossing
    /// but the three in the finders. Empty for version 1.
    pub(in crate::vision) fn alignment_centres(self) -> &'static [u8] {
        let row = ALIGNMENT_CENTRES.get(usize::from(self.0) - 1);
        row.copied().unwrap_or_default()
    }

    /// Whether its symbols carry two copies of their version.
    pub(super) fn is_written(self) -> bool {
        self.0 >= 7
    }
}

/// ISO/IEC 18004, annex E: a row for each version.
const ALIGNMENT_CENTRES: [&[u8]; 40] = [
    &[],
    &[6, 18],
    &[6, 22],
    &[6, 26],
    &[6, 30],
    &[6, 34],
    &[6, 22, 38],
    &[6, 24, 42],
    &[6, 26, 46],
    &[6, 28, 50],
    &[6, 30, 54],
    &[6, 32, 58],
    &[6, 34, 62],
    &[6, 26, 46, 66],
    &[6, 26, 48, 70],
    &[6, 26, 50, 74],
    &[6, 30, 54, 78],
    &[6, 30, 56, 82],
    &[6, 30, 58, 86],
    &[6, 34, 62, 90],
    &[6, 28, 50, 72, 94],
    &[6, 26, 50, 74, 98],
    &[6, 30, 54, 78, 102],
    &[6, 28, 54, 80, 106],
    &[6, 32, 58, 84, 110],
    &[6, 30, 58, 86, 114],
    &[6, 34, 62, 90, 118],
    &[6, 26, 50, 74, 98, 122],
    &[6, 30, 54, 78, 102, 126],
    &[6, 26, 52, 78, 104, 130],
    &[6, 30, 56, 82, 108, 134],
    &[6, 34, 60, 86, 112, 138],
    &[6, 30, 58, 86, 114, 142],
    &[6, 34, 62, 90, 118, 146],
    &[6, 30, 54, 78, 102, 126, 150],
    &[6, 24, 50, 76, 102, 128, 154],
    &[6, 28, 54, 80, 106, 132, 158],
    &[6, 32, 58, 84, 110, 136, 162],
    &[6, 26, 54, 82, 110, 138, 166],
    &[6, 30, 58, 86, 114, 142, 170],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_versions_1_to_40() {
        for number in 0..=u8::MAX {
            let version = Version::new(number);
            assert_eq!(version.is_some(), (1..=40).contains(&number), "{number}");
            assert_eq!(version.map_or(number, Version::number), number);
        }
        assert_eq!(Version::all().count(), 40);
    }

    #[test]
    fn sides_grow_by_four_modules() {
        let sides: Vec<_> = Version::all().map(Version::side).collect();
        assert_eq!(sides, (21..=177).step_by(4).collect::<Vec<_>>());
    }

    #[test]
    fn alignment_patterns_run_from_the_timing_line_to_the_far_edge() {
        assert_eq!(Version(1).alignment_centres(), [0_u8; 0]);
        for version in Version::all().skip(1) {
            let centres = version.alignment_centres();
            assert_eq!(centres.first(), Some(&6));
            assert_eq!(usize::from(centres[centres.len() - 1]), version.side() - 7);
            let gaps: Vec<_> = centres.windows(2).map(|pair| pair[1] - pair[0]).collect();
            // After the first gap all are equal.
            assert!(gaps.iter().skip(2).all(|gap| *gap == gaps[1]), "{gaps:?}");
            assert!(gaps.iter().all(|gap| (12..=28).contains(gap)), "{gaps:?}");
        }
    }
}
