//! What a scan costs beyond its signatures: text -> claims may take 1.3 times the bare verifications in it.

#![expect(clippy::expect_used, reason = "a benchmark of nothing is to fail")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ed25519_dalek::{Signer, SigningKey};
use wicket::domain::ids::TicketId;
use wicket::domain::ticket::jwk::PrivateJwk;
use wicket::domain::ticket::{Claims, HolderKey, Keyring, Trust, inspect, issue, present, verify};
use wicket::domain::time::UnixSeconds;

const KID: &str = "gate-a";
/// What COSE signs beyond the payload: the array, "Signature1", the protected header, the lengths.
const SIGNED_OVERHEAD_BYTES: usize = 28;
/// What a message carries beyond the payload: tag, array, header, lengths, signature.
const MESSAGE_OVERHEAD_BYTES: usize = 84;

fn claims(holder: Option<&SigningKey>) -> Claims {
    Claims {
        event: "spring-26".parse().expect("a name"),
        ticket_type: "adult".parse().expect("a name"),
        ticket: TicketId::new(&[7; 8]).expect("8 bytes"),
        valid_from: Some(UnixSeconds(1_794_960_000)),
        valid_until: UnixSeconds(1_795_050_000),
        admits: 1,
        issued_at: Some(UnixSeconds(1_794_000_000)),
        holder: holder.map(|key| HolderKey(key.verifying_key().to_bytes())),
    }
}

fn text_to_claims(criterion: &mut Criterion) {
    let (issuer, holder) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
    let public = PrivateJwk {
        kid: Some(KID.into()),
        key: issuer.clone(),
    }
    .to_public_value();
    let mut trust = Trust::default();
    let keyring = Keyring::from_jwks(&format!("{{\"keys\":[{public}]}}")).expect("a keyring");
    trust.insert("spring-26".parse().expect("a name"), keyring);

    let credential = issue(&claims(None), KID, &issuer).expect("a ticket");
    let bound = issue(&claims(Some(&holder)), KID, &issuer).expect("a ticket");
    let presentation = present(&bound, &holder, UnixSeconds(1_795_000_000)).expect("a live code");
    let mut group = criterion.benchmark_group("text_to_claims");
    for (name, text) in [("credential", &credential), ("presentation", &presentation)] {
        assert!(verify(text, &trust).is_ok());
        group.bench_function(name, |bencher| bencher.iter(|| verify(black_box(text), &trust)));
    }
    group.finish();

    let mut group = criterion.benchmark_group("bare");
    for (name, text) in [
        ("credential", &credential),
        ("bound", &bound),
        ("presentation", &presentation),
    ] {
        let bytes = inspect(text).expect("a code").bytes;
        let message = vec![7; bytes - MESSAGE_OVERHEAD_BYTES + SIGNED_OVERHEAD_BYTES];
        let (key, signature) = (issuer.verifying_key(), issuer.sign(&message));
        // A credential has this one; a presentation the last two.
        group.bench_function(format!("verify_strict/{name}"), |bencher| {
            bencher.iter(|| key.verify_strict(black_box(&message), &signature));
        });
    }
    group.finish();
}

criterion_group!(benches, text_to_claims);
criterion_main!(benches);
