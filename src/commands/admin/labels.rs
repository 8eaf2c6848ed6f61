//! `wicket admin ticket label` and `wicket admin event names`: by what guests without a code have their tickets found.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::{error, fs};

use super::super::Outcome;
use super::csv;
use crate::commands::say;
use crate::domain::ids::EventId;
use crate::domain::label::Label;
use crate::server::db::Db;

/// The columns of a file of labels.
const COLUMNS: [&str; 3] = ["ticket", "order", "name"];

type Refusal = Box<dyn error::Error + Send + Sync>;

/// Label tickets with their orders' numbers and their guests' names, so that staff find a ticket whose code is not at hand.
///
/// Gates get order numbers with their next sync; names only where `wicket admin event names` says so. All are taken, or none.
#[derive(Debug, clap::Args)]
pub(super) struct Labels {
    /// The event.
    #[arg(long)]
    event: EventId,
    /// A CSV file in UTF-8. Its first line names its columns: ticket (the id in hexadecimal), and order, name or both. What a
    /// line says takes the place of the ticket's label before; an empty cell takes that part away.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Say whether gates get guests' names, so that staff can search for them. They do not before.
///
/// Names are personal data: they are then on every gate of the event, until this is turned off or the gate is wiped.
#[derive(Debug, clap::Args)]
pub(super) struct Names {
    /// The event.
    event: EventId,
    /// Whether they do.
    #[arg(value_enum)]
    gates_get: Switch,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

pub(super) fn label(args: &Labels, db: &mut Db) -> Outcome {
    let labels = read(&args.file)?;
    db.set_labels(&args.event, &labels)?;
    say::remark(&format!("{} tickets of {} labelled", labels.len(), args.event));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn names(args: &Names, db: &mut Db) -> Outcome {
    let named = db.set_names(&args.event, args.gates_get == Switch::On)?;
    let becomes = match args.gates_get {
        Switch::On => "go to the gates",
        Switch::Off => "are taken from the gates",
    };
    say::remark(&format!(
        "the names of {named} tickets of {} {becomes} with their next sync",
        args.event
    ));
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<Vec<Label>, Refusal> {
    let text = fs::read_to_string(path).map_err(|error| {
        format!(
            "cannot read {}: {error}; give a CSV file that is saved as UTF-8",
            path.display()
        )
    })?;
    let mut lines = csv::lines(&text).into_iter();
    let head = lines.next().unwrap_or_default();
    let places = places(&head).map_err(|why| format!("{}: {why}", path.display()))?;
    let labelled = |(number, line): (usize, Vec<String>)| {
        parse(&line, places).map_err(|why| {
            // As people count: from 1, and the head is a line too.
            let number = number.saturating_add(2);
            format!("{}: row {number}: {why}; no ticket was labelled", path.display()).into()
        })
    };
    lines.enumerate().map(labelled).collect()
}

/// Where the columns are.
fn places(head: &[String]) -> Result<[Option<usize>; 3], String> {
    let place = |column: &str| {
        head.iter()
            .position(|cell| cell.trim().eq_ignore_ascii_case(column))
    };
    let places = COLUMNS.map(place);
    match places {
        [Some(_), None, None] | [None, _, _] => {
            Err("name the columns in the first line: ticket, and order, name or both".to_owned())
        }
        places => Ok(places),
    }
}

fn parse(line: &[String], [ticket, order, name]: [Option<usize>; 3]) -> Result<Label, Refusal> {
    let cell = |place: Option<usize>| {
        place
            .and_then(|place| line.get(place))
            .map_or("", |cell| cell.trim())
    };
    Ok(Label {
        ticket: cell(ticket).parse()?,
        order: part(cell(order))?,
        name: part(cell(name))?,
    })
}

/// A part of a label, if there is one.
fn part<T: FromStr>(cell: &str) -> Result<Option<T>, T::Err> {
    match cell {
        "" => Ok(None),
        text => text.parse().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Result<Vec<String>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let show = |label: Label| {
            let [order, name] = [
                label.order.map(|order| order.to_string()),
                label.name.map(|name| name.to_string()),
            ];
            format!("{} {order:?} {name:?}", label.ticket)
        };
        match read(file.path()) {
            Ok(labels) => Ok(labels.into_iter().map(show).collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let expected = vec!["3f07a1b2c4d5e6f7 Some(\"A-1\") Some(\"张伟\")".to_owned()];
        let text = "Name, order ,ticket\n张伟,A-1,3f07a1b2c4d5e6f7\n";
        assert_eq!(said(text), Ok(expected));
        let expected = vec!["3f07a1b2c4d5e6f7 None None".to_owned()];
        assert_eq!(said("ticket,order\n3f07a1b2c4d5e6f7,\n"), Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_told_by_its_row() {
        for (text, expected) in [
            ("", "name the columns"),
            ("ticket\n3f07a1b2c4d5e6f7\n", "name the columns"),
            ("order,name\nA-1,x\n", "name the columns"),
            (
                "ticket,order\n3f07a1b2c4d5e6f7,A-1\n3f,A-2\n",
                "row 3: \"3f\" is not a ticket id",
            ),
            (
                "ticket,order\n3f07a1b2c4d5e6f7,123456789012345678901234567890123\n",
                "row 2: an order number has 1 to 32 characters",
            ),
        ] {
            let error = said(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
