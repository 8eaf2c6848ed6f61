//! What WeChat Pay needs to know of the merchant, as it is written.

use std::path::PathBuf;

use serde::Deserialize;

/// The settings as they are written. Files are paths, or `credential:NAME` for what systemd hands over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The merchant's number.
    pub mchid: String,
    /// The Mini Program's or official account's id: payers are known by it.
    pub appid: String,
    /// The app that payments outside WeChat and by code are opened for; the same where it is not given.
    #[serde(default)]
    pub web_appid: Option<String>,
    /// The file `apiclient_key.pem`.
    pub merchant_key: PathBuf,
    /// The serial of the API certificate.
    pub merchant_serial: String,
    /// The file with the APIv3 key.
    pub api_v3_key: PathBuf,
    /// The file `pub_key.pem`, WeChat Pay's public key.
    #[serde(default)]
    pub public_key: Option<PathBuf>,
    /// The public key's id, `PUB_KEY_ID_…`.
    #[serde(default)]
    pub public_key_id: Option<String>,
    /// Whether answers may be signed with a platform certificate, too; these are fetched. For merchants that began before there
    /// was a public key.
    #[serde(default)]
    pub platform_certificates: bool,
    /// The server's address as guests reach it, such as `https://tickets.example`.
    pub public_url: String,
    /// The file with the Mini Program's secret: with it, WeChat is told that tickets were issued.
    #[serde(default)]
    pub app_secret: Option<PathBuf>,
    /// Other places than WeChat Pay's own: for simulations on this machine.
    #[serde(default)]
    pub pay_hosts: Vec<String>,
    /// Another place than the Mini Program's server side: for simulations on this machine.
    #[serde(default)]
    pub app_host: Option<String>,
}
