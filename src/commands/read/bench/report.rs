//! What the readings of a folder come to.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::expected::{Expected, List, folder_of};
use super::people::Person;
use super::quantile::{median, p95};
use super::read::Reading;
use crate::commands::WRONG_USE;
use crate::vision::Code;

/// The report: as it is printed in JSON.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) folder: String,
    pub(super) repeat: u32,
    /// Files that are images.
    pub(super) images: usize,
    /// Images with a code.
    pub(super) read: usize,
    /// Files that could not be read as images.
    pub(super) bad_files: Vec<String>,
    pub(super) ms: Times,
    pub(super) people: Vec<PersonReport>,
    /// None where the folder says nothing of the codes in it.
    pub(super) judged: Option<Judged>,
}

/// Milliseconds of an image: of all, of those that were read, of the others.
#[derive(Debug, Default, Serialize)]
pub(super) struct Times {
    pub(super) all: Spread,
    pub(super) read: Spread,
    pub(super) not_read: Spread,
}

/// Null where there is no such image.
#[derive(Debug, Default, Serialize)]
pub(super) struct Spread {
    pub(super) median: Option<f64>,
    pub(super) p95: Option<f64>,
    #[serde(skip)]
    pub(super) values: Vec<f64>,
}

/// A person's frames.
#[derive(Debug, Serialize)]
pub(super) struct PersonReport {
    pub(super) folder: String,
    pub(super) frames: usize,
    /// The index of the first frame with a code, with the expected one where that is known.
    pub(super) first_read: Option<usize>,
}

/// What is right and wrong by the folder's own list.
#[derive(Debug, Serialize)]
pub(super) struct Judged {
    pub(super) list: &'static str,
    /// Images that gave what is expected, and nothing else.
    pub(super) right: usize,
    /// Images that gave a text which is not the expected one.
    pub(super) wrong: Vec<Wrong>,
    /// Images that did not give the expected text.
    pub(super) missed: Vec<String>,
    /// Images of which the list says nothing.
    pub(super) unlisted: usize,
    /// Paths in the list that are neither an image nor a folder of images.
    pub(super) absent: Vec<String>,
}

/// An image and its wrong texts.
#[derive(Debug, Serialize)]
pub(super) struct Wrong {
    pub(super) file: String,
    pub(super) texts: Vec<String>,
}

impl Report {
    /// The report of everybody's readings, one a frame.
    pub(super) fn new(
        folder: &Path,
        repeat: u32,
        list: Option<&List>,
        people: &[Person],
        readings: &[Vec<Option<Reading>>],
    ) -> Self {
        let mut report = Self {
            folder: folder.display().to_string(),
            repeat,
            images: 0,
            read: 0,
            bad_files: Vec::new(),
            ms: Times::default(),
            people: Vec::new(),
            judged: list.map(|list| Judged::new(list, people)),
        };
        for (person, readings) in people.iter().zip(readings) {
            report.add(person, readings, list);
        }
        for spread in [&mut report.ms.all, &mut report.ms.read, &mut report.ms.not_read] {
            spread.median = median(&spread.values);
            spread.p95 = p95(&spread.values);
        }
        report
    }

    /// The exit status.
    pub(super) fn status(&self) -> u8 {
        let absent = self
            .judged
            .as_ref()
            .is_some_and(|judged| !judged.absent.is_empty());
        if absent || !self.bad_files.is_empty() {
            return WRONG_USE;
        }
        let all_well = match &self.judged {
            Some(judged) => judged.wrong.is_empty() && judged.missed.is_empty(),
            None => self.read == self.images,
        };
        u8::from(!all_well)
    }

    fn add(&mut self, person: &Person, readings: &[Option<Reading>], list: Option<&List>) {
        let mut first_read = None;
        for (index, (frame, reading)) in person.frames.iter().zip(readings).enumerate() {
            let Some(reading) = reading else {
                self.bad_files.push(frame.name.clone());
                continue;
            };
            self.count(reading);
            let expected = list.and_then(|list| list.expected(&frame.name));
            if let Some(judged) = &mut self.judged {
                judged.add(&frame.name, reading, expected);
            }
            if is_read(reading, expected) {
                first_read = first_read.or(Some(index));
            }
        }
        self.people
            .extend(person.folder.as_ref().map(|folder| PersonReport {
                folder: folder.clone(),
                frames: person.frames.len(),
                first_read,
            }));
    }

    fn count(&mut self, reading: &Reading) {
        let has_code = !reading.codes.is_empty();
        self.images += 1;
        self.read += usize::from(has_code);
        self.ms.all.values.push(reading.ms);
        let spread = if has_code {
            &mut self.ms.read
        } else {
            &mut self.ms.not_read
        };
        spread.values.push(reading.ms);
    }
}

fn is_read(reading: &Reading, expected: Option<&Expected>) -> bool {
    reading
        .codes
        .iter()
        .any(|code| expected.is_none_or(|expected| expected.is(code)))
}

impl Judged {
    fn new(list: &List, people: &[Person]) -> Self {
        let images = people
            .iter()
            .flat_map(|person| &person.frames)
            .map(|frame| frame.name.as_str());
        let there: BTreeSet<_> = images.flat_map(|image| [image, folder_of(image)]).collect();
        let absent = list.paths().filter(|path| !there.contains(path));
        Self {
            list: list.name,
            right: 0,
            wrong: Vec::new(),
            missed: Vec::new(),
            unlisted: 0,
            absent: absent.map(str::to_owned).collect(),
        }
    }

    fn add(&mut self, file: &str, reading: &Reading, expected: Option<&Expected>) {
        let Some(expected) = expected else {
            self.unlisted += 1;
            return;
        };
        // Bytes that are no text may be the right text in another encoding: missed, but not wrong.
        let said = |code: &&Code| code.text.is_some() || *expected == Expected::NoCode;
        let wrong = reading
            .codes
            .iter()
            .filter(said)
            .filter(|code| !expected.is(code));
        let texts: Vec<_> = wrong
            .map(|code| String::from_utf8_lossy(&code.bytes).into_owned())
            .collect();
        let missed = *expected != Expected::NoCode && !is_read(reading, Some(expected));
        self.right += usize::from(texts.is_empty() && !missed);
        if missed {
            self.missed.push(file.to_owned());
        }
        if !texts.is_empty() {
            let file = file.to_owned();
            self.wrong.push(Wrong { file, texts });
        }
    }
}
