//! Which labels are meant by what somebody typed. Case and width do not count: a visitor's keyboard has its own.

use std::collections::BTreeMap;

use super::{GuestName, Label, OrderNumber};
use crate::domain::ids::TicketId;

/// Characters that must be typed: one letter would find half of a list. A Chinese surname is one character.
const TYPED_MIN: usize = 2;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// All that was typed, without spaces and signs.
    joined: String,
    /// Its words.
    words: Vec<String>,
}

/// How well a label fits; the better first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is the order's number.
    Order,
    /// The order's number begins so.
    OrderBegins,
    /// Each word is in the name.
    Name,
}

impl Sought {
    /// What is meant by what was typed; none where that is too little to look for.
    #[must_use]
    pub fn of(typed: &str) -> Option<Self> {
        let words = words(typed);
        let joined = words.concat();
        let enough = joined.chars().count() >= TYPED_MIN || joined.contains(is_ideograph);
        enough.then_some(Self { joined, words })
    }

    fn fit(&self, label: &Label) -> Option<Fit> {
        let order = label.order.as_ref().map(|order| words(order.as_str()).concat());
        match order {
            Some(order) if order == self.joined => return Some(Fit::Order),
            Some(order) if order.starts_with(&self.joined) => return Some(Fit::OrderBegins),
            _ => {}
        }
        let name = words(label.name.as_ref()?.as_str());
        let joined = name.concat();
        let has = |word: &String| {
            name.iter().any(|part| part.starts_with(word.as_str()))
                || word.contains(is_ideograph) && joined.contains(word.as_str())
        };
        self.words.iter().all(has).then_some(Fit::Name)
    }
}

/// The labels that fit best, of any number that is offered.
#[derive(Debug)]
pub struct Best<'a> {
    sought: &'a Sought,
    limit: usize,
    found: BTreeMap<(Fit, Option<GuestName>, Option<OrderNumber>, TicketId), Label>,
}

impl<'a> Best<'a> {
    /// None yet, and at most `limit` in the end.
    #[must_use]
    pub fn of(sought: &'a Sought, limit: usize) -> Self {
        Self {
            sought,
            limit,
            found: BTreeMap::new(),
        }
    }

    /// Takes a label, if it is among the best so far.
    pub fn offer(&mut self, label: Label) {
        if let Some(fit) = self.sought.fit(&label) {
            let key = (fit, label.name.clone(), label.order.clone(), label.ticket);
            self.found.insert(key, label);
        }
        if self.found.len() > self.limit {
            self.found.pop_last();
        }
    }

    /// The labels, the best first, and those that fit alike by name.
    #[must_use]
    pub fn into_labels(self) -> Vec<Label> {
        self.found.into_values().collect()
    }
}

/// The words of a text, in small letters of the usual width. An apostrophe parts no word.
fn words(text: &str) -> Vec<String> {
    let folded: String = text
        .chars()
        .filter(|character| !matches!(character, '\'' | '’' | '＇'))
        .map(narrow)
        .flat_map(char::to_lowercase)
        .collect();
    folded
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The usual form of a full-width character (U+FF01 to U+FF5E stand for ! to ~).
fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        _ => character,
    }
}

/// Chinese characters, of which every part of a name is a word: the unified ideographs, their first extension, and the rest
/// from plane 2 on.
fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(number: u8, order: &str, name: &str) -> Label {
        Label {
            ticket: TicketId::new(&[number; 8]).unwrap(),
            order: order.parse().ok(),
            name: name.parse().ok(),
        }
    }

    fn fit(typed: &str, order: &str, name: &str) -> Option<Fit> {
        Sought::of(typed)?.fit(&label(1, order, name))
    }

    #[test]
    fn an_order_is_found_by_its_number_or_how_that_begins() {
        for (typed, expected) in [
            ("A-1023", Some(Fit::Order)),
            ("a1023", Some(Fit::Order)),
            ("Ａ－１０２３", Some(Fit::Order)),
            ("A-10", Some(Fit::OrderBegins)),
            ("1023", None),
            ("A-10234", None),
            ("A", None),
            ("--", None),
            ("", None),
        ] {
            assert_eq!(fit(typed, "A-1023", ""), expected, "{typed}");
        }
    }

    #[test]
    fn a_name_is_found_by_how_its_words_begin_and_a_chinese_one_by_any_part() {
        for (typed, name, found) in [
            ("jo", "Mary Jones-O'Brien", true),
            ("BRIEN", "Mary Jones-O'Brien", false),
            ("obrien", "Mary Jones-O'Brien", true),
            ("jones mary", "Mary Jones-O'Brien", true),
            ("jones anne", "Mary Jones-O'Brien", false),
            ("ones", "Mary Jones-O'Brien", false),
            ("ｍａｒｙ", "Mary Jones-O'Brien", true),
            ("ZO", "Zoë", true),
            ("张", "张伟", true),
            ("伟", "张伟", true),
            ("张伟", "张 伟", true),
            ("王", "张伟", false),
        ] {
            assert_eq!(
                fit(typed, "", name) == Some(Fit::Name),
                found,
                "{typed} in {name}"
            );
        }
        assert_eq!(fit("jo", "A-1", ""), None);
    }

    #[test]
    fn the_best_come_first_and_no_more_than_were_wanted() {
        let sought = Sought::of("li").unwrap();
        let offered = [
            label(1, "", "Li Wei"),
            label(2, "LI-7", ""),
            label(3, "", "Anna Li"),
            label(4, "Li", ""),
            label(5, "", "Wang"),
        ];
        for (limit, expected) in [(9, vec![4, 2, 3, 1]), (3, vec![4, 2, 3]), (0, vec![])] {
            let mut best = Best::of(&sought, limit);
            offered.iter().cloned().for_each(|label| best.offer(label));
            let found = best.into_labels();
            let numbers: Vec<u8> = found.iter().map(|label| label.ticket.as_bytes()[0]).collect();
            assert_eq!(numbers, expected, "{limit}");
        }
    }
}
