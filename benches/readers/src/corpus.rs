//! The pictures: the gate's frames with `expected.jsonl`, and the photos with `MANIFEST.tsv`.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::picture::{Expected, Picture};

/// A picture with a code.
pub struct Labelled {
    pub picture: Picture,
    pub expected: Expected,
}

/// The frames of one person who shows one code, in order.
pub struct Person {
    pub frames: Vec<Picture>,
    pub expected: Expected,
}

/// All pictures, decoded.
pub struct Corpus {
    pub stills: Vec<Labelled>,
    pub people: Vec<Person>,
    pub photos: Vec<Labelled>,
    /// Photos without a code.
    pub empty: Vec<Picture>,
    /// The same, stretched to the size of a gate's frame.
    pub empty_720p: Vec<Picture>,
}

/// A line of `expected.jsonl`: a still, or a folder with this many frames.
#[derive(Deserialize)]
struct Line {
    path: String,
    text: String,
    frames: Option<usize>,
}

impl Corpus {
    /// Reads and decodes both folders.
    pub fn open(frames: &Path, images: &Path) -> Result<Self, Box<dyn Error>> {
        let mut corpus = Self {
            stills: Vec::new(),
            people: Vec::new(),
            photos: Vec::new(),
            empty: Vec::new(),
            empty_720p: Vec::new(),
        };
        for line in list(frames, "expected.jsonl")?.lines() {
            corpus.add_frames(frames, serde_json::from_str(line)?)?;
        }
        for line in list(images, "MANIFEST.tsv")?.lines().skip(1) {
            corpus.add_photo(images, line)?;
        }
        for picture in &corpus.empty {
            corpus.empty_720p.push(picture.stretched(1280, 720)?);
        }
        Ok(corpus)
    }

    fn add_frames(&mut self, folder: &Path, line: Line) -> Result<(), Box<dyn Error>> {
        let expected = Expected::Text(line.text);
        if line.frames.is_none() {
            let picture = Picture::open(folder, &line.path)?;
            self.stills.push(Labelled { picture, expected });
            return Ok(());
        }
        let names = names(&folder.join(&line.path))?;
        let frames: Result<_, _> = names
            .iter()
            .map(|name| Picture::open(folder, &format!("{}/{name}", line.path)))
            .collect();
        self.people.push(Person {
            frames: frames?,
            expected,
        });
        Ok(())
    }

    fn add_photo(&mut self, folder: &Path, line: &str) -> Result<(), Box<dyn Error>> {
        let mut fields = line.split('\t');
        let (Some(name), Some(expected)) = (fields.next(), fields.next()) else {
            return Err(format!("MANIFEST.tsv: no path and expectation in «{line}»").into());
        };
        let picture = Picture::open(folder, name)?;
        let expected = match expected.split_once(':') {
            Some(("text", text)) => Expected::Text(text.to_owned()),
            Some(("sha256", digest)) => Expected::Sha256(digest.to_owned()),
            _ if expected.is_empty() => {
                self.empty.push(picture);
                return Ok(());
            }
            _ => return Err(format!("MANIFEST.tsv: «{expected}» is neither text: nor sha256:").into()),
        };
        self.photos.push(Labelled { picture, expected });
        Ok(())
    }
}

fn list(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|error| {
        format!(
            "cannot read {}: {error}; this comparison needs the folders of frames and photos, which are no part of \
             the project: name them with FRAMES=DIR IMAGES=DIR",
            path.display()
        )
    })
}

fn names(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
