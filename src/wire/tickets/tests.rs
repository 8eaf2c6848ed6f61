use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::admission::{Status, TicketRow};
use crate::domain::time::UnixSeconds;

/// Ids as random as real ones, and always the same (SplitMix64).
fn random(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn row(id: &[u8]) -> TicketRow {
    TicketRow {
        ticket: TicketId::new(id).unwrap(),
        ticket_type: "adult".parse().unwrap(),
        status: Status::Valid,
        admits: 1,
        valid_from: None,
        valid_until: UnixSeconds(1_900_000_000),
        replaces: None,
    }
}

fn sorted(mut rows: Vec<TicketRow>) -> Vec<TicketRow> {
    rows.sort_by_key(|row| row.ticket);
    rows.dedup_by_key(|row| row.ticket);
    rows
}

fn any_id() -> impl Strategy<Value = TicketId> {
    // Some close together, so that gaps of 0 come up, some at the ends of numbers.
    prop_oneof![
        (0..20_u64).prop_map(|low| TicketId::new(&low.to_be_bytes()).unwrap()),
        (0..3_u64).prop_map(|high| TicketId::new(&(u64::MAX - high).to_be_bytes()).unwrap()),
        vec(any::<u8>(), 8..=16).prop_map(|bytes| TicketId::new(&bytes).unwrap()),
        vec(prop_oneof![Just(0), Just(255)], 8..=16).prop_map(|bytes| TicketId::new(&bytes).unwrap()),
    ]
}

prop_compose! {
    fn any_row()(
        ticket in any_id(), name in prop_oneof![Just("adult"), Just("child"), Just("z")],
        status in prop_oneof![Just(Status::Valid), Just(Status::Revoked), Just(Status::Blocked)],
        admits in prop_oneof![Just(1), any::<u8>()],
        valid_from in prop_oneof![Just(None), any::<Option<u64>>()], valid_until in prop_oneof![Just(9), any::<u64>()],
        replaces in prop_oneof![4 => Just(None), 1 => any_id().prop_map(Some)],
    ) -> TicketRow {
        TicketRow {
            ticket, ticket_type: name.parse().unwrap(), status, admits,
            valid_from: valid_from.map(UnixSeconds), valid_until: UnixSeconds(valid_until), replaces,
        }
    }
}

proptest! {
    #[test]
    fn rows_come_back_in_the_order_of_their_ids(rows in vec(any_row(), 0..60)) {
        let rows = sorted(rows);
        let packed = pack(&rows).unwrap();
        prop_assert_eq!(unpack(&packed), Ok(rows.clone()));
        let backwards: Vec<TicketRow> = rows.into_iter().rev().collect();
        prop_assert_eq!(pack(&backwards), Ok(packed));
    }

    #[test]
    fn what_is_read_at_all_is_what_the_packer_writes(rows in vec(any_row(), 1..20), place: prop::sample::Index, to: u8) {
        let mut bytes = pack(&sorted(rows)).unwrap();
        *place.get_mut(&mut bytes) = to;
        if let Ok(read) = unpack(&bytes) {
            prop_assert_eq!(pack(&read), Ok(bytes));
        }
    }

    #[test]
    fn any_bytes_are_refused_or_what_the_packer_writes(mut bytes in vec(any::<u8>(), 0..80)) {
        if let Some(version) = bytes.first_mut() {
            *version = VERSION;
        }
        if let Ok(read) = unpack(&bytes) {
            prop_assert_eq!(pack(&read), Ok(bytes));
        }
    }

    #[test]
    fn a_page_cut_short_or_made_longer_is_refused(rows in vec(any_row(), 0..20), more: u8) {
        let mut bytes = pack(&sorted(rows)).unwrap();
        for cut in 0..bytes.len() {
            prop_assert!(unpack(&bytes[..cut]).is_err());
        }
        bytes.push(more);
        prop_assert!(unpack(&bytes).is_err());
    }
}

#[test]
fn a_row_cannot_be_packed_twice_nor_too_many() {
    let twice = [row(&[1; 8]), row(&[2; 8]), row(&[1; 8])];
    assert_eq!(pack(&twice), Err(TicketsError::Twice(twice[0].ticket)));
    let many = |count: u64| {
        (0..count)
            .map(|number| row(&number.to_be_bytes()))
            .collect::<Vec<_>>()
    };
    let most = SNAPSHOT_TICKETS_MAX as u64;
    let packed = pack(&many(most)).unwrap();
    assert_eq!(unpack(&packed).map(|rows| rows.len() as u64), Ok(most));
    assert_eq!(pack(&many(most + 1)), Err(TicketsError::TooMany));
}

/// A page of one group of `adult`s, from its count on.
fn page(from_count: &[u8]) -> Vec<u8> {
    let head = [VERSION, 1, 5, b'a', b'd', b'u', b'l', b't', 1, 0, 0, 1, 0, 9];
    [&head, from_count].concat()
}

#[test]
fn each_way_to_write_the_same_differently_is_refused() {
    let good = page(&[&[2, 0][..], &[0; 8], &[0]].concat());
    assert_eq!(unpack(&good).map(|rows| rows.len()), Ok(2));
    let huge = [&[0xff, 0xff, 0xff, 0x7f, 0][..], &[0; 8], &[0; 100]].concat();
    let defects: [(&str, Vec<u8>); 12] = [
        ("no bytes", Vec::new()),
        ("another version", [&[2], &good[1..]].concat()),
        ("no rows", page(&[0])),
        (
            "a number with a leading zero",
            page(&[&[0x82, 0, 0][..], &[0; 8], &[0]].concat()),
        ),
        ("a number beyond 64 bits", page(&[0xff; 11])),
        ("a count beyond the page", page(&huge)),
        ("another parameter", page(&[&[2, 1][..], &[0; 8], &[0]].concat())),
        (
            "a parameter beyond all",
            page(&[&[2, 128][..], &[0; 8], &[0]].concat()),
        ),
        (
            "an id beyond its length",
            page(&[&[2, 0][..], &[255; 8], &[0]].concat()),
        ),
        ("padding", page(&[&[2, 0][..], &[0; 8], &[1]].concat())),
        (
            "ones without end",
            page(&[&[2, 0][..], &[0; 8], &[255; 9]].concat()),
        ),
        ("a name for nothing", [&[VERSION, 1, 1, b'a', 0][..]].concat()),
    ];
    for (name, bytes) in defects {
        let error = unpack(&bytes).unwrap_err();
        assert!(!error.to_string().is_empty(), "{name}");
    }
    assert_eq!(unpack(&[VERSION, 0, 0]), Ok(Vec::new()));
}

#[test]
fn a_ticket_in_two_groups_is_refused() {
    let two = [
        row(&[1; 8]),
        TicketRow {
            status: Status::Revoked,
            ..row(&[2; 8])
        },
    ];
    let mut bytes = pack(&two).unwrap();
    let places: Vec<usize> = (0..bytes.len() - 7)
        .filter(|place| bytes[*place..place + 8] == [2; 8])
        .collect();
    bytes[places[0]..places[0] + 8].fill(1);
    assert_eq!(unpack(&bytes), Err(TicketsError::Twice(two[0].ticket)));
}

/// Three types, a few of them withdrawn, as an event has them.
fn realistic(number: u64) -> TicketRow {
    let draw = random(number ^ 0x5555_0000_0000_0000) % 1_000;
    let ticket_type = match draw {
        0..700 => "adult",
        700..950 => "child",
        _ => "staff",
    };
    let status = match random(number ^ 0x7777_0000_0000_0000) % 1_000 {
        0..970 => Status::Valid,
        970..995 => Status::Revoked,
        _ => Status::Blocked,
    };
    TicketRow {
        ticket_type: ticket_type.parse().unwrap(),
        status,
        ..row(&random(number).to_be_bytes())
    }
}

/// Bytes that `count` distinct random ids of 64 bits carry: log2 of how many such sets there are (Stirling).
fn entropy_of_ids(count: f64) -> f64 {
    let sets = count * (64.0 - count.log2() + std::f64::consts::LOG2_E)
        - (std::f64::consts::TAU * count).log2() / 2.0;
    sets / 8.0
}

/// Bytes that types and statuses carry.
fn entropy_of_profiles(rows: &[TicketRow]) -> f64 {
    let mut counts = std::collections::BTreeMap::<_, f64>::new();
    for row in rows {
        *counts.entry((&row.ticket_type, row.status as u8)).or_default() += 1.0;
    }
    let all = rows.len() as f64;
    counts
        .values()
        .map(|count| count * (all / count).log2())
        .sum::<f64>()
        / 8.0
}

#[test]
fn a_list_takes_at_most_a_fiftieth_more_than_its_entropy() {
    for (count, ids_alone) in [(10_000_u64, 6.51), (100_000, 6.10), (1_000_000, 5.69)] {
        let rows = sorted((0..count).map(realistic).collect());
        let ids = entropy_of_ids(count as f64);
        assert!((ids / count as f64 - ids_alone).abs() < 0.01, "{ids}");
        let packed: usize = rows
            .chunks(SNAPSHOT_TICKETS_MAX)
            .map(|page| pack(page).unwrap().len())
            .sum();
        let ratio = packed as f64 / (ids + entropy_of_profiles(&rows));
        assert!((1.0..1.02).contains(&ratio), "{count} tickets: {ratio}");
    }
}

#[test]
fn ids_of_any_length_and_order_stay_small() {
    let counted = |id: &dyn Fn(u64) -> Vec<u8>| {
        let rows: Vec<TicketRow> = (0..10_000).map(|number| row(&id(number))).collect();
        pack(&rows).unwrap().len()
    };
    let uuid = |number| {
        [
            random(number).to_be_bytes(),
            random(number + (1 << 40)).to_be_bytes(),
        ]
        .concat()
    };
    assert!(counted(&uuid) < 10_000 * 15, "{}", counted(&uuid));
    let in_a_row = |number: u64| number.to_be_bytes().to_vec();
    assert!(counted(&in_a_row) < 10_000 / 8 + 50, "{}", counted(&in_a_row));
}
