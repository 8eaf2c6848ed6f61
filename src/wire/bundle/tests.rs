use std::io::Cursor;

use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use super::*;
use crate::domain::time::UnixMillis;

const MAKER: u8 = 1;
const READER: u8 = 2;
const OTHER_READER: u8 = 3;
const STRANGER: u8 = 9;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn plan(recipients: &[ed25519_dalek::VerifyingKey]) -> Plan<'_> {
    Plan {
        event: "spring-26".parse().unwrap(),
        maker: Maker::Device("pi-1".parse().unwrap()),
        made: UnixMillis(1_795_000_000_000),
        recipients,
        random: [7; 32],
    }
}

fn items() -> Vec<Item> {
    vec![
        Item::Segment(vec![1; 40].into()),
        Item::Stands(None),
        Item::Receipt(vec![2; 30].into()),
    ]
}

fn bundle(items: &[Item]) -> Vec<u8> {
    let recipients = [READER, OTHER_READER].map(|seed| key(seed).verifying_key());
    let mut writer = Writer::begin(Vec::new(), plan(&recipients)).unwrap();
    for item in items {
        writer.put(item).unwrap();
    }
    writer.finish(&key(MAKER)).unwrap().0
}

/// What a careful reader gets: the signature first, then the items.
fn read(bytes: &[u8], reader: u8) -> Result<(Holds, Vec<Item>), BundleError> {
    let mut bundle = Bundle::open(Cursor::new(bytes))?;
    let holds = bundle.verify(&key(MAKER).verifying_key())?;
    let mut items = bundle.items(&key(reader))?;
    let mut found = Vec::new();
    while let Some(item) = items.next_item()? {
        found.push(item);
    }
    Ok((holds, found))
}

#[test]
fn what_was_put_in_comes_out_at_each_recipient() {
    let bytes = bundle(&items());
    for reader in [READER, OTHER_READER] {
        let (holds, found) = read(&bytes, reader).unwrap();
        assert_eq!(found, items());
        assert_eq!((holds.segments, holds.receipts, holds.pages), (1, 1, 0));
    }
    assert!(matches!(read(&bytes, STRANGER), Err(BundleError::NotForUs)));
    assert!(matches!(read(&bytes, MAKER), Err(BundleError::NotForUs)));
    let header = Bundle::open(Cursor::new(&bytes)).unwrap();
    assert_eq!(header.header().event.as_str(), "spring-26");
}

#[test]
fn no_bytes_of_the_content_can_be_seen() {
    let secret = b"a secret that stands in the clear nowhere";
    let bytes = bundle(&[Item::Segment(secret.to_vec().into())]);
    assert!(
        !bytes
            .windows(8)
            .any(|window| secret.windows(8).any(|part| part == window))
    );
}

#[test]
fn a_bundle_cut_at_any_length_is_torn_or_none() {
    let bytes = bundle(&items());
    for length in 0..bytes.len() {
        let read = read(&bytes[..length], READER);
        match length {
            0..8 => assert!(matches!(read, Err(BundleError::NoBundle)), "{length}: {read:?}"),
            _ => assert!(matches!(read, Err(BundleError::Torn)), "{length}: {read:?}"),
        }
    }
}

#[test]
fn a_bundle_with_any_bit_changed_is_refused() {
    let bytes = bundle(&items());
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            let read = read(&changed, READER);
            assert!(read.is_err(), "byte {place}, bit {bit}: {read:?}");
        }
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(read(&longer, READER), Err(BundleError::Changed(_))));
}

#[test]
fn what_another_key_signed_or_a_later_release_wrote_is_refused() {
    let bytes = bundle(&items());
    let mut opened = Bundle::open(Cursor::new(&bytes)).unwrap();
    let refused = opened.verify(&key(STRANGER).verifying_key());
    assert!(matches!(refused, Err(BundleError::Changed("its signature"))));
    let mut later = bytes.clone();
    later[9] = 2;
    assert!(matches!(
        read(&later, READER),
        Err(BundleError::Newer { found: 2 })
    ));
}

#[test]
fn frames_of_another_bundle_are_none_of_this_one() {
    let (one, other) = (bundle(&items()), bundle(&items()[..1]));
    assert_ne!(one, other);
    // The same header, since the same randomness was drawn: only the footer tells them apart.
    let begins = 14 + usize::try_from(u32::from_be_bytes(one[10..14].try_into().unwrap())).unwrap();
    let mixed = [&one[..begins], &other[begins..]].concat();
    assert!(read(&mixed, READER).is_ok_and(|(_, found)| found == items()[..1]));
    let end = |bytes: &[u8]| bytes.len() - 4 - footer_bytes(bytes);
    let mixed = [&one[..end(&one)], &other[end(&other)..]].concat();
    assert!(matches!(
        read(&mixed, READER),
        Err(BundleError::Changed("its content"))
    ));
}

/// The length that the footer's own four bytes give.
fn footer_bytes(bytes: &[u8]) -> usize {
    (1..bytes.len())
        .find(|length| {
            bytes[bytes.len() - length - 4..][..4] == u32::try_from(*length).unwrap().to_be_bytes()
        })
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_items_come_out_as_they_went_in(sizes in prop::collection::vec(0..300_000_usize, 0..6), seed: u8) {
        let noise = |length: usize| -> Vec<u8> {
            (0..length as u32).map(|n| (n.wrapping_mul(2_654_435_761).rotate_left(7) >> 13) as u8 ^ seed).collect()
        };
        let items: Vec<Item> = sizes.iter().map(|size| Item::LogPage(noise(*size).into())).collect();
        let (holds, found) = read(&bundle(&items), READER).unwrap();
        prop_assert_eq!(holds.pages, items.len() as u64);
        prop_assert_eq!(found, items);
    }

    #[test]
    fn no_bytes_make_a_reader_fall(bytes: Vec<u8>) {
        let with_magic = [&MAGIC[..], &VERSION.to_be_bytes(), &bytes].concat();
        prop_assert!(read(&bytes, READER).is_err() && read(&with_magic, READER).is_err());
    }
}
