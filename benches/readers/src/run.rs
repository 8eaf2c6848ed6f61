//! Every reader over every picture.

use rustix::time::{ClockId, clock_gettime};

use crate::corpus::{Corpus, Person};
use crate::picture::{Expected, Picture};
use crate::quantile::median;
use crate::reader::{Failed, Found, Reader, guarded};
use crate::score::Score;

/// How often each picture is read: the median of three drops one disturbance.
pub const REPEATS: usize = 3;

/// The answer to a picture, and the median of its milliseconds.
pub struct Reading {
    pub found: Result<Vec<Found>, Failed>,
    pub ms: f64,
}

/// The readers take turns at each picture, so that whatever else the machine does meets them alike.
pub fn run(readers: &mut [Box<dyn Reader>], corpus: &Corpus) -> Vec<Score> {
    let mut scores: Vec<_> = readers.iter().map(|reader| Score::new(reader.name())).collect();
    let mut each = |of_picture: &mut dyn FnMut(&mut dyn Reader, &mut Score)| {
        for (reader, score) in readers.iter_mut().zip(&mut scores) {
            of_picture(reader.as_mut(), score);
        }
    };
    for still in &corpus.stills {
        each(&mut |reader, score| score.still(still, &repeated(reader, &still.picture)));
    }
    for person in &corpus.people {
        each(&mut |reader, score| {
            let deciding = deciding_frame(reader, person, &mut score.wrong);
            score.deciding.push(deciding);
        });
    }
    for photo in &corpus.photos {
        each(&mut |reader, score| score.photo(photo, &repeated(reader, &photo.picture)));
    }
    for (picture, stretched) in corpus.empty.iter().zip(&corpus.empty_720p) {
        each(&mut |reader, score| score.empty.add(picture, &repeated(reader, picture)));
        each(&mut |reader, score| score.empty_720p.add(stretched, &repeated(reader, stretched)));
    }
    scores
}

/// Each time as a picture of somebody else, so that nothing is remembered of the time before.
fn repeated(reader: &mut dyn Reader, picture: &Picture) -> Reading {
    let mut times = Vec::new();
    let mut found = Err(Failed);
    for _ in 0..REPEATS {
        reader.next_person();
        let before_ms = thread_ms();
        found = read(reader, picture);
        times.push(thread_ms() - before_ms);
    }
    Reading {
        found,
        ms: median(&times),
    }
}

/// The index of the first frame whose text is right, by a reader that sees the frames in order.
fn deciding_frame(reader: &mut dyn Reader, person: &Person, wrong: &mut Vec<String>) -> Option<usize> {
    reader.next_person();
    person.frames.iter().position(|frame| {
        let found = read(reader, frame).unwrap_or_default();
        wrong.extend(wrong_texts(&frame.name, &person.expected, &found));
        found.iter().any(|code| person.expected.is(code))
    })
}

/// The texts of a picture that are not the expected one, with its name.
pub fn wrong_texts(name: &str, expected: &Expected, found: &[Found]) -> Vec<String> {
    let texts = found.iter().filter(|code| !expected.is(code));
    texts
        .filter_map(|code| code.text.as_ref())
        .map(|text| format!("{name}: {text:?}"))
        .collect()
}

fn read(reader: &mut dyn Reader, picture: &Picture) -> Result<Vec<Found>, Failed> {
    guarded(|| reader.read(picture)).and_then(|found| found)
}

/// The processor time of this thread: no reader has another.
fn thread_ms() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // A thread lives far below 2^53 of either.
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
