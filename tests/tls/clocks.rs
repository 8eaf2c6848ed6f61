use wicket::tls::{Authorities, Proof, with_own_key};

use super::meeting::{Met, meet};
use super::{FAR, TODAY, config, key, sure, trust, unsure};

#[test]
fn a_server_with_its_own_key_is_believed_whatever_the_clock_says() {
    let server = with_own_key(&key(1)).unwrap();
    for now in [
        unsure(0),
        unsure(FAR),
        sure(0),
        sure(TODAY),
        sure(FAR),
        sure(u64::MAX / 1_000),
    ] {
        let trust = trust(&key(1), Authorities::Only(Vec::new()), now, None);
        let met = meet(&server, &config(&trust), "127.0.0.1").unwrap();
        let own = key(1).verifying_key().to_bytes();
        assert_eq!(
            met,
            Met {
                server: Some(own),
                client: None
            },
            "{now:?}"
        );
        assert_eq!(trust.last(), Some(Proof::OwnKey), "{now:?}");
    }
}

#[test]
fn a_server_with_another_key_of_its_own_is_refused_in_words() {
    let server = with_own_key(&key(2)).unwrap();
    let nobody = Authorities::Only(Vec::new());
    let other = super::web::Authority::new(9);
    for (authorities, said) in [
        (nobody, "install the package ca-certificates"),
        (
            other.alone(),
            "not the one that the server enrolled this gate with",
        ),
    ] {
        for now in [unsure(0), sure(TODAY)] {
            let trust = trust(&key(1), authorities.clone(), now, None);
            let why = meet(&server, &config(&trust), "127.0.0.1").unwrap_err();
            assert!(why.contains(said), "{why}");
            assert_eq!(trust.last(), None);
        }
    }
}
