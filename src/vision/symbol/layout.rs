//! Which module of a symbol means what.

use super::format::format_places;
use super::version::Version;
use super::version_info::version_places;

/// What a module is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::vision) enum Role {
    /// A finder, a separator, timing, alignment, or the one module that is always dark: the same in every symbol of
    /// the version. `true` is dark.
    Known(bool),
    /// One of the 30 modules that hold the error correction level and the mask, twice.
    Format,
    /// One of the 36 modules that hold the version, twice; from version 7.
    VersionInfo,
    /// A bit of a codeword, or one of the up to 7 left over.
    Data,
}

/// The modules of all symbols of a version. Columns `x` and rows `y` count from the top left.
#[derive(Debug, Clone)]
pub(in crate::vision) struct Layout {
    version: Version,
    /// Row by row.
    roles: Vec<Role>,
    data_path: Vec<(u8, u8)>,
}

impl Layout {
    /// The layout of a version: a few microseconds of work, some tens for the largest.
    pub(in crate::vision) fn of(version: Version) -> Self {
        let side = version.side();
        let mut layout = Self {
            version,
            roles: vec![Role::Data; side * side],
            data_path: Vec::new(),
        };
        layout.draw_timing();
        layout.draw_finders();
        layout.draw_alignment();
        layout.reserve();
        layout.data_path = layout.walk();
        layout
    }

    /// The version.
    pub(in crate::vision) fn version(&self) -> Version {
        self.version
    }

    /// Modules on a side.
    pub(in crate::vision) fn side(&self) -> usize {
        self.version.side()
    }

    /// What the module is there for; `None` outside the symbol.
    pub(in crate::vision) fn role(&self, x: usize, y: usize) -> Option<Role> {
        self.index(x, y).and_then(|index| self.roles.get(index)).copied()
    }

    /// The modules that are the same in every symbol of this version: `(x, y, dark)`.
    pub(in crate::vision) fn known(&self) -> impl Iterator<Item = (usize, usize, bool)> {
        let side = self.side();
        self.roles
            .iter()
            .enumerate()
            .filter_map(move |(index, role)| match role {
                Role::Known(dark) => Some((index % side, index / side, *dark)),
                Role::Format | Role::VersionInfo | Role::Data => None,
            })
    }

    /// The data modules `(x, y)` in the order of their bits: eight for each codeword, its highest bit first, and
    /// then up to 7 that are left over.
    pub(in crate::vision) fn data_path(
        &self,
    ) -> impl ExactSizeIterator<Item = (usize, usize)> + DoubleEndedIterator {
        let wide = |&(x, y): &(u8, u8)| (usize::from(x), usize::from(y));
        self.data_path.iter().map(wide)
    }

    /// How many codewords, of data and of error correction, a symbol holds.
    pub(in crate::vision) fn codewords(&self) -> usize {
        self.data_path.len() / 8
    }

    fn index(&self, x: usize, y: usize) -> Option<usize> {
        let side = self.side();
        (x < side && y < side).then_some(y * side + x)
    }

    fn set(&mut self, x: usize, y: usize, role: Role) {
        let place = self.index(x, y).and_then(|index| self.roles.get_mut(index));
        if let Some(place) = place {
            *place = role;
        }
    }

    fn draw_timing(&mut self) {
        for along in 0..self.side() {
            self.set(along, 6, Role::Known(along % 2 == 0));
            self.set(6, along, Role::Known(along % 2 == 0));
        }
    }

    /// The three finders with the light separators around them.
    fn draw_finders(&mut self) {
        let far = self.side() - 4;
        for (x, y) in [(3, 3), (far, 3), (3, far)] {
            self.draw_rings(x, y, [true, true, false, true, false]);
        }
    }

    fn draw_alignment(&mut self) {
        let centres = self.version.alignment_centres();
        let last = centres.last().copied();
        for &y in centres {
            for &x in centres {
                let is_near = [x, y].contains(&6);
                let is_at_an_end = [x, y].iter().all(|place| *place == 6 || Some(*place) == last);
                let in_a_finder = is_near && is_at_an_end;
                if !in_a_finder {
                    self.draw_rings(usize::from(x), usize::from(y), [true, false, true]);
                }
            }
        }
    }

