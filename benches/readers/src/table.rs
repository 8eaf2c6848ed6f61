//! The scores as Markdown.

use std::fmt::{self, Display, Formatter};

use crate::corpus::Corpus;
use crate::quantile::{median, p95};
use crate::run::REPEATS;
use crate::score::Score;

/// Two tables and what the counts in them mean, file by file.
pub fn markdown(corpus: &Corpus, scores: &[Score]) -> String {
    let build = if cfg!(debug_assertions) {
        "a debug build, whose milliseconds mean nothing"
    } else {
        "a release build"
    };
    let mut text = format!(
        "# QR readers\n\n\
         By {build}. Each picture is read {REPEATS} times; ms are the median of the thread's processor time in the \
         reader's call.\n\n## Counts\n\n"
    );
    text.push_str(&counts(corpus, scores));
    text.push_str("\n## Milliseconds, median / 95th percentile\n\n");
    text.push_str(&times(corpus, scores));
    for score in scores {
        text.push_str(&findings(score));
    }
    text
}

fn counts(corpus: &Corpus, scores: &[Score]) -> String {
    let mut table = format!(
        "| reader | stills read, of {} | sequences read, of {} (median deciding frame) | photos read, of {} \
         | wrong texts | false reads, of {} + {} stretched to 720p | failures |\n|---|---|---|---|---|---|---|\n",
        corpus.stills.len(),
        corpus.people.len(),
        corpus.photos.len(),
        corpus.empty.len(),
        corpus.empty_720p.len(),
    );
    for score in scores {
        table.push_str(&format!(
            "| {} | {} | {} ({:.1}) | {} | {} | {} + {} | {} |\n",
            score.reader,
            score.stills_read,
            score.deciding.iter().flatten().count(),
            median(&deciding_frames(corpus, score)),
            score.photos_read,
            score.wrong.len(),
            score.empty.false_reads.len(),
            score.empty_720p.false_reads.len(),
            failed(score).count(),
        ));
    }
    table
}

/// Where no frame decides, the number of frames stands for it.
fn deciding_frames(corpus: &Corpus, score: &Score) -> Vec<f64> {
    let people = corpus.people.iter().zip(&score.deciding);
    // At most some dozen frames.
    people
        .map(|(person, frame)| frame.unwrap_or(person.frames.len()) as f64)
        .collect()
}

fn times(corpus: &Corpus, scores: &[Score]) -> String {
    let gate_stills = scores.first().map_or(0, |score| score.still_ms.len());
    let mut table = format!(
        "| reader | 720p stills ({gate_stills}) | of these, those it read | photos with a code ({}) \
         | photos without a code ({}) | the same stretched to 720p |\n|---|---|---|---|---|---|\n",
        corpus.photos.len(),
        corpus.empty.len(),
    );
    for score in scores {
        table.push_str(&format!(
            "| {} | {} | {} ({}) | {} | {} | {} |\n",
            score.reader,
            Times(&score.still_ms),
            Times(&score.still_read_ms),
            score.still_read_ms.len(),
            Times(&score.photo_ms),
            Times(&score.empty.ms),
            Times(&score.empty_720p.ms),
        ));
    }
    table
}

struct Times<'a>(&'a [f64]);

impl Display for Times<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} / {:.2}", median(self.0), p95(self.0))
    }
}

/// What is wrong with a reader, file by file; nothing where nothing is.
fn findings(score: &Score) -> String {
    let kinds: [(&str, Vec<&String>); 3] = [
        ("wrong text", score.wrong.iter().collect()),
        ("false read", false_reads(score).collect()),
        ("failure", failed(score).collect()),
    ];
    let mut text = String::new();
    for (kind, files) in kinds {
        for file in files {
            text.push_str(&format!("- {kind}: {file}\n"));
        }
    }
    if text.is_empty() {
        return text;
    }
    format!("\n## {}\n\n{text}", score.reader)
}

fn false_reads(score: &Score) -> impl Iterator<Item = &String> {
    score
        .empty
        .false_reads
        .iter()
        .chain(&score.empty_720p.false_reads)
}

fn failed(score: &Score) -> impl Iterator<Item = &String> {
    score
        .failed
        .iter()
        .chain(&score.empty.failed)
        .chain(&score.empty_720p.failed)
}
