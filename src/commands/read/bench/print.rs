//! The report, for people and for programs.

use std::io::{self, Write};

use super::report::{Judged, Report, Spread};

/// One JSON object on one line.
///
/// # Errors
/// Where it cannot be written.
pub(super) fn json(report: &Report, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, report)?;
    writeln!(out)
}

/// Lines for people.
///
/// # Errors
/// Where they cannot be written.
pub(super) fn lines(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} of {} images have a code",
        report.folder, report.read, report.images
    )?;
    if !report.bad_files.is_empty() {
        writeln!(
            out,
            "{} files could not be read as images",
            report.bad_files.len()
        )?;
    }
    times(report, out)?;
    for person in &report.people {
        match person.first_read {
            Some(index) => writeln!(
                out,
                "{}: first read in frame {index} of {}",
                person.folder, person.frames
            )?,
            None => writeln!(out, "{}: not read in {} frames", person.folder, person.frames)?,
        }
    }
    match &report.judged {
        Some(judged) => verdicts(judged, out),
        None => writeln!(
            out,
            "codes are counted, not judged: there is neither expected.jsonl nor MANIFEST.tsv in {}",
            report.folder
        ),
    }
}

fn times(report: &Report, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "processor time, ms   images   median      p95")?;
    let kinds = [
        ("all", &report.ms.all),
        ("with a code", &report.ms.read),
        ("without", &report.ms.not_read),
    ];
    for (kind, spread) in kinds {
        let Spread { median, p95, values } = spread;
        let number = |ms: &Option<f64>| ms.map_or("-".to_owned(), |ms| format!("{ms:.1}"));
        let (median, p95) = (number(median), number(p95));
        writeln!(out, "{kind:<18}{:>9}{median:>9}{p95:>9}", values.len())?;
    }
    Ok(())
}

fn verdicts(judged: &Judged, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "by {}: {} right, {} wrong, {} missed, {} not listed",
        judged.list,
        judged.right,
        judged.wrong.len(),
        judged.missed.len(),
        judged.unlisted
    )?;
    for wrong in &judged.wrong {
        for text in &wrong.texts {
            writeln!(out, "wrong: {}: {}", wrong.file, text.escape_debug())?;
        }
    }
    for file in &judged.missed {
        writeln!(out, "missed: {file}")?;
    }
    for path in &judged.absent {
        writeln!(out, "listed, but not there: {path}")?;
    }
    Ok(())
}
