//! Settings of WeChat Pay: checked once, in words that say what to do.

use std::path::PathBuf;

use wicket::server::pay::wechat::{MerchantKey, Options, Settings, SettingsError};

use super::fake::{API_V3_KEY, APP_SECRET, Pair};
use super::shop::{files, options};

fn read(change: impl FnOnce(&mut Options)) -> Result<Settings, SettingsError> {
    let folder = files();
    let mut options = options(folder.path());
    change(&mut options);
    Settings::read(&options, Some(folder.path()))
}

#[test]
fn each_setting_that_does_not_serve_is_named() {
    type Change = fn(&mut Options);
    let cases: &[(&str, Change)] = &[
        ("mchid", |o| o.mchid = "19000072x1".to_owned()),
        ("mchid", |o| o.mchid = String::new()),
        ("appid", |o| o.appid = "1900007291".to_owned()),
        ("web_appid", |o| o.web_appid = Some("wx d".to_owned())),
        ("merchant_serial", |o| o.merchant_serial = "no serial".to_owned()),
        ("merchant_key", |o| o.merchant_key = "missing.pem".into()),
        ("merchant_key", |o| o.merchant_key = o.public_key.clone().unwrap()),
        ("api_v3_key", |o| o.api_v3_key = o.merchant_key.clone()),
        ("public_key", |o| o.public_key = Some(o.merchant_key.clone())),
        ("public_key_id", |o| {
            o.public_key_id = Some("440024045C4A".to_owned())
        }),
        ("belong together", |o| o.public_key_id = None),
        ("belong together", |o| o.public_key = None),
        ("platform_certificates", |o| {
            (o.public_key, o.public_key_id) = (None, None)
        }),
        ("public_url", |o| {
            o.public_url = "http://tickets.example".to_owned()
        }),
        ("public_url", |o| {
            o.public_url = "https://tickets.example?a=b".to_owned()
        }),
        ("public_url", |o| {
            o.public_url = format!("https://tickets.example/{}", "x".repeat(255))
        }),
        ("pay_hosts", |o| {
            o.pay_hosts = vec!["http://api.example".to_owned()]
        }),
        ("app_host", |o| o.app_host = Some("nowhere".to_owned())),
    ];
    for (named, change) in cases {
        let refused = read(change).unwrap_err().to_string();
        assert!(refused.contains(named), "{named}: {refused}");
    }
    assert!(read(|_| {}).is_ok());
}

#[test]
fn files_may_come_from_systemd() {
    let credential = |o: &mut Options| o.api_v3_key = PathBuf::from("credential:api_v3_key");
    assert!(read(credential).is_ok());
    let folder = files();
    let mut without = options(folder.path());
    credential(&mut without);
    let refused = Settings::read(&without, None).unwrap_err().to_string();
    assert!(refused.contains("LoadCredential="), "{refused}");
}

#[test]
fn nothing_secret_is_shown() {
    let settings = read(|_| {}).unwrap();
    let pem = Pair::named("merchant").private_pem();
    let key = MerchantKey::from_pem(pem.as_bytes()).unwrap();
    let shown = format!("{settings:?} {:?} {key:?}", settings.merchant);
    let secret = pem.lines().nth(1).unwrap();
    for secret in [secret, API_V3_KEY, APP_SECRET] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_key_of_pkcs1_serves_too() {
    use rsa::pkcs1::EncodeRsaPrivateKey;
    use rsa::pkcs8::DecodePrivateKey;

    let key = rsa::PrivateKey::from_pkcs8_der(Pair::named("merchant").private_der()).unwrap();
    let der = key.to_pkcs1_der().unwrap();
    let pem = super::fake::pem("RSA PRIVATE KEY", der.as_bytes());
    let key = MerchantKey::from_pem(pem.as_bytes()).unwrap();
    let signature = key.sign(b"message").unwrap();
    assert!(Pair::named("merchant").signed(b"message", &signature));
}

#[test]
fn an_unknown_setting_is_refused() {
    let text = r#"{"mchid":"1","appid":"wx1","merchant_key":"a","merchant_serial":"b","api_v3_key":"c","public_url":"d"}"#;
    assert!(serde_json::from_str::<Options>(text).is_ok());
    let more = text.replace(r#""mchid""#, r#""mchId":"1","mchid""#);
    let refused = serde_json::from_str::<Options>(&more).unwrap_err().to_string();
    assert!(refused.contains("mchId"), "{refused}");
}
