//! What the machine's networks look like: enough to notice that a link came up.

use std::fs;

/// The kernel's tables of ways out (proc(5)).
const ROUTES: [&str; 2] = ["/proc/net/route", "/proc/net/ipv6_route"];
/// The interfaces, each with its state (sysfs-class-net).
const INTERFACES: &str = "/sys/class/net";

/// A picture of links and routes: another one means that something came up or went down. Empty where the machine tells
/// nothing.
#[must_use]
pub fn picture() -> String {
    let mut interfaces: Vec<String> = fs::read_dir(INTERFACES)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            let state = fs::read_to_string(entry.path().join("operstate")).unwrap_or_default();
            format!("{} {}", entry.file_name().to_string_lossy(), state.trim())
        })
        .collect();
    interfaces.sort();
    let routes = ROUTES.map(|table| routes(&fs::read_to_string(table).unwrap_or_default()));
    [interfaces, routes.concat()].concat().join("\n")
}

/// A table's lines without what counts use: those rise with each packet on some kernels.
fn routes(table: &str) -> Vec<String> {
    let line = |line: &str| {
        let fields = line.split_whitespace().enumerate();
        // Reference and use counts stand in these columns of both tables.
        let steady = fields.filter(|(place, _)| ![4, 5, 6, 7].contains(place));
        steady.map(|(_, field)| field).collect::<Vec<_>>().join(" ")
    };
    table.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_stays_while_nothing_changes() {
        assert_eq!(picture(), picture());
    }

    #[test]
    fn a_new_route_changes_the_picture_and_a_use_count_does_not() {
        let line =
            |gateway: &str, uses: u8| format!("eth0 00000000 {gateway} 0003 0 {uses} 100 00000000 0 0 0\n");
        assert_eq!(routes(&line("0100A8C0", 1)), routes(&line("0100A8C0", 2)));
        assert_ne!(routes(&line("0100A8C0", 1)), routes(&line("0200A8C0", 1)));
    }
}
