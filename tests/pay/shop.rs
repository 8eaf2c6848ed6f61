//! A merchant beside a simulated WeChat Pay.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use wicket::domain::sale::{
    Fen, Method, OrderNumber, PayerId, PaymentNumber, PaymentStanding, Prepay, RefundAsk, RefundNumber,
};
use wicket::domain::time::{UnixMillis, UnixSeconds};
use wicket::server::pay::wechat::{Options, Settings, WeChat};
use wicket::server::pay::{Asked, CallError, Givens, Notification, NotifyError, PaymentProvider};

use super::fake::{
    API_V3_KEY, APP_SECRET, APPID, Fake, MCHID, MERCHANT_SERIAL, Notice, PUBLIC_KEY_ID, Pair, START_MS,
};

/// A merchant and its provider.
pub(crate) struct Shop {
    pub(crate) fake: Fake,
    pub(crate) wechat: WeChat,
}

impl Shop {
    /// In public-key mode.
    pub(crate) fn open() -> Self {
        Self::with(|_| {})
    }

    /// With other settings.
    pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let fake = Fake::start();
        let folder = files();
        let mut options = options(folder.path());
        options.pay_hosts = vec![fake.address.clone()];
        options.app_host = Some(fake.address.clone());
        change(&mut options);
        let settings = Settings::read(&options, None).unwrap();
        let wechat = WeChat::new(settings, tls(), givens(&fake.clock)).unwrap();
        Self { fake, wechat }
    }

    /// Waits for a call.
    pub(crate) fn ask<T>(&self, asked: Asked<'_, T>) -> Result<T, CallError> {
        self.fake.runtime.block_on(asked)
    }

    pub(crate) fn query(&self, number: PaymentNumber) -> Result<PaymentStanding, CallError> {
        self.ask(self.wechat.query(&number))
    }

    /// Opens the payment, and has the guest pay it.
    pub(crate) fn sell(&self, prepay: &Prepay) {
        self.ask(self.wechat.open(prepay)).unwrap();
        assert!(self.fake.world().pay(&prepay.payment.to_string()));
    }

    pub(crate) fn now(&self) -> UnixMillis {
        UnixMillis(self.fake.world().now_ms())
    }

    pub(crate) fn hear(&self, notice: &Notice) -> Result<Notification, NotifyError> {
        self.wechat
            .notification(&notice.headers, &notice.body, self.now())
    }
}

pub(crate) fn givens(clock: &Arc<AtomicU64>) -> Givens {
    let (clock, nonces) = (Arc::clone(clock), AtomicU64::new(1));
    Givens {
        clock: Arc::new(move || UnixMillis(clock.load(Ordering::Relaxed))),
        random: Arc::new(move || {
            let nonce = u128::from(nonces.fetch_add(1, Ordering::Relaxed));
            Ok(nonce.to_be_bytes())
        }),
    }
}

/// No authority: the simulated WeChat Pay speaks plain HTTP on loopback.
pub(crate) fn tls() -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}

/// A folder with the files that settings name.
pub(crate) fn files() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("apiclient_key.pem", Pair::named("merchant").private_pem()),
        ("pub_key.pem", Pair::named("wechat").public_pem()),
        ("api_v3_key", format!("{API_V3_KEY}\n")),
        ("app_secret", format!("{APP_SECRET}\n")),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

pub(crate) fn options(folder: &Path) -> Options {
    Options {
        mchid: MCHID.to_owned(),
        appid: APPID.to_owned(),
        web_appid: None,
        merchant_key: folder.join("apiclient_key.pem"),
        merchant_serial: MERCHANT_SERIAL.to_owned(),
        api_v3_key: folder.join("api_v3_key"),
        public_key: Some(folder.join("pub_key.pem")),
        public_key_id: Some(PUBLIC_KEY_ID.to_owned()),
        platform_certificates: false,
        public_url: "https://tickets.example".to_owned(),
        app_secret: Some(folder.join("app_secret")),
        pay_hosts: Vec::new(),
        app_host: None,
    }
}

pub(crate) fn payment(count: u16) -> PaymentNumber {
    let order = OrderNumber::new(0x0123_4567_89ab_cdef);
    PaymentNumber { order, count }
}

pub(crate) fn refund_number(count: u16) -> RefundNumber {
    let order = payment(1).order;
    RefundNumber { order, count }
}

/// 380 yuan, to be paid within 15 minutes.
pub(crate) fn prepay(count: u16, method: Method) -> Prepay {
    Prepay {
        payment: payment(count),
        method,
        total: Fen(38_000),
        description: "春天音乐节, 2 adults".to_owned(),
        until: UnixSeconds(START_MS / 1000 + 900),
        payer: (method == Method::Jsapi).then(|| PayerId("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned())),
        address: (method == Method::H5).then(|| "203.0.113.7".to_owned()),
    }
}

pub(crate) fn refund(count: u16, amount: u64) -> RefundAsk {
    RefundAsk {
        refund: refund_number(count),
        payment: payment(1),
        amount: Fen(amount),
        total: Fen(38_000),
        reason: "postponed".to_owned(),
    }
}
