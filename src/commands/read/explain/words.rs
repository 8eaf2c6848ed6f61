//! What was done with an image, line by line.

use std::path::Path;

use super::shown::{Seen, Shown, likely_finders};
use crate::vision::{Code, PassTrace, Reading, SymbolTrace};

/// What the colours of a picture mean.
pub(super) const LEGEND: &str = "\
In a picture, left, the image: green is a code that was read, orange one that was found and not read, a dot lies on
each of its modules (the small squares that it is made of), and blue squares are its corner patterns (thin: doubtful).
Right: dark and light as the reader tells them apart, row by row; grey where it sees no edge. Below: the modules, as
printed; pink is printed light and seen dark, dark red is printed dark and seen light.";

/// The codes, a line for each pass, and what was seen of the symbols that are shown.
pub(super) fn lines(path: &Path, reading: &Reading, shown: Option<&Shown<'_>>) -> Vec<String> {
    let found = match reading.codes.len() {
        0 => "no code".to_owned(),
        1 => "1 code".to_owned(),
        many => format!("{many} codes"),
    };
    let mut lines = vec![format!("{}: {found}", path.display())];
    lines.extend(reading.codes.iter().map(text));
    for (index, trace) in reading.passes.iter().enumerate() {
        lines.push(format!("  pass {}: {}", index + 1, pass(trace)));
    }
    if let Some(shown) = shown {
        lines.push(format!("  shown: pass {}", shown.index + 1));
        lines.extend(shown.of_note().iter().map(figures));
    }
    lines
}

fn text(code: &Code) -> String {
    match &code.text {
        Some(text) => format!("  {}", text.escape_debug()),
        None => format!("  {} bytes that are no UTF-8 text", code.bytes.len()),
    }
}

fn pass(trace: &PassTrace) -> String {
    let size = match trace.halvings {
        0 => "full size".to_owned(),
        1 => "half size".to_owned(),
        halvings => format!("1/{} size", 1_u32 << halvings),
    };
    let smooth = if trace.smooth { ", smoothed" } else { "" };
    let finders = count(trace.finders.len(), "corner pattern");
    let doubtful = match trace.finders.len() - likely_finders(trace) {
        0 => String::new(),
        doubtful => format!(" ({doubtful} doubtful)"),
    };
    let symbols = match trace.symbols.as_slice() {
        [] => "no symbol".to_owned(),
        symbols => symbols.iter().map(symbol).collect::<Vec<_>>().join("; "),
    };
    format!(
        "{size}{smooth}, noise {}: {finders}{doubtful}, {symbols}",
        trace.noise
    )
}

fn symbol(trace: &SymbolTrace) -> String {
    let inverted = if trace.dark { "" } else { ", inverted" };
    let outcome = match &trace.read {
        None => "not read".to_owned(),
        Some(read) => {
            let mirrored = if read.mirrored { " in a mirror" } else { "" };
            format!("read{mirrored}, {} corrected", count(read.corrected, "codeword"))
        }
    };
    let side = trace.side();
    format!(
        "version {} ({side} x {side} modules{inverted}), seen {:.0} % as it should be, {outcome}",
        trace.version,
        100.0 * trace.score.max(0.0)
    )
}

fn figures(seen: &Seen<'_>) -> String {
    let view = &seen.view;
    let percent = |share: f32| 100.0 * share;
    let deblurred = match (&seen.trace.read, view.deblurred) {
        (Some(_), true) => "; read with its blur undone",
        _ => "",
    };
    format!(
        "    version {}: {:.1} pixels a module, contrast {:.0} of 255, sharpness {:.0} %, {:.0} % of its modules saturated, \
         {:.0} % in glare{deblurred}",
        seen.trace.version,
        view.module_px,
        view.contrast,
        percent(view.sharpness),
        percent(view.saturated),
        percent(view.glare),
    )
}

fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}
