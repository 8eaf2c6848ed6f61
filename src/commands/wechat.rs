//! WeChat Pay, as a server's operator sets it up.

use std::path::Path;
use std::sync::Arc;

use crate::server::pay::wechat::{Options, Settings, WeChat};
use crate::server::pay::{Givens, PaymentProvider};
use crate::tls::{Authorities, web_client};

/// Reads the merchant's settings and makes the provider of them.
pub(super) fn provider(
    file: &Path,
) -> Result<Arc<dyn PaymentProvider>, Box<dyn std::error::Error + Send + Sync>> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}; check the path", file.display()))?;
    let options: Options = toml::from_str(&text)
        .map_err(|error| format!("{} is not as it should be: {error}", file.display()))?;
    let settings = Settings::read(&options, credentials().as_deref())?;
    Ok(Arc::new(WeChat::new(
        settings,
        web_client(&Authorities::Machine)?,
        Givens::system(),
    )?))
}

/// Where systemd puts what LoadCredential names.
#[expect(
    clippy::disallowed_methods,
    reason = "systemd hands the folder over so, and main's arguments cannot"
)]
fn credentials() -> Option<std::path::PathBuf> {
    std::env::var_os("CREDENTIALS_DIRECTORY").map(Into::into)
}
