//! What WeChat Pay needs to know of the merchant, read and checked once, when the server starts.

use std::fmt;
use std::path::{Path, PathBuf};

use reqwest::Url;

use super::files::Files;
use super::options::Options;
use super::sealed::{ApiV3Key, ApiV3KeyError};
use super::sign::{Merchant, MerchantKey, MerchantKeyError};
use super::verify::{PUBLIC_KEY_ID, PlatformKeyError, PlatformKeys};

/// WeChat Pay, nearest place first; the second stands in where the first cannot be reached.
const PAY_HOSTS: [&str; 2] = ["https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"];
/// The Mini Program's server side.
const APP_HOST: &str = "https://api.weixin.qq.com";
/// Where notifications come in, below the server's public address.
pub const NOTIFY_PATH: &str = "/pay/v1/wechat/notify";
/// WeChat Pay takes no longer address for notifications.
const NOTIFY_URL_BYTES_MAX: usize = 255;

/// The settings, checked.
pub struct Settings {
    /// Who the merchant is.
    pub merchant: Merchant,
    pub(super) appid: String,
    pub(super) web_appid: String,
    pub(super) api_v3_key: ApiV3Key,
    /// The keys that are known from the start.
    pub(super) keys: PlatformKeys,
    /// The public key that answers shall be signed with.
    pub(super) public_key_id: Option<String>,
    pub(super) platform_certificates: bool,
    pub(super) notify_url: String,
    pub(super) app_secret: Option<String>,
    pub(super) pay_hosts: Vec<Url>,
    pub(super) app_host: Url,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("mchid", &self.merchant.mchid)
            .field("appid", &self.appid)
            .field("notify_url", &self.notify_url)
            .finish_non_exhaustive()
    }
}

/// Why WeChat Pay cannot be used, in words that say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A number, an id or a serial.
    #[error("{name}: {value:?} is none; {hint}")]
    Value {
        /// The setting.
        name: &'static str,
        /// What it is.
        value: String,
        /// What it should be.
        hint: &'static str,
    },
    /// A file.
    #[error("{name}: {path} cannot be read; check the path, and that the server's user may read it")]
    File {
        /// The setting.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Credentials, where there are none.
    #[error(
        "{name}: the server was handed no credentials; name a file by its path, or start the server as a systemd service with LoadCredential="
    )]
    NoCredentials {
        /// The setting.
        name: &'static str,
    },
    /// The merchant's key.
    #[error("merchant_key: {0}")]
    MerchantKey(#[from] MerchantKeyError),
    /// The APIv3 key.
    #[error("api_v3_key: {0}")]
    ApiV3Key(#[from] ApiV3KeyError),
    /// WeChat Pay's key.
    #[error("public_key: {0}")]
    PublicKey(#[from] PlatformKeyError),
    /// One of the two alone.
    #[error("public_key and public_key_id belong together: give both, or none")]
    PublicKeyAlone,
    /// None.
    #[error(
        "no key of WeChat Pay's is known: give public_key and public_key_id, or set platform_certificates"
    )]
    NoKeys,
}

impl Settings {
    /// Reads the files and checks it all. `credentials` is the folder that systemd handed over.
    ///
    /// # Errors
    /// [`SettingsError`] for the first setting that does not serve.
    pub fn read(options: &Options, credentials: Option<&Path>) -> Result<Self, SettingsError> {
        let files = Files { credentials };
        let key = MerchantKey::from_pem(&files.read("merchant_key", &options.merchant_key)?)?;
        let merchant = Merchant {
            mchid: digits("mchid", &options.mchid)?,
            serial: serial(&options.merchant_serial)?,
            key,
        };
        let appid = app("appid", &options.appid)?;
        let web_appid = options.web_appid.as_deref().unwrap_or(&options.appid);
        let (public_key_id, keys) = public_key(options, &files)?;
        let secret = options.app_secret.as_deref();
        let secret = secret.map(|path| files.text("app_secret", path)).transpose()?;
        Ok(Self {
            merchant,
            appid,
            web_appid: app("web_appid", web_appid)?,
            api_v3_key: ApiV3Key::new(&files.text("api_v3_key", &options.api_v3_key)?)?,
            keys,
            public_key_id,
            platform_certificates: options.platform_certificates,
            notify_url: notify_url(&options.public_url)?,
            app_secret: secret,
            pay_hosts: pay_hosts(&options.pay_hosts)?,
            app_host: host("app_host", options.app_host.as_deref().unwrap_or(APP_HOST))?,
        })
    }