    /// Square rings around a centre, the centre itself first, as far as they lie in the symbol.
    fn draw_rings<const N: usize>(&mut self, x: usize, y: usize, dark: [bool; N]) {
        for (radius, dark) in dark.into_iter().enumerate().rev() {
            for row in y.saturating_sub(radius)..=y + radius {
                for column in x.saturating_sub(radius)..=x + radius {
                    self.set(column, row, Role::Known(dark));
                }
            }
        }
    }

    /// The places of format and version, and the dark module beside them.
    fn reserve(&mut self) {
        let side = self.side();
        for (x, y) in format_places(side).into_iter().flatten() {
            self.set(x, y, Role::Format);
        }
        if self.version.is_written() {
            for (x, y) in version_places(side).into_iter().flatten() {
                self.set(x, y, Role::VersionInfo);
            }
        }
        self.set(8, side - 8, Role::Known(true));
    }

    /// Two columns at a time from the right, up and down in turn; the column of the timing line is left out.
    fn walk(&self) -> Vec<(u8, u8)> {
        let side = self.side();
        let mut path = Vec::with_capacity(self.roles.len());
        let right_columns = (7..side).rev().step_by(2).chain([5, 3, 1]);
        for (turn, right) in right_columns.enumerate() {
            for step in 0..side {
                let y = if turn % 2 == 0 { side - 1 - step } else { step };
                for x in [right, right - 1] {
                    if self.role(x, y) == Some(Role::Data) {
                        // No side is above 177.
                        path.push((x as u8, y as u8));
                    }
                }
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use qrcode::{Color, EcLevel, QrCode};

    use super::*;

    #[test]
    fn the_modules_that_every_symbol_shares_are_where_an_encoder_draws_them() {
        for version in Version::all() {
            let layout = Layout::of(version);
            let number = qrcode::Version::Normal(i16::from(version.number()));
            let drawn = QrCode::with_version(b"7", number, EcLevel::H).unwrap();
            for (x, y, dark) in layout.known() {
                assert_eq!(drawn[(x, y)] == Color::Dark, dark, "{version:?} {x} {y}");
            }
            for (x, y) in (0..layout.side()).flat_map(|y| (0..layout.side()).map(move |x| (x, y))) {
                // That encoder does not count the version among what is no data.
                let role = layout.role(x, y);
                let data = matches!(role, Some(Role::Data | Role::VersionInfo));
                assert_eq!(drawn.is_functional(x, y), !data, "{version:?} {x} {y}");
            }
        }
    }

    #[test]
    fn data_modules_are_walked_once_each() {
        for version in Version::all() {
            let layout = Layout::of(version);
            let mut walked: Vec<_> = layout.data_path().collect();
            walked.sort_unstable();
            walked.dedup();
            let data = layout.roles.iter().filter(|role| **role == Role::Data).count();
            assert_eq!((walked.len(), layout.data_path().len()), (data, data));
        }
    }

    #[test]
    fn symbols_hold_as_many_codewords_as_the_standard_says() {
        // ISO/IEC 18004, table 1: codewords and the bits left over.
        for (number, codewords, left_over) in [
            (1, 26, 0),
            (2, 44, 7),
            (7, 196, 0),
            (14, 581, 3),
            (21, 1156, 4),
            (40, 3706, 0),
        ] {
            let layout = Layout::of(Version::new(number).unwrap());
            assert_eq!(layout.codewords(), codewords);
            assert_eq!(layout.data_path().len() % 8, left_over);
        }
    }

    #[test]
    fn there_is_no_module_outside() {
        let layout = Layout::of(Version::new(1).unwrap());
        assert_eq!(layout.role(20, 20), Some(Role::Data));
        assert_eq!((layout.role(21, 0), layout.role(0, 21)), (None, None));
    }
}
