//! The demo, as a newcomer runs it.

use super::wicket;

#[test]
fn the_demo_ends_with_equal_counts_in_both_databases() {
    let folder = tempfile::tempdir().unwrap();
    let output = wicket()
        .args(["demo", "--guests", "8", "--dir"])
        .arg(folder.path().join("demo"))
        .output()
        .unwrap();
    let (out, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}{errors}");
    for expected in [
        "ALREADY_USED",
        "REVOKED",
        "BAD_SIGNATURE",
        "EXPIRED",
        "WRONG_EVENT",
        "MALFORMED",
    ] {
        assert_eq!(out.matches(expected).count(), 1, "{expected} in {out}");
    }
    assert!(out.contains("14 scans, 8 admitted"), "{out}");
    assert!(out.contains("the server is gone"), "{out}");
    assert!(out.contains("8 check-ins in 1 requests, 0 still wait"), "{out}");
    assert!(out.contains("  equal\n"), "{out}");
}

#[test]
fn a_demo_over_a_folder_that_is_there_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = wicket()
        .args(["demo", "--dir"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("choose another with --dir"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn frames_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = wicket()
        .args(["demo", "--frames", "no/such/folder", "--dir"])
        .arg(folder.path().join("demo"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no/such/folder"));
}
