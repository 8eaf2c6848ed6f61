//! Key pairs of a merchant and of the simulated WeChat Pay, made from a seed: the same in every process, and nobody's.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use rsa::PrivateKey;
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};

/// What WeChat Pay's keys have.
const BITS: usize = 2048;

/// A key pair.
#[derive(Debug)]
pub(crate) struct Pair {
    private: Vec<u8>,
    public: Vec<u8>,
    key: RsaKeyPair,
}

impl Pair {
    /// The pair of this name.
    pub(crate) fn named(name: &str) -> Self {
        let (private, public) = (stored(name, "private"), stored(name, "public"));
        let (private, public) = match (fs::read(&private), fs::read(&public)) {
            (Ok(private), Ok(public)) => (private, public),
            _ => make(name),
        };
        let key = RsaKeyPair::from_pkcs8(&private).unwrap();
        Self { private, public, key }
    }

    /// PKCS #8.
    pub(crate) fn private_der(&self) -> &[u8] {
        &self.private
    }

    pub(crate) fn private_pem(&self) -> String {
        pem("PRIVATE KEY", &self.private)
    }

    pub(crate) fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &self.public)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .unwrap();
        STANDARD.encode(signature)
    }

    pub(crate) fn signed(&self, message: &[u8], signature: &str) -> bool {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key.public().as_ref());
        STANDARD
            .decode(signature)
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}

/// A text in PEM, as files have it.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// To find primes takes a second, and every test is a process: they are kept between runs.
fn stored(name: &str, part: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("pay-test-{name}-{part}.der"))
}

fn make(name: &str) -> (Vec<u8>, Vec<u8>) {
    let mut seed = [0; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    let key = PrivateKey::new(&mut ChaCha20Rng::from_seed(seed), BITS).unwrap();
    let private = key.to_pkcs8_der().unwrap().as_bytes().to_vec();
    let public = key
        .to_public_key()
        .to_public_key_der()
        .unwrap()
        .as_bytes()
        .to_vec();
    for (part, bytes) in [("private", &private), ("public", &public)] {
        // Others may do the same at once, with the same bytes: whole files alone have the name.
        let whole = stored(name, part);
        let new = whole.with_extension(format!("{}", std::process::id()));
        fs::write(&new, bytes).unwrap();
        fs::rename(&new, &whole).unwrap();
    }
    (private, public)
}
