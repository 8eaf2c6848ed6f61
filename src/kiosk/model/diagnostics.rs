//! The diagnostics page: what is to be mended first, then figures, then what is well.

use super::event::StaffAnswer;
use super::panel::{Desk, Drawing, Panel, Row};
use super::status::Light;
use crate::domain::health::{Finding, Fitness, Part};

impl Drawing<'_> {
    pub(super) fn diagnostics(&self, desk: &Desk) -> Panel {
        let Some(StaffAnswer::Diagnostics { findings, figures }) = &desk.answer else {
            return self.page("staff.diagnostics", "", Vec::new());
        };
        let (mut amiss, well): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.mend.is_some());
        amiss.sort_by_key(|finding| std::cmp::Reverse(finding.fitness));
        let (note, light) = match amiss.first().map(|finding| finding.fitness) {
            None => ("staff.all_well", Light::Good),
            Some(Fitness::Broken) => ("staff.to_mend", Light::Bad),
            Some(Fitness::Well | Fitness::Absent | Fitness::Poor) => ("staff.to_look_at", Light::Poor),
        };
        let amiss = amiss.into_iter().map(|finding| self.finding(finding));
        let figures = figures
            .iter()
            .map(|(label, value)| self.row(label, value.clone()));
        let well = well.into_iter().map(|finding| self.finding(finding));
        Panel {
            light,
            rows: amiss.chain(figures).chain(well).collect(),
            ..self.page("staff.diagnostics", note, Vec::new())
        }
    }

    /// What doctor says is said in its own words.
    fn finding(&self, finding: &Finding) -> Row {
        let light = match finding.fitness {
            Fitness::Well | Fitness::Absent => Light::Good,
            Fitness::Poor => Light::Poor,
            Fitness::Broken => Light::Bad,
        };
        Row {
            mend: finding.mend.clone().unwrap_or_default(),
            ..Row::new(
                self.words.get(part_key(finding.part)),
                finding.found.clone(),
                light,
            )
        }
    }
}

fn part_key(part: Part) -> &'static str {
    match part {
        Part::Config => "part.config",
        Part::Disk => "part.disk",
        Part::Database => "part.database",
        Part::Keys => "part.keys",
        Part::Dataset => "part.dataset",
        Part::Clock => "part.clock",
        Part::Server => "part.server",
        Part::Camera => "part.camera",
        Part::Reader => "part.reader",
        Part::Scanner => "part.scanner",
        Part::Signals => "part.signals",
        Part::Sound => "part.sound",
    }
}
