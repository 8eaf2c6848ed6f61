//! The brightness of the screen, as the kernel takes it: a number in a file, up to the one in the file beside it.

use std::fs;
use std::io;
use std::path::Path;

/// Sets the brightness: `path` is `/sys/class/backlight/.../brightness`.
///
/// # Errors
/// Where the files are not there, or may not be written.
pub fn set_brightness(path: &Path, percent: u8) -> io::Result<()> {
    let most: u64 = fs::read_to_string(path.with_file_name("max_brightness"))?
        .trim()
        .parse()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    // Never all dark: a screen that nobody sees cannot be touched.
    let wanted = (most * u64::from(percent.min(100)) / 100).max(1);
    fs::write(path, wanted.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_are_of_the_most_that_the_screen_has_and_never_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("brightness");
        assert!(set_brightness(&path, 50).is_err());
        fs::write(folder.path().join("max_brightness"), "255\n").unwrap();
        for (percent, written) in [(100, "255"), (50, "127"), (0, "1"), (200, "255")] {
            set_brightness(&path, percent).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), written);
        }
    }
}
