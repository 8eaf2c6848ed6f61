//! A gate that has no event yet.

use super::*;

#[test]
fn an_unenrolled_gate_says_so_and_opens_no_staff_pages() {
    let mut screen = screen();
    screen.handle(Event::Enrolling(Enrolling::Wanted), START);
    let lane = lane(&screen, START);
    assert_eq!(lane.title, "Not enrolled");
    assert!(lane.ready && lane.camera);
    assert!(
        lane.choices
            .iter()
            .all(|choice| choice.action != Action::OpenStaff)
    );
    screen.handle(
        Event::Enrolling(Enrolling::Refused("used before".to_owned())),
        START,
    );
    let notice = super::lane(&screen, START).notice;
    assert!(notice.contains("used before"), "{notice}");
}

#[test]
fn an_enrolled_gate_shows_its_digits_until_it_begins() {
    let mut screen = screen();
    let enrolled = |waits_for| {
        Event::Enrolling(Enrolling::Enrolled {
            device: "pi-7".parse().unwrap(),
            digits: "204 118".to_owned(),
            waits_for,
        })
    };
    screen.handle(enrolled(None), START);
    assert_eq!(panel(&screen, later(3_600_000)).unwrap().figure, "204 118");
    screen.handle(enrolled(Some("no network".to_owned())), START);
    let page = panel(&screen, START).unwrap();
    assert_eq!(
        (page.rows[1].value.as_str(), page.rows[1].light),
        ("no network", Light::Poor)
    );
    assert_eq!(page.back.label, "");
}
