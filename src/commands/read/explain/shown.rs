//! The pass that is shown: the one that read, or else the one that came farthest.

use crate::vision::{LumaFrame, PassTrace, PassView, SymbolTrace, SymbolView};

/// A pass, and what it saw.
pub(super) struct Shown<'a> {
    /// Its number, from 0.
    pub(super) index: usize,
    pub(super) pass: &'a PassTrace,
    pub(super) view: PassView<'a>,
    /// The symbols that it tried: those that were read first, and those that were seen best before others.
    pub(super) symbols: Vec<Seen<'a>>,
}

/// A symbol that was tried, and what was seen of it.
pub(super) struct Seen<'a> {
    pub(super) trace: &'a SymbolTrace,
    pub(super) view: SymbolView,
}

impl<'a> Shown<'a> {
    /// The pass to show of those over a frame; none where there was none.
    pub(super) fn of(frame: &LumaFrame<'a>, passes: &'a [PassTrace]) -> Option<Self> {
        let (index, pass) = farthest(passes)?;
        let view = PassView::of(frame, pass)?;
        let seen = |trace| {
            let view = view.symbol(trace)?;
            Some(Seen { trace, view })
        };
        let mut symbols: Vec<Seen<'_>> = pass.symbols.iter().filter_map(seen).collect();
        symbols.sort_by(|a, b| {
            let was_read = |seen: &Seen<'_>| seen.trace.read.is_some();
            let by_read = was_read(b).cmp(&was_read(a));
            by_read.then(b.trace.score.total_cmp(&a.trace.score))
        });
        Some(Self {
            index,
            pass,
            view,
            symbols,
        })
    }

    /// The symbols whose modules are of use: those that were read, or else the one that was seen best.
    pub(super) fn of_note(&self) -> &[Seen<'a>] {
        let read = self
            .symbols
            .iter()
            .take_while(|seen| seen.trace.read.is_some())
            .count();
        let count = read.max(1).min(self.symbols.len());
        self.symbols.get(..count).unwrap_or_default()
    }
}

fn farthest(passes: &[PassTrace]) -> Option<(usize, &PassTrace)> {
    // Of equals the first: the one that a gate would run first.
    passes.iter().enumerate().rev().max_by(|(_, a), (_, b)| {
        let read = |pass: &PassTrace| pass.symbols.iter().filter(|symbol| symbol.read.is_some()).count();
        let score = |pass: &PassTrace| {
            pass.symbols
                .iter()
                .map(|symbol| symbol.score)
                .fold(-1.0, f32::max)
        };
        read(a)
            .cmp(&read(b))
            .then(score(a).total_cmp(&score(b)))
            .then(likely_finders(a).cmp(&likely_finders(b)))
    })
}

/// How many of a pass's finders are surer than what chance makes.
pub(super) fn likely_finders(pass: &PassTrace) -> usize {
    pass.finders.iter().filter(|finder| finder.likely).count()
}
