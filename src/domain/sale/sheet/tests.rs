//! Sheets that make sense, and those that do not.

use serde_json::{Value, json};

use super::*;
use crate::domain::rules::EntryWindow;

fn sheet() -> Value {
    json!({
        "title": { "zh": "春天音乐节", "en": "Spring" },
        "sessions": { "night-1": { "begins": 1_795_000_000, "ends": 1_795_020_000 } },
        "quotas": { "hall": { "capacity": 500 }, "guests": { "capacity": 20, "kind": "held" } },
        "offers": {
            "adult": { "title": { "zh": "成人" }, "session": "night-1", "price": 8000, "quotas": ["hall"] }
        },
        "admission": { "event": "spring-26" },
    })
}

fn read(sheet: &Value) -> Result<Sheet, SheetError> {
    Sheet::from_json(&sheet.to_string(), &"spring-26".parse().unwrap())
}

#[test]
fn a_sheet_is_read_with_its_defaults() {
    let sheet = read(&sheet()).unwrap();
    assert_eq!((sheet.hold_s, sheet.per_order_max, sheet.resell), (900, 10, true));
    assert_eq!(sheet.title.in_language("en"), "Spring");
    assert_eq!(sheet.title.in_language("fr"), "春天音乐节");
}

#[test]
fn a_value_that_makes_no_sense_is_named() {
    for (pointer, value, field) in [
        ("/admission/event", json!("autumn"), "admission.event"),
        ("/title", json!({}), "title"),
        ("/sessions", json!({}), "sessions"),
        ("/hold_s", json!(60), "hold_s"),
        ("/per_order_max", json!(0), "per_order_max"),
        ("/per_order_max", json!(101), "per_order_max"),
        ("/sessions/night-1/ends", json!(1_795_000_000), "sessions.night-1"),
        (
            "/sessions/night-1/doors",
            json!(1_795_000_001),
            "sessions.night-1",
        ),
        ("/quotas/hall/capacity", json!(1_000_001), "quotas.hall.capacity"),
        ("/offers/adult/session", json!("night-2"), "offers.adult.session"),
        (
            "/offers/adult/price",
            json!(1_000_000_001_u64),
            "offers.adult.price",
        ),
        ("/offers/adult/admits", json!(0), "offers.adult.admits"),
        ("/offers/adult/quotas", json!([]), "offers.adult.quotas"),
        ("/offers/adult/quotas", json!(["stalls"]), "offers.adult.quotas"),
        (
            "/offers/adult/quotas",
            json!(["hall", "hall"]),
            "offers.adult.quotas",
        ),
        (
            "/offers/adult/sale",
            json!({ "from": 2, "until": 2 }),
            "offers.adult.sale",
        ),
        (
            "/offers/adult/valid_until",
            json!(1_794_996_400),
            "offers.adult.valid_until",
        ),
        (
            "/offers/adult/per_order_max",
            json!(0),
            "offers.adult.per_order_max",
        ),
    ] {
        let mut sheet = sheet();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        sheet.pointer_mut(parent).unwrap()[name] = value;
        match read(&sheet) {
            Err(SheetError::Value { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{pointer}: {other:?}"),
        }
    }
}

#[test]
fn an_unknown_key_and_a_rule_that_makes_no_sense_are_refused() {
    let mut unknown = sheet();
    unknown["colour"] = json!("red");
    assert!(matches!(read(&unknown), Err(SheetError::Json(_))));
    let mut rule = sheet();
    rule["admission"]["day_starts_min"] = json!(1_440);
    assert!(matches!(read(&rule), Err(SheetError::Rules(_))));
}

#[test]
fn a_session_is_the_entry_window_of_its_types_unless_they_have_one() {
    let sheet = read(&sheet()).unwrap();
    let event = "spring-26".parse().unwrap();
    let rules = sheet.rulebook(&event, 7);
    let window = EntryWindow::Absolute {
        from: UnixSeconds(1_794_996_400),
        until: UnixSeconds(1_795_020_000),
    };
    let adult: TicketType = "adult".parse().unwrap();
    assert_eq!((rules.version, &rules.types[&adult].windows), (7, &vec![window]));
    let own = EntryWindow::Daily {
        from_min: 0,
        until_min: 60,
    };
    let mut other = sheet.clone();
    other.admission.types.entry(adult.clone()).or_default().windows = vec![own];
    assert_eq!(other.rulebook(&event, 1).types[&adult].windows, [own]);
}

#[test]
fn a_copy_is_the_same_at_another_time() {
    let mut first = sheet();
    first["offers"]["adult"]["sale"] = json!({ "until": 1_794_000_000 });
    first["admission"]["types"] =
        json!({ "adult": { "windows": [{ "absolute": { "from": 10, "until": 20 } }] } });
    let first = read(&first).unwrap();
    let autumn = "autumn-26".parse().unwrap();
    let copy = first.copied(&autumn, 86_400);
    let session = &copy.sessions[&"night-1".parse().unwrap()];
    assert_eq!(
        (session.begins, session.doors()),
        (UnixSeconds(1_795_086_400), UnixSeconds(1_795_082_800))
    );
    let offer = &copy.offers[&"adult".parse::<TicketType>().unwrap()];
    assert_eq!(
        (offer.sale.from, offer.sale.until),
        (None, Some(UnixSeconds(1_794_086_400)))
    );
    let back = copy.copied(&"spring-26".parse().unwrap(), -86_400);
    assert_eq!(back, first);
    let text = serde_json::to_string(&copy).unwrap();
    assert_eq!(Sheet::from_json(&text, &autumn).unwrap(), copy);
}

#[test]
fn an_event_goes_on_and_never_back_to_what_guests_have_not_seen() {
    use EventStage::{Archived, Closed, Draft, OnSale, Published};
    let open = [
        (Draft, Published),
        (Draft, OnSale),
        (Draft, Closed),
        (Draft, Archived),
        (Published, OnSale),
        (Published, Closed),
        (Published, Archived),
        (OnSale, Published),
        (OnSale, Closed),
        (OnSale, Archived),
        (Closed, OnSale),
        (Closed, Archived),
    ];
    for from in EventStage::ALL {
        for to in EventStage::ALL {
            let expected = from == to || open.contains(&(from, to));
            assert_eq!(from.step(to).is_ok(), expected, "{from} to {to}");
            assert_eq!(EventStage::named(to.as_str()), Some(to));
        }
    }
}
