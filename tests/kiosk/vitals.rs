//! What the system says of a process (proc(5)).

use std::fs;
use std::path::PathBuf;
use std::process::Child;

pub(super) struct Vitals(PathBuf);

impl Vitals {
    pub(super) fn of(process: &Child) -> Self {
        Self(PathBuf::from(format!("/proc/{}", process.id())))
    }

    /// The memory that it has now, in KiB.
    pub(super) fn resident_kib(&self) -> u64 {
        self.figure("smaps_rollup", "Rss:")
    }

    /// The most that it ever had, in KiB.
    pub(super) fn resident_most_kib(&self) -> u64 {
        self.figure("status", "VmHWM:")
    }

    /// The names of its threads, sorted.
    pub(super) fn threads(&self) -> Vec<String> {
        let tasks = fs::read_dir(self.0.join("task")).unwrap();
        let mut names: Vec<_> = tasks
            .map(|task| fs::read_to_string(task.unwrap().path().join("comm")).unwrap())
            .map(|name| name.trim().to_owned())
            .collect();
        names.sort();
        names
    }

    fn figure(&self, file: &str, name: &str) -> u64 {
        let text = fs::read_to_string(self.0.join(file)).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }
}
