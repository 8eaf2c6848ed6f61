//! Staff's commands to a running gate.

use wicket::domain::gate::{Desk, DeskAnswer};
use wicket::runner::{Command, CommandDesk, Feed, LaneSetting};

use super::*;

/// What a gate tells of commands that come before a guest with the ticket 1, one word each.
fn told(ledger: Box<dyn Ledger>, commands: Vec<Command>) -> Vec<String> {
    let (feed, _) = Feed::new();
    let (desk, taken) = CommandDesk::new(&feed);
    for command in commands {
        desk.say(command).unwrap();
    }
    let mut words = Vec::new();
    let mut watcher = |notice: Notice<'_>| {
        words.push(match notice {
            Notice::Verdict(told) => format!(
                "{:?} {} at {}",
                told.announcement.kind,
                told.announcement.reason.map_or("ok", Reason::code),
                told.announcement.gate
            ),
            Notice::Desk(DeskAnswer::NothingToUndo) => "nothing".to_owned(),
            Notice::Desk(answer) => format!("{answer:?}"),
            Notice::Lane(lane) => format!("{lane:?}"),
            other => format!("{other:?}"),
        });
        Ok(())
    };
    Decider::new(orders(config(Direction::Entry)), ledger, None)
        .commanded(taken)
        .run(&queued(vec![line(0, Some(code(1)))]), &mut watcher)
        .unwrap();
    words
}

#[test]
fn a_gate_stands_where_staff_set_it_from_then_on_and_keeps_that() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path(), STREAM, &signature_only()).unwrap();
    let lane = LaneSetting {
        gate: Some("south".parse().unwrap()),
        direction: Some(Direction::Exit),
    };
    let words = told(Box::new(ledger), vec![Command::Use(lane.clone())]);
    assert_eq!(words[1], "Exit NOT_INSIDE at south");
    let mut beside = SqliteLedger::attach(folder.path(), &signature_only()).unwrap();
    assert_eq!(LaneSetting::kept(&mut beside).unwrap(), lane);
}

#[test]
fn one_of_both_may_be_set_and_the_other_stays() {
    let only = |direction| LaneSetting {
        gate: None,
        direction,
    };
    let words = told(in_memory(), vec![Command::Use(only(Some(Direction::Check)))]);
    assert_eq!(words[1], "Check ok at north");
}

#[test]
fn each_command_is_answered() {
    let undo = Command::Desk(Desk::Undo { operator: None });
    let by_hand = Command::Desk(Desk::CheckIn {
        ticket: id(9),
        operator: "anna".parse().unwrap(),
    });
    let words = told(in_memory(), vec![undo, by_hand, Command::SignIn(None)]);
    // A gate on signatures alone has no list that could vouch for a ticket.
    assert_eq!(
        words,
        ["nothing", "Entry NOT_ON_LIST at north", "Entry ok at north"]
    );
}

#[test]
fn who_has_signed_in_is_in_the_facts_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path(), STREAM, &signature_only()).unwrap();
    told(
        Box::new(ledger),
        vec![Command::SignIn(Some("anna".parse().unwrap()))],
    );
    let mut beside = SqliteLedger::attach(folder.path(), &signature_only()).unwrap();
    let facts = beside.facts().unwrap();
    assert_eq!(facts[0].draft.operator, Some("anna".parse().unwrap()));
}