    /// Whether a payment was opened for one of the merchant's apps.
    pub(super) fn is_ours(&self, mchid: &str, appid: &str) -> bool {
        mchid == self.merchant.mchid && (appid == self.appid || appid == self.web_appid)
    }
}

fn digits(name: &'static str, value: &str) -> Result<String, SettingsError> {
    let fits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    checked(name, value, fits, "use the merchant's number, such as 1900007291")
}

fn serial(value: &str) -> Result<String, SettingsError> {
    let fits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hint = "use the serial that `openssl x509 -in apiclient_cert.pem -noout -serial` prints";
    checked("merchant_serial", &value.to_ascii_uppercase(), fits, hint)
}

fn app(name: &'static str, value: &str) -> Result<String, SettingsError> {
    let fits = value.starts_with("wx") && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    checked(name, value, fits, "use an app's id, such as wxd678efh567hg6787")
}

fn checked(name: &'static str, value: &str, fits: bool, hint: &'static str) -> Result<String, SettingsError> {
    let value = value.to_owned();
    if fits {
        Ok(value)
    } else {
        Err(SettingsError::Value { name, value, hint })
    }
}

fn public_key(options: &Options, files: &Files<'_>) -> Result<(Option<String>, PlatformKeys), SettingsError> {
    let mut keys = PlatformKeys::default();
    match (&options.public_key, &options.public_key_id) {
        (Some(path), Some(id)) => {
            let hint = "use the public key's id, which begins with PUB_KEY_ID_";
            let id = checked("public_key_id", id, id.starts_with(PUBLIC_KEY_ID), hint)?;
            keys.hold_public_key(&id, &files.read("public_key", path)?)?;
            Ok((Some(id), keys))
        }
        (None, None) if options.platform_certificates => Ok((None, keys)),
        (None, None) => Err(SettingsError::NoKeys),
        _ => Err(SettingsError::PublicKeyAlone),
    }
}

fn notify_url(public_url: &str) -> Result<String, SettingsError> {
    let url = format!("{}{NOTIFY_PATH}", public_url.trim_end_matches('/'));
    let parsed = Url::parse(&url).ok();
    let fits = parsed
        .is_some_and(|url| url.scheme() == "https" && url.query().is_none() && url.fragment().is_none())
        && url.len() <= NOTIFY_URL_BYTES_MAX;
    let hint = "use the server's public address, such as https://tickets.example: WeChat Pay notifies by https alone, of at most \
                255 bytes";
    checked("public_url", public_url, fits, hint)?;
    Ok(url)
}

fn pay_hosts(given: &[String]) -> Result<Vec<Url>, SettingsError> {
    if given.is_empty() {
        return PAY_HOSTS.iter().map(|url| host("pay_hosts", url)).collect();
    }
    given.iter().map(|url| host("pay_hosts", url)).collect()
}

/// Money goes by https, or stays on this machine.
fn host(name: &'static str, text: &str) -> Result<Url, SettingsError> {
    let refused = || SettingsError::Value {
        name,
        value: text.to_owned(),
        hint: "use an address by https, or by http one of this machine, such as http://127.0.0.1:8090",
    };
    let url = Url::parse(text).map_err(|_| refused())?;
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        _ => Err(refused()),
    }
}
