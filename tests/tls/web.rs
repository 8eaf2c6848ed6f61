use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use rustls::version::TLS12;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use wicket::domain::time::Now;
use wicket::tls::{Authorities, Identity, KeyHash, Proof, web_client, with_files};

use super::meeting::meet;
use super::{FAR, TODAY, config, key, sure, trust, unsure};

const NAME: &str = "tickets.example";
const DAY: u64 = 24 * 60 * 60;

/// An authority of the web, for tests.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate of the web with its key.
pub(crate) struct Issued {
    certificate: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new(number: u8) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, format!("authority {number}"));
        Self(CertifiedIssuer::self_signed(params, pair()).unwrap())
    }

    /// The authority's own certificate, as a file holds it.
    #[cfg(all(feature = "gate", feature = "server"))]
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn alone(&self) -> Authorities {
        Authorities::Only(vec![self.0.der().clone()])
    }

    /// A certificate for a name, good from today until a day later, of a fresh key.
    pub(crate) fn issue(&self, name: &str) -> Issued {
        self.issue_between(name, TODAY, TODAY + DAY)
    }

    /// As [`Self::issue`], good between two times in seconds since 1970.
    pub(crate) fn issue_between(&self, name: &str, from: u64, until: u64) -> Issued {
        let key = pair();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date(from);
        params.not_after = date(until);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Issued {
            pem: certificate.pem(),
            certificate: certificate.into(),
            key,
        }
    }
}

impl Issued {
    /// What a server shows that was given the files.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        let folder = tempfile::tempdir().unwrap();
        let (chain, key) = self.write(folder.path());
        with_files(Identity::from_files(&chain, &key).unwrap()).unwrap()
    }

    /// Writes the certificate and its key into files of a folder.
    pub(crate) fn write(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
        std::fs::write(&chain, &self.pem).unwrap();
        std::fs::write(&key, self.key.serialize_pem()).unwrap();
        (chain, key)
    }

    pub(crate) fn key_hash(&self) -> KeyHash {
        let parsed = ParsedCertificate::try_from(&self.certificate).unwrap();
        Sha256::digest(parsed.subject_public_key_info()).into()
    }
}

fn pair() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

fn date(at: u64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.try_into().unwrap()).unwrap()
}

/// What a gate says of a server: by what it believes it, or why not.
fn judged(
    authority: &Authority,
    server: &Arc<ServerConfig>,
    now: Now,
    remembered: Option<KeyHash>,
) -> Result<Proof, String> {
    let trust = trust(&key(1), authority.alone(), now, remembered);
    meet(server, &config(&trust), NAME)?;
    Ok(trust.last().unwrap())
}

#[test]
fn a_server_of_the_web_is_called_where_an_authority_that_is_known_vouches_for_it() {
    let (known, other) = (Authority::new(1), Authority::new(2));
    // A server judges others at its machine's own time.
    let server = known.issue_between(NAME, 0, FAR).server();
    let call = |authorities: &Authorities, name: &str| {
        let client = Arc::new(web_client(authorities).unwrap());
        meet(&server, &client, name).map(|_| ())
    };
    assert_eq!(call(&known.alone(), NAME), Ok(()));
    assert!(call(&other.alone(), NAME).is_err());
    assert!(call(&known.alone(), "another.example").is_err());
    assert!(web_client(&Authorities::Only(Vec::new())).is_err());
}

#[test]
fn a_certificate_of_the_web_is_judged_at_the_gates_estimate_of_the_time() {
    let authority = Authority::new(1);
    let issued = authority.issue(NAME);
    let server = issued.server();
    let good = Ok(Proof::Web(issued.key_hash()));
    assert_eq!(judged(&authority, &server, sure(TODAY), None), good);
    assert_eq!(judged(&authority, &server, sure(TODAY + DAY), None), good);
    for (at, said) in [
        (0, "begins at 2026-11-15T08:00:00Z"),
        (TODAY - 1, "begins at 2026-11-15T08:00:00Z"),
        (TODAY + DAY + 1, "ended at 2026-11-16T08:00:00Z"),
        (FAR, "ended at 2026-11-16T08:00:00Z"),
    ] {
        let why = judged(&authority, &server, sure(at), None).unwrap_err();
        assert!(why.contains(said), "{at}: {why}");
        // A gate that knows the time forgives no date, whatever it remembers.
        let why = judged(&authority, &server, sure(at), Some(issued.key_hash())).unwrap_err();
        assert!(why.contains(said), "{at}: {why}");
    }
}

#[test]
fn a_remembered_key_counts_while_the_clock_is_unsure_whatever_the_dates_say() {
    let authority = Authority::new(1);
    let issued = authority.issue(NAME);
    let server = issued.server();
    for at in [0, TODAY - 1, TODAY, TODAY + DAY + 1, FAR] {
        let known = judged(&authority, &server, unsure(at), Some(issued.key_hash()));
        assert_eq!(known, Ok(Proof::Provisional), "{at}");
    }
    for at in [0, FAR] {
        let why = judged(&authority, &server, unsure(at), None).unwrap_err();
        assert!(
            why.contains("does not know the time") && why.contains("NTP"),
            "{why}"
        );
    }
    // By luck the clock may be right, and then the rules hold; but they prove nothing yet.
    assert_eq!(
        judged(&authority, &server, unsure(TODAY), None),
        Ok(Proof::Provisional)
    );
}

#[test]
fn a_key_that_changed_is_not_the_remembered_one() {
    let authority = Authority::new(1);
    let (before, after) = (authority.issue(NAME), authority.issue(NAME));
    for at in [0, FAR] {
        let why = judged(&authority, &after.server(), unsure(at), Some(before.key_hash())).unwrap_err();
        assert!(why.contains("has not seen the certificate's key before"), "{why}");
    }
}

#[test]
fn a_remembered_key_excuses_nothing_but_dates() {
    let (authority, other) = (Authority::new(1), Authority::new(2));
    let issued = other.issue(NAME);
    let why = judged(
        &authority,
        &issued.server(),
        unsure(TODAY),
        Some(issued.key_hash()),
    )
    .unwrap_err();
    assert!(why.contains("no authority that this machine knows"), "{why}");
}

#[test]
fn a_certificate_of_another_name_or_another_authority_is_refused() {
    let (authority, other) = (Authority::new(1), Authority::new(2));
    let why = judged(
        &authority,
        &authority.issue("other.example").server(),
        sure(TODAY),
        None,
    )
    .unwrap_err();
    assert!(why.contains("another server's"), "{why}");
    let why = judged(&authority, &other.issue(NAME).server(), sure(TODAY), None).unwrap_err();
    assert!(why.contains("no authority that this machine knows"), "{why}");
}

#[test]
fn a_proxy_that_speaks_tls_1_2_alone_is_understood() {
    let authority = Authority::new(1);
    let issued = authority.issue(NAME);
    let server = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![issued.certificate.clone()],
            issued.key.serialize_der().try_into().unwrap(),
        )
        .unwrap();
    let good = Ok(Proof::Web(issued.key_hash()));
    assert_eq!(judged(&authority, &Arc::new(server), sure(TODAY), None), good);
}

#[test]
fn files_of_two_pairs_are_refused_in_words() {
    let authority = Authority::new(1);
    let mut issued = authority.issue(NAME);
    issued.key = pair();
    let folder = tempfile::tempdir().unwrap();
    let (chain, key) = issued.write(folder.path());
    let refused = with_files(Identity::from_files(&chain, &key).unwrap()).unwrap_err();
    assert!(
        refused.to_string().contains("one and the same certificate"),
        "{refused}"
    );
}
