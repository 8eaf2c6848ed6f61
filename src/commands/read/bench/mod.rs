//! `wicket read --bench`: a folder of images, its counts and its times.

mod expected;
mod people;
mod print;
mod quantile;
mod read;
mod report;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use expected::List;
use report::Report;

use crate::commands::Outcome;

/// Reads every image below a folder and prints the report.
///
/// # Errors
/// Where the folder or its list of texts cannot be read, or standard output cannot be written.
pub(super) fn run(folder: &Path, repeats: u32, json: bool) -> Outcome {
    let list = List::open(folder)?;
    let people = people::in_folder(folder, list.as_ref())?;
    let readings: Vec<_> = people
        .iter()
        .map(|person| read::frames(person, repeats))
        .collect();
    let report = Report::new(folder, repeats, list.as_ref(), &people, &readings);
    let mut out = io::stdout().lock();
    if json {
        print::json(&report, &mut out)?;
    } else {
        print::lines(&report, &mut out)?;
    }
    Ok(ExitCode::from(report.status()))
}
