//! Makes codes byte by byte, with another CBOR encoder than the gate's, so that anything can be wrong with them.

use ed25519_dalek::{Signer, SigningKey};
use minicbor::Encoder;
use minicbor::data::Tag;
use wicket::domain::ids::{hex, unhex};
use wicket::domain::ticket::base45;
use wicket::domain::ticket::jwk::PrivateJwk;

pub(crate) const EVENT: &str = "spring-26";
pub(crate) const KID: &str = "gate-a";
pub(crate) const UNTIL: u64 = 1_795_050_000;

pub(crate) fn issuer() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub(crate) fn holder() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

pub(crate) fn jwk(kid: &str, key: SigningKey) -> serde_json::Value {
    PrivateJwk {
        kid: Some(kid.into()),
        key,
    }
    .to_public_value()
}

/// CBOR written by `write`, as hexadecimal digits.
pub(crate) fn cbor(write: impl FnOnce(&mut Encoder<Vec<u8>>)) -> String {
    let mut encoder = Encoder::new(Vec::new());
    write(&mut encoder);
    hex(&encoder.into_writer())
}

pub(crate) fn int(value: i64) -> String {
    cbor(|e| {
        e.i64(value).unwrap();
    })
}

pub(crate) fn uint(value: u64) -> String {
    cbor(|e| {
        e.u64(value).unwrap();
    })
}

pub(crate) fn text(value: &str) -> String {
    cbor(|e| {
        e.str(value).unwrap();
    })
}

pub(crate) fn bytes(value: &[u8]) -> String {
    cbor(|e| {
        e.bytes(value).unwrap();
    })
}

/// A map of entries whose keys and values are CBOR in hexadecimal digits.
pub(crate) fn map(entries: &[(String, String)]) -> String {
    let head = cbor(|e| {
        e.map(entries.len() as u64).unwrap();
    });
    let entries = entries.iter().map(|(key, value)| format!("{key}{value}"));
    head + &entries.collect::<String>()
}

pub(crate) fn cose_key(entries: &[(i64, String)]) -> String {
    let entries: Vec<_> = entries
        .iter()
        .map(|(key, value)| (int(*key), value.clone()))
        .collect();
    map(&[(int(1), map(&entries))])
}

pub(crate) fn cnf(x: &[u8]) -> String {
    cose_key(&[(1, int(1)), (-1, int(6)), (-2, bytes(x))])
}

/// Claims in the making.
#[derive(Clone)]
pub(crate) struct Payload(pub(crate) Vec<(String, String)>);

impl Payload {
    /// A good ticket's.
    pub(crate) fn good() -> Self {
        Self(vec![
            (int(3), text(EVENT)),
            (int(4), uint(UNTIL)),
            (int(5), uint(UNTIL - 90_000)),
            (int(6), uint(UNTIL - 500_000)),
            (int(7), bytes(&[7; 8])),
            (int(-65537), text("adult")),
        ])
    }

    /// A good ticket's, bound to [`holder`].
    pub(crate) fn bound() -> Self {
        Self::good().with(8, cnf(holder().verifying_key().as_bytes()))
    }

    /// With a claim set or added.
    pub(crate) fn with(mut self, key: i64, value: String) -> Self {
        let key = int(key);
        match self.0.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => self.0.push((key, value)),
        }
        self
    }

    pub(crate) fn without(mut self, key: i64) -> Self {
        self.0.retain(|(known, _)| *known != int(key));
        self
    }

    pub(crate) fn hex(&self) -> String {
        map(&self.0)
    }
}

/// A COSE_Sign1 in the making; its parts are CBOR items in hexadecimal digits.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) head: String,
    pub(crate) protected: String,
    pub(crate) unprotected: String,
    pub(crate) payload: String,
    pub(crate) key: SigningKey,
    pub(crate) context: &'static str,
    pub(crate) signature: Option<Vec<u8>>,
    pub(crate) tail: &'static str,
}

impl Message {
    /// An issuer's message with this payload (the bytes within the byte string).
    pub(crate) fn credential(payload: &str) -> Self {
        Self {
            head: Self::head(),
            protected: map(&[(int(1), int(-8)), (int(4), bytes(KID.as_bytes()))]),
            unprotected: "a0".to_owned(),
            payload: bytes(&unhex(payload).unwrap()),
            key: issuer(),
            context: "Signature1",
            signature: None,
            tail: "",
        }
    }

    /// A holder's message around a credential.
    pub(crate) fn presentation(credential: &str, made_at: u64) -> Self {
        let credential = bytes(&unhex(credential).unwrap());
        let payload = map(&[(int(6), uint(made_at)), (int(-65538), credential)]);
        Self::holders(&payload)
    }

    /// A holder's message with this payload.
    pub(crate) fn holders(payload: &str) -> Self {
        Self {
            protected: map(&[(int(1), int(-8))]),
            key: holder(),
            ..Self::credential(payload)
        }
    }

    fn head() -> String {
        cbor(|e| {
            e.tag(Tag::new(18)).unwrap().array(4).unwrap();
        })
    }

    pub(crate) fn hex(&self) -> String {
        let protected = unhex(&self.protected).unwrap();
        let signature = self.signature.clone().unwrap_or_else(|| self.signed(&protected));
        [
            &self.head,
            &bytes(&protected),
            &self.unprotected,
            &self.payload,
            &bytes(&signature),
            self.tail,
        ]
        .concat()
    }

    pub(crate) fn as_credential(&self) -> String {
        coded("TKT1:", &self.hex())
    }

    pub(crate) fn as_presentation(&self) -> String {
        coded("TKP1:", &self.hex())
    }

    fn signed(&self, protected: &[u8]) -> Vec<u8> {
        let parts = ["84", &text(self.context), &bytes(protected), "40", &self.payload].concat();
        self.key.sign(&unhex(&parts).unwrap()).to_vec()
    }
}

pub(crate) fn coded(prefix: &str, hex: &str) -> String {
    format!("{prefix}{}", base45::encode(&unhex(hex).unwrap()))
}
