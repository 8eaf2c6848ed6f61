//! The Mini Program's server side, simulated: tokens, and word of issued tickets.

use serde_json::{Value, json};

use super::world::{APPID, Request, World};

pub(crate) const APP_SECRET: &str = "0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f6";

impl World {
    pub(super) fn answer_app(&mut self, request: &Request) -> Value {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let (path, query) = request
            .path
            .split_once('?')
            .unwrap_or((request.path.as_str(), ""));
        match path {
            "/cgi-bin/stable_token" if body["appid"] == APPID && body["secret"] == APP_SECRET => {
                self.tokens += 1;
                json!({"access_token": format!("TOKEN_{}", self.tokens), "expires_in": 7200})
            }
            "/cgi-bin/stable_token" => json!({"errcode": 40125, "errmsg": "invalid appsecret"}),
            "/wxa/sec/order/upload_shipping_info" => self.ship(query, body),
            _ => json!({"errcode": 48001, "errmsg": "api unauthorized"}),
        }
    }

    fn ship(&mut self, query: &str, body: Value) -> Value {
        if query != format!("access_token=TOKEN_{}", self.tokens) {
            return json!({"errcode": 40001, "errmsg": "invalid credential"});
        }
        if let Some(errcode) = self.app_says.pop() {
            return json!({"errcode": errcode, "errmsg": "as it was told to"});
        }
        self.shipped.push(body);
        json!({"errcode": 0, "errmsg": "ok"})
    }
}
