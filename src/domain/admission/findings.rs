//! What the checks find. Each check speaks for itself; the order of reasons is that of `Reason`, not that of the code.

use crate::domain::checkin::Fact;
use crate::domain::time::Standing;
use crate::domain::verdict::{Flag, Prompt, Reason};

/// What the checks find about one scan.
#[derive(Debug, Clone, Default)]
pub(super) struct Findings<'a> {
    refusals: Vec<(Reason, Option<&'a Fact>)>,
    prompts: Vec<(Prompt, Option<&'a Fact>)>,
    flags: Vec<Flag>,
    cannot_tell: bool,
}

impl<'a> Findings<'a> {
    pub(super) fn refuse(&mut self, reason: Reason, fact: Option<&'a Fact>) {
        self.refusals.push((reason, fact));
    }

    pub(super) fn refuse_if(&mut self, refused: bool, reason: Reason) {
        if refused {
            self.refuse(reason, None);
        }
    }

    pub(super) fn ask(&mut self, prompt: Prompt, fact: Option<&'a Fact>) {
        self.prompts.push((prompt, fact));
    }

    pub(super) fn flag(&mut self, flag: Flag) {
        self.flags.push(flag);
    }

    /// The clock cannot tell whether a window is open.
    pub(super) fn cannot_tell(&mut self) {
        self.cannot_tell = true;
    }

    /// Where the present stands to a window, with the reasons for what lies outside.
    pub(super) fn window(&mut self, standing: Standing, before: Reason, after: Reason) {
        match standing {
            Standing::Inside => {}
            Standing::Before => self.refuse(before, None),
            Standing::After => self.refuse(after, None),
            Standing::CannotTell => self.cannot_tell(),
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.refusals.extend(other.refusals);
        self.prompts.extend(other.prompts);
        self.flags.extend(other.flags);
        self.cannot_tell |= other.cannot_tell;
    }

    pub(super) fn is_refused(&self) -> bool {
        !self.refusals.is_empty()
    }

    pub(super) fn is_unsure(&self) -> bool {
        self.cannot_tell
    }

    /// The first reason in the order of precedence; of equals, the one found first.
    pub(super) fn refusal(&self) -> Option<(Reason, Option<&'a Fact>)> {
        self.refusals.iter().copied().min_by_key(|(reason, _)| *reason)
    }

    /// What staff have not confirmed yet, in the order in which it was found.
    pub(super) fn open_prompt(&self, confirmed: &[Prompt]) -> Option<(Prompt, Option<&'a Fact>)> {
        let mut open = self
            .prompts
            .iter()
            .filter(|(prompt, _)| !confirmed.contains(prompt));
        open.next().copied()
    }

    pub(super) fn flags(&self) -> Vec<Flag> {
        self.flags.clone()
    }
}
