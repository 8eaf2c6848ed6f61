//! Photos of which zxing-cpp's two texts, for machines and for people, differ, and which of them is the expected one.

use crate::corpus::{Corpus, Labelled};
use crate::reader::{Failed, Found, Reader};
use crate::zxing_cpp::ZxingCpp;

/// A section that names these photos.
pub fn markdown(corpus: &Corpus) -> String {
    let (mut plain, mut people) = (ZxingCpp::all_tries(), ZxingCpp::all_tries_for_people());
    let mut text = "\n## zxing-cpp: photos whose plain text and text for people (HRI) differ\n\n".to_owned();
    for photo in &corpus.photos {
        if let Ok(Some(line)) = difference(&mut plain, &mut people, photo) {
            text.push_str(&line);
        }
    }
    text
}

fn difference(
    plain: &mut ZxingCpp,
    people: &mut ZxingCpp,
    photo: &Labelled,
) -> Result<Option<String>, Failed> {
    let (plain, people) = (plain.read(&photo.picture)?, people.read(&photo.picture)?);
    let texts = |found: &[Found]| -> Vec<_> { found.iter().filter_map(|code| code.text.clone()).collect() };
    let (plain, people) = (texts(&plain), texts(&people));
    let expected = |texts: &[String]| texts.iter().any(|text| photo.expected.is_text(text));
    Ok((plain != people).then(|| {
        format!(
            "- {}: plain {plain:?} (expected: {}), for people {people:?} (expected: {})\n",
            photo.picture.name,
            expected(&plain),
            expected(&people),
        )
    }))
}
