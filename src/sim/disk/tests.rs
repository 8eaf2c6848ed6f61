//! The disk itself on trial: what was synced never vanishes, what was not may.

use rusqlite::{Connection, OpenFlags};

use super::model::{Disk, Fault, Promise, SECTOR_BYTES};
use super::vfs::PowerDisk;
use crate::sim::chance::Chance;

const SEEDS: u64 = 200;

fn connection(disk: &PowerDisk) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    Connection::open_with_flags_and_vfs("/data/plain.db", flags, disk.vfs())
}

/// What is left of one file after cuts from many seeds.
fn images(disk: &Disk, name: &str) -> Vec<Option<Vec<u8>>> {
    let after = |seed| disk.after_cut(&mut Chance::new(seed));
    (0..SEEDS)
        .map(|seed| after(seed).content(name).map(<[u8]>::to_vec))
        .collect()
}

#[test]
fn synced_bytes_under_a_synced_name_survive_every_cut() {
    let mut disk = Disk::new(Promise::PowersafeOverwrite, 1);
    let file = disk.open("/d/a", true, false).unwrap();
    disk.write(file, 100, &[7; 2000]).unwrap();
    disk.sync(file, Some("/d/a")).unwrap();
    let synced = disk.content("/d/a").unwrap().to_vec();
    disk.write(file, 2100, &[9; 3000]).unwrap();
    for image in images(&disk, "/d/a") {
        assert_eq!(image.unwrap()[..2100], synced);
    }
}

#[test]
fn a_later_write_survives_whole_or_in_part_or_not_and_tears_at_sectors() {
    let mut disk = Disk::new(Promise::PowersafeOverwrite, 1);
    let file = disk.open("/d/a", true, false).unwrap();
    disk.write(file, 0, &[1; 4 * SECTOR_BYTES]).unwrap();
    disk.sync(file, Some("/d/a")).unwrap();
    disk.write(file, 100, &[2; 3 * SECTOR_BYTES]).unwrap();
    let images: Vec<_> = images(&disk, "/d/a").into_iter().flatten().collect();
    let rewritten = |image: &Vec<u8>| image.iter().filter(|byte| **byte == 2).count();
    assert!(images.iter().any(|image| rewritten(image) == 0));
    assert!(images.iter().any(|image| rewritten(image) == 3 * SECTOR_BYTES));
    assert!(
        images
            .iter()
            .any(|image| (1..3 * SECTOR_BYTES).contains(&rewritten(image)))
    );
    for image in &images {
        assert!(
            image[..100].iter().all(|byte| *byte == 1),
            "the write began at byte 100"
        );
        let parts = [100..512, 512..1024, 1024..1536, 1536..1636];
        assert!(
            parts
                .iter()
                .all(|part| image[part.clone()].windows(2).all(|pair| pair[0] == pair[1]))
        );
    }
}

#[test]
fn a_disk_without_promises_may_damage_what_shares_a_sector_with_a_write_and_nothing_else() {
    let images = |promise| {
        let mut disk = Disk::new(promise, 1);
        let file = disk.open("/d/a", true, false).unwrap();
        disk.write(file, 0, &[1; 2 * SECTOR_BYTES]).unwrap();
        disk.sync(file, Some("/d/a")).unwrap();
        disk.write(file, 100, &[2; 100]).unwrap();
        images(&disk, "/d/a").into_iter().flatten().collect::<Vec<_>>()
    };
    let damaged = |image: &Vec<u8>| image[..100].iter().any(|byte| *byte != 1);
    assert!(images(Promise::Nothing).iter().any(damaged));
    assert!(!images(Promise::PowersafeOverwrite).iter().any(damaged));
    assert!(
        images(Promise::Nothing)
            .iter()
            .all(|image| image[SECTOR_BYTES..] == [1; SECTOR_BYTES])
    );
}

#[test]
fn a_name_is_durable_with_its_directory_and_not_with_its_file() {
    let mut disk = Disk::new(Promise::PowersafeOverwrite, 1);
    let file = disk.open("/d/a", true, false).unwrap();
    disk.sync(file, None).unwrap();
    let there = |disk: &Disk| {
        images(disk, "/d/a")
            .iter()
            .filter(|image| image.is_some())
            .count()
    };
    assert!(
        (1..SEEDS).contains(&(there(&disk) as u64)),
        "created, directory not synced"
    );
    disk.sync(file, Some("/other/a")).unwrap();
    assert!(
        (1..SEEDS).contains(&(there(&disk) as u64)),
        "another directory synced"
    );
    disk.sync(file, Some("/d/b")).unwrap();
    assert_eq!(there(&disk) as u64, SEEDS, "its directory synced");
    disk.delete("/d/a", false).unwrap();
    assert!(
        (1..SEEDS).contains(&(there(&disk) as u64)),
        "deleted, directory not synced"
    );
    let other = disk.open("/d/b", true, false).unwrap();
    disk.sync(other, Some("/d/b")).unwrap();
    assert_eq!(there(&disk), 0, "deleted, directory synced");
}

#[test]
fn an_unsynced_truncation_may_or_may_not_have_happened() {
    let mut disk = Disk::new(Promise::PowersafeOverwrite, 1);
    let file = disk.open("/d/a", true, false).unwrap();
    disk.write(file, 0, &[1; 1000]).unwrap();
    disk.sync(file, Some("/d/a")).unwrap();
    disk.truncate(file, 10).unwrap();
    let sizes: Vec<_> = images(&disk, "/d/a")
        .into_iter()
        .flatten()
        .map(|image| image.len())
        .collect();
    assert!(sizes.contains(&10) && sizes.contains(&1000));
    assert!(sizes.iter().all(|size| [10, 1000].contains(size)));
}

