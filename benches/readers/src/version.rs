//! The versions of what is compared, from the lock file that this program was built with.

const LOCK: &str = include_str!("../Cargo.lock");

/// The version of a package, or a question mark.
pub fn version(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"");
    let mut lines = LOCK.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next().and_then(|line| line.strip_prefix("version = "));
    version.map_or("?", |quoted| quoted.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_package_has_its_version_and_another_has_none() {
        assert_eq!(version("rqrr").split('.').count(), 3);
        assert_eq!(version("no such package"), "?");
    }
}
