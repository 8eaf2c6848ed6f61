//! A server that sells, as its buyers meet it: a process of its own, real HTTP, a real file.

mod api;
mod refusals;
mod rush;
mod story;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::OnceLock;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wicket::domain::sale::OrderNumber;
use wicket::domain::sale::order::Order;
use wicket::server::db::Db;

use crate::cli::wicket;

/// The event of every test here.
const EVENT: &str = "spring-26";
/// Looks at an order until the server has done its part; each is a request that the server answers.
const LOOKS_MAX: usize = 10_000;

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// A client of plain HTTP, which wants to know how it would speak TLS all the same.
fn client() -> Client {
    // A second call finds the provider of the first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// A server's process that sells on trial.
struct Shop {
    folder: TempDir,
    process: Option<Child>,
    /// Such as `127.0.0.1:40123`.
    address: String,
    client: Client,
}

/// An answer.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    media_type: String,
    body: Value,
}

/// Somebody who buys.
#[derive(Debug, Clone)]
struct Buyer {
    token: String,
}

impl Shop {
    /// With so many tickets of the type `adult`, on sale.
    fn open(adults: u32) -> Self {
        Self::with(&sheet(adults))
    }

    /// With this sheet, on sale.
    fn with(sheet: &Value) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("event.json");
        std::fs::write(&file, sheet.to_string()).unwrap();
        let mut shop = Self {
            folder,
            process: None,
            address: "127.0.0.1:0".to_owned(),
            client: client(),
        };
        shop.admin(&["event", "add", EVENT]);
        shop.admin(&["event", "sheet", EVENT, file.to_str().unwrap()]);
        shop.admin(&["event", "stage", EVENT, "on-sale"]);
        shop.start();
        shop
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Starts it, after the first time at the same address, and waits until it listens.
    fn start(&mut self) {
        let mut process = wicket()
            .args(["serve", "--trial-payments", "--listen", &self.address, "--data"])
            .arg(self.data())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        self.address = line
            .trim()
            .strip_prefix("listening on http://")
            .unwrap()
            .to_owned();
        self.process = Some(process);
    }

    /// SIGKILL, at whatever it is doing.
    fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// `wicket admin`, which must succeed; its standard output.
    fn admin(&self, args: &[&str]) -> String {
        let output = wicket()
            .arg("admin")
            .args(args)
            .arg("--data")
            .arg(self.data())
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn buyer(&self) -> Buyer {
        let answer = self.ask(Method::POST, "/api/v1/accounts", None, None, "");
        let token = answer.body["token"].as_str().unwrap().to_owned();
        Buyer { token }
    }

    /// Asks for something: a token and a key where there are such.
    fn ask(
        &self,
        method: Method,
        path: &str,
        buyer: Option<&Buyer>,
        key: Option<&str>,
        body: &str,
    ) -> Answer {
        let mut request = self
            .client
            .request(method, format!("http://{}{path}", self.address))
            .body(body.to_owned());
        if let Some(buyer) = buyer {
            request = request.bearer_auth(&buyer.token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        runtime().block_on(async {
            let answer = request.send().await.unwrap();
            let status = answer.status();
            let media_type = answer
                .headers()
                .get("content-type")
                .map(|value| value.to_str().unwrap().to_owned());
            let bytes = answer.bytes().await.unwrap();
            Answer {
                status,
                media_type: media_type.unwrap_or_default(),
                body: serde_json::from_slice(&bytes).unwrap_or_default(),
            }
        })
    }

    fn get(&self, path: &str, buyer: &Buyer) -> Value {
        let answer = self.ask(Method::GET, path, Some(buyer), None, "");
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    /// A write that must be taken.
    fn post(&self, path: &str, buyer: &Buyer, key: &str, body: &Value) -> Value {
        let answer = self.ask(Method::POST, path, Some(buyer), Some(key), &body.to_string());
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.body
    }

    /// Places an order; its number.
    fn order(&self, buyer: &Buyer, key: &str, tickets: &Value) -> String {
        let order = self.post(
            &format!("/api/v1/events/{EVENT}/orders"),
            buyer,
            key,
            &json!({ "tickets": tickets }),
        );
        order["order"].as_str().unwrap().to_owned()
    }

    /// Looks at an order until it is so.
    fn until(&self, order: &str, buyer: &Buyer, so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..LOOKS_MAX {
            let seen = self.get(&format!("/api/v1/orders/{order}"), buyer);
            if so(&seen) {
                return seen;
            }
        }
        panic!("order {order} never came to it");
    }

    /// Pays an order as a trial.
    fn pay(&self, order: &str, buyer: &Buyer, key: &str) {
        let how = json!({ "provider": "test", "method": "native" });
        self.post(&format!("/api/v1/orders/{order}/pay"), buyer, key, &how);
        let open = self.until(order, buyer, |order| order["payable"]["state"] == "open");
        let page = open["pay_with"]["url"].as_str().unwrap().to_owned();
        self.ask(Method::POST, &page, None, None, "");
    }

    /// An order as it is stored.
    fn stored(&self, order: &str) -> Order {
        let number: OrderNumber = order.parse().unwrap();
        Db::open(&self.data()).unwrap().order(number).unwrap().unwrap()
    }

    /// Tickets that are held or sold.
    fn taken(&self) -> u32 {
        let event = Db::open(&self.data())
            .unwrap()
            .on_sale(&EVENT.parse().unwrap())
            .unwrap();
        event.unwrap().stocks.values().map(|stock| stock.taken).sum()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn sheet(adults: u32) -> Value {
    json!({
        "title": { "zh": "春天", "en": "Spring" },
        "sessions": { "night": { "begins": 1_900_000_000, "ends": 1_900_020_000 } },
        "quotas": { "hall": { "capacity": adults }, "guests": { "capacity": 5, "kind": "held" } },
        "offers": {
            "adult": { "title": { "zh": "成人" }, "session": "night", "price": 12_800, "quotas": ["hall"] },
            "guest": { "title": { "zh": "嘉宾" }, "session": "night", "price": 0, "quotas": ["guests"] },
        },
        "admission": { "event": EVENT },
        "refunds": [{ "before_s": 3600, "share": 800 }],
        "per_order_max": 6,
    })
}

fn example() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/config/event.json"))
}