#[test]
fn what_a_failed_sync_lost_no_later_sync_brings_back() {
    let (mut lost, mut lost_and_shown) = (0, 0);
    for seed in 0..SEEDS {
        let mut disk = Disk::new(Promise::PowersafeOverwrite, seed);
        let file = disk.open("/d/a", true, false).unwrap();
        disk.sync(file, Some("/d/a")).unwrap();
        disk.fail(Fault::Sync, 0, 1);
        disk.write(file, 0, b"first").unwrap();
        assert!(disk.sync(file, None).is_err());
        disk.write(file, 5, b"second").unwrap();
        disk.sync(file, None).unwrap();
        let shown = disk.content("/d/a").unwrap()[..5] == *b"first";
        let after = disk.after_cut(&mut Chance::new(seed));
        let content = after.content("/d/a").unwrap();
        assert_eq!(content[5..], *b"second");
        let is_lost = content[..5] != *b"first";
        assert!(shown || is_lost);
        lost += u64::from(is_lost);
        lost_and_shown += u64::from(is_lost && shown);
    }
    assert!((1..SEEDS).contains(&lost), "{lost}");
    assert!((1..lost).contains(&lost_and_shown), "{lost_and_shown} of {lost}");
}

#[test]
fn a_full_disk_takes_what_fits_and_overwrites_what_is_there() {
    let mut disk = Disk::new(Promise::PowersafeOverwrite, 1);
    let file = disk.open("/d/a", true, false).unwrap();
    disk.write(file, 0, &[1; 90]).unwrap();
    disk.set_capacity(Some(100));
    assert_eq!(disk.write(file, 80, &[2; 30]), Err(rusqlite::ffi::SQLITE_FULL));
    assert_eq!(disk.content("/d/a").unwrap().len(), 100);
    assert_eq!(disk.write(file, 0, &[3; 100]), Ok(()));
}

/// Transactions that SQLite said it had committed, before a cut; and those found afterwards, where the
/// database is whole.
fn committed_and_found(journal: &str, promise: Promise, seed: u64, syncs: bool) -> (i64, Option<i64>) {
    let mut chance = Chance::new(seed);
    let disk = PowerDisk::new(promise, chance.draw());
    if !syncs {
        disk.disk().drop_syncs();
    }
    disk.disk().cut_after(chance.below(300));
    let committed = connection_of(&disk, journal).map_or(0, |connection| fill(&connection));
    let after = disk.after_cut(&mut chance);
    let connection = connection(&after).unwrap();
    let whole = connection.query_row("PRAGMA integrity_check", (), |row| row.get::<_, String>(0));
    let found = connection.query_row("SELECT count(*) FROM t", (), |row| row.get(0));
    let found = whole
        .is_ok_and(|verdict| verdict == "ok")
        .then(|| found.unwrap_or(0));
    (committed, found)
}

fn connection_of(disk: &PowerDisk, journal: &str) -> rusqlite::Result<Connection> {
    let connection = connection(disk)?;
    let pragmas =
        format!("PRAGMA journal_mode={journal}; PRAGMA synchronous=EXTRA; PRAGMA wal_autocheckpoint=8;");
    connection.execute_batch(&pragmas)?;
    Ok(connection)
}

/// Inserts rows until the power goes; says how many.
fn fill(connection: &Connection) -> i64 {
    if connection
        .execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)")
        .is_err()
    {
        return 0;
    }
    let insert = |n| connection.execute("INSERT INTO t VALUES (?1, hex(zeroblob(900)))", [n]);
    (1..).take_while(|n| insert(*n).is_ok()).last().unwrap_or(0)
}

#[test]
fn sqlite_loses_no_commit_on_this_disk_in_any_journal_mode() {
    for journal in ["DELETE", "TRUNCATE", "PERSIST", "WAL"] {
        for promise in [Promise::Nothing, Promise::PowersafeOverwrite] {
            let mut commits = 0;
            for seed in 0..SEEDS {
                let (committed, found) = committed_and_found(journal, promise, seed, true);
                let found = found.unwrap_or_else(|| panic!("{journal} {promise:?} seed {seed}: corrupt"));
                assert!(
                    found >= committed,
                    "{journal} {promise:?} seed {seed}: {found} of {committed}"
                );
                assert!(
                    found <= committed + 1,
                    "{journal} {promise:?} seed {seed}: {found} of {committed}"
                );
                commits += committed;
            }
            assert!(
                commits > 4 * i64::try_from(SEEDS).unwrap(),
                "{journal}: too few commits to prove anything"
            );
        }
    }
}

#[test]
fn without_syncs_every_journal_mode_loses_commits() {
    for journal in ["DELETE", "TRUNCATE", "PERSIST", "WAL"] {
        let lost = (0..SEEDS).filter(|seed| {
            let (committed, found) = committed_and_found(journal, Promise::PowersafeOverwrite, *seed, false);
            found.is_none_or(|found| found < committed)
        });
        assert!(lost.count() > 10, "{journal}");
    }
}

#[test]
fn two_connections_see_each_others_commits_and_locks() {
    let disk = PowerDisk::new(Promise::PowersafeOverwrite, 1);
    let [one, two] = [(); 2].map(|()| connection_of(&disk, "WAL").unwrap());
    one.execute_batch("CREATE TABLE t (n); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
        .unwrap();
    let busy = two.execute_batch("BEGIN IMMEDIATE").unwrap_err();
    assert_eq!(busy.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy));
    one.execute_batch("COMMIT").unwrap();
    let seen: i64 = two.query_row("SELECT n FROM t", (), |row| row.get(0)).unwrap();
    assert_eq!(seen, 1);
}
