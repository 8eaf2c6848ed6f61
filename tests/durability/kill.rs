//! A gate that scans at full speed is killed at random moments, again and again on one data folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin};
use std::thread;

use serde_json::Value;
use wicket::domain::checkin::{Fact, FactRef, Kind};
use wicket::domain::ids::{Sequence, TicketId};
use wicket::domain::time::UnixSeconds;
use wicket::ledger::{Ledger, Opening, SqliteLedger};

use super::seeds;
use super::venue::{AT, Venue};
use wicket::sim::chance::Chance;

/// Tickets that come new in each round, each of them twice.
const NEW: u32 = 250;
/// Codes of earlier rounds that come again, at the most.
const AGAIN: u32 = 100;
/// The kill comes after so many verdicts at the most: before the codes run out.
const LINES_MAX: u64 = 350;
/// Turns of the processor that the kill waits at the most, so that it hits anywhere between two verdicts.
const SPINS_MAX: u64 = 3_000_000;
const SIGKILL: i32 = 9;

/// What all gates said so far.
#[derive(Default)]
struct Told {
    admitted: BTreeSet<TicketId>,
    shown: u32,
}

#[test]
fn a_killed_gate_keeps_what_it_said_and_admits_nobody_twice() {
    let venue = Venue::new();
    let mut told = Told::default();
    let (mut lines, mut entries, mut rounds) = (0, 0, 0);
    for round in seeds(10, 100) {
        let mut chance = Chance::new(round);
        // Half of the rounds begin within the minutes in which an entry counts as interrupted by the restart.
        let at = AT.plus(round / 2 * 3600);
        lines += scan_and_kill(&venue, &mut told, at, &mut chance);
        entries = look(&venue, &told);
        rounds += 1;
    }
    println!(
        "{rounds} kills, {lines} verdicts, {} admitted, {entries} entries",
        told.admitted.len()
    );
    assert!(
        told.admitted.len() > rounds * 20,
        "the gate was killed before it did anything"
    );
}

/// One gate's life: codes in as fast as it takes them, verdicts out, SIGKILL in the midst. Says how many verdicts.
fn scan_and_kill(venue: &Venue, told: &mut Told, at: UnixSeconds, chance: &mut Chance) -> usize {
    let codes = codes(venue, told, chance);
    let mut gate = venue.scan(&venue.data(), at).spawn().unwrap();
    let mut stdin = gate.stdin.take().unwrap();
    let mut out = BufReader::new(gate.stdout.take().unwrap());
    let (lines, spins) = (chance.below(LINES_MAX), chance.below(SPINS_MAX));
    let printed = thread::scope(|scope| {
        let feeder = scope.spawn(move || feed(&mut stdin, &codes).map(|()| stdin));
        let mut printed: Vec<String> = Vec::new();
        let mut more = |wanted: u64, printed: &mut Vec<String>| {
            while (printed.len() as u64) < wanted {
                let mut line = String::new();
                // The last line of a killed gate may be cut: it was not printed.
                match out.read_line(&mut line).unwrap() {
                    0 => break,
                    _ if line.ends_with('\n') => printed.push(line),
                    _ => {}
                }
            }
        };
        more(lines, &mut printed);
        (0..spins).for_each(|_| std::hint::spin_loop());
        kill(&mut gate);
        more(u64::MAX, &mut printed);
        drop(feeder.join());
        printed
    });
    assert!(printed.len() as u64 >= lines, "the gate ended by itself");
    printed.iter().for_each(|line| note(told, line));
    printed.len()
}

/// New tickets, each twice, and some that were shown to the gates before, in any order.
fn codes(venue: &Venue, told: &mut Told, chance: &mut Chance) -> Vec<String> {
    let earlier = u64::from(told.shown);
    let again = (0..AGAIN)
        .filter(|_| earlier > 0)
        .map(|_| u32::try_from(chance.below(earlier)).unwrap());
    let mut numbers: Vec<u32> = again.collect();
    for number in told.shown..told.shown + NEW {
        numbers.extend([number, number]);
    }
    told.shown += NEW;
    for last in (1..numbers.len()).rev() {
        numbers.swap(last, usize::try_from(chance.below(last as u64 + 1)).unwrap());
    }
    numbers.into_iter().map(|number| venue.code(number)).collect()
}

/// Ends early where the gate is gone.
fn feed(stdin: &mut ChildStdin, codes: &[String]) -> std::io::Result<()> {
    codes.iter().try_for_each(|code| writeln!(stdin, "{code}"))
}

fn kill(gate: &mut Child) {
    gate.kill().unwrap();
    assert_eq!(
        gate.wait().unwrap().signal(),
        Some(SIGKILL),
        "the gate ended by itself"
    );
}

fn note(told: &mut Told, line: &str) {
    let scan: Value = serde_json::from_str(line).unwrap();
    match scan["verdict"].as_str().unwrap() {
        "admit" => {
            let ticket = scan["ticket"].as_str().unwrap().parse().unwrap();
            assert!(told.admitted.insert(ticket), "{ticket} was told to enter twice");
        }
        "deny" => assert_eq!(scan["reason"], "ALREADY_USED", "{line}"),
        verdict => assert_eq!(
            (verdict, &scan["prompt"]),
            ("ask", &Value::from("INTERRUPTED")),
            "{line}"
        ),
    }
}

/// Opens the store as the next process would, and compares. Says how many entries there are.
fn look(venue: &Venue, told: &Told) -> usize {
    let opening = Opening {
        signature_only: true,
        ..Opening::default()
    };
    let mut ledger = SqliteLedger::attach(&venue.data(), &opening).unwrap();
    ledger.check().unwrap();
    let mut entries = BTreeSet::new();
    for ticket in (0..told.shown).map(Venue::ticket) {
        let found = ledger.look_up(&ticket).unwrap().facts;
        let is_entry = |fact: &Fact| fact.draft.kind == Kind::Entry && fact.draft.ticket == Some(ticket);
        assert!(found.iter().all(is_entry), "{ticket}: {found:?}");
        assert!(found.len() <= 1, "{ticket} entered twice: {found:?}");
        let was_told = told.admitted.contains(&ticket);
        assert!(
            !found.is_empty() || !was_told,
            "{ticket} was told to enter and has no fact"
        );
        entries.extend(found.iter().map(|fact| fact.id));
    }
    assert_eq!(ledger.status().unwrap().own_facts, entries.len() as u64);
    contiguous(&entries);
    entries.len()
}

fn contiguous(facts: &BTreeSet<FactRef>) {
    let mut due = BTreeMap::new();
    for fact in facts {
        let next = due.entry(fact.stream).or_insert(Sequence::FIRST);
        assert_eq!(fact.sequence, *next, "{:?}", fact.stream);
        *next = next.next();
    }
}
