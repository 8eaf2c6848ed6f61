//! What to do next.

use super::shown::{Seen, Shown, likely_finders};
use crate::vision::{LumaFrame, Reading, SymbolView};

/// The passes that a gate gives every frame; of the others it gives one a frame, in turn.
const USUAL_PASSES: usize = 2;
/// Below this a module is not always a pixel.
const MODULE_PX_MIN: f32 = 2.0;
/// Less than this between dark and light is little more than a camera's noise in poor light.
const CONTRAST_MIN: f32 = 35.0;
/// Below this the alternating rows of a symbol have lost more than half of their contrast.
const SHARPNESS_MIN: f32 = 0.45;
/// More than this share in glare is more than a few light modules that lie together by chance.
const GLARE_MAX: f32 = 0.05;
/// A symbol whose fixed patterns are seen less well than this may lie elsewhere than it was taken to: few that are read
/// have less.
const SCORE_MIN: f32 = 0.8;
/// A picture whose pixels, but for the darkest and lightest hundredth, lie nearer together shows nothing.
const RANGE_MIN: usize = 24;
/// A symbol has three.
const FINDERS: usize = 3;

/// What a code needs to be found.
const WHOLE: &str = "Is the whole code in the image, flat, with light around it and nothing over its corners? Are its \
                     modules at least 2 pixels large, and neither blurred nor in glare?";

/// What to do next, in a sentence or some.
pub(super) fn advice(frame: &LumaFrame<'_>, reading: &Reading, shown: Option<&Shown<'_>>) -> String {
    let Some(shown) = shown else {
        return "The image is too small to look at: take a larger one.".to_owned();
    };
    match shown.of_note() {
        [] => unfound(frame, shown),
        [first, ..] if reading.codes.is_empty() => unread(first),
        [first, ..] => read(first, shown.index),
    }
}

fn read(seen: &Seen<'_>, pass: usize) -> String {
    let faults = faults(&seen.view);
    let how = if pass < USUAL_PASSES {
        "Read as a gate reads every frame."
    } else {
        "Read, but not by the passes that a gate gives every frame: there it may take some frames more."
    };
    match (faults.as_slice(), seen.view.deblurred) {
        ([], false) => format!("{how} Nothing to do."),
        ([], true) => format!("{how} Its blur had to be undone: the focus could be better."),
        (faults, _) => format!("{how} It could be seen better: {}.", faults.join("; ")),
    }
}

fn unread(seen: &Seen<'_>) -> String {
    let mut faults = faults(&seen.view);
    if seen.trace.score < SCORE_MIN {
        faults.push(format!(
            "its fixed patterns are seen only {:.0} % as they should be, so look whether the outline fits the code: \
             where it does not, part of the code is outside the image, covered or bent",
            100.0 * seen.trace.score
        ));
    }
    match faults.as_slice() {
        [] => "A code was found and not read, though it is large, sharp and bright enough: look for modules that are \
               covered, creased, worn or in a reflection."
            .to_owned(),
        faults => format!("A code was found and not read: {}.", faults.join("; ")),
    }
}

/// What is wrong with how a symbol is seen, and what helps, the surest first.
fn faults(view: &SymbolView) -> Vec<String> {
    let percent = |share: f32| 100.0 * share;
    let mut faults = Vec::new();
    if view.module_px < MODULE_PX_MIN {
        faults.push(format!(
            "a module has {:.1} pixels and needs {MODULE_PX_MIN}, so bring the code nearer, or set the camera to more \
             pixels",
            view.module_px
        ));
    }
    if view.contrast < CONTRAST_MIN {
        faults.push(format!(
            "dark and light are only {:.0} of 255 apart, so put more light on the code, less behind it, or turn the \
             phone's screen up",
            view.contrast
        ));
    }
    if view.glare > GLARE_MAX {
        faults.push(format!(
            "{:.0} % of its modules lie in glare, so move the lamp that shines into it, tilt the camera, or expose \
             shorter",
            percent(view.glare)
        ));
    }
    if view.sharpness < SHARPNESS_MIN {
        faults.push(format!(
            "it is blurred (its finest rows have {:.0} % of the contrast of its corners), so focus on where codes are \
             held, or, where it moved, expose shorter with more light",
            percent(view.sharpness)
        ));
    }
    faults
}

/// No symbol was found.
fn unfound(frame: &LumaFrame<'_>, shown: &Shown<'_>) -> String {
    let range = range(frame);
    if range < RANGE_MIN {
        return format!(
            "No code: the image is nearly even (dark and light are {range} of 255 apart). Look whether the lens is \
             covered, and at the exposure."
        );
    }
    let seen = match likely_finders(shown.pass) {
        0 => "no corner pattern (three nested squares) was found for sure",
        1..FINDERS => "not all three of a code's corner patterns were found for sure",
        _ => "corner patterns were found, but no three that make a code",
    };
    format!("No code: {seen}. {WHOLE}")
}

/// How far apart the darkest and the lightest pixels are, but for a hundredth of each.
fn range(frame: &LumaFrame<'_>) -> usize {
    let mut counts = [0_usize; 256];
    for y in 0..frame.height() {
        for value in frame.row(y) {
            if let Some(count) = counts.get_mut(usize::from(*value)) {
                *count += 1;
            }
        }
    }
    let few = frame.width() * frame.height() / 100;
    let darkest = first_above(counts.iter(), few);
    let from_lightest = first_above(counts.iter().rev(), few);
    (counts.len() - 1).saturating_sub(darkest + from_lightest)
}

/// The place up to which counts add up to more than a few.
fn first_above<'a>(mut counts: impl Iterator<Item = &'a usize>, few: usize) -> usize {
    let mut sum = 0;
    let place = counts.position(|count| {
        sum += count;
        sum > few
    });
    place.unwrap_or(0)
}
