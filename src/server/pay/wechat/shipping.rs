//! Telling WeChat that tickets were issued: it keeps the money of managed Mini Programs until then.
//! <https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order-shipping/order-shipping.html>.

use serde::Serialize;

use super::api::Api;
use super::time::millis_text;
use super::token::TokenHolder;
use crate::server::pay::error::CallError;
use crate::server::pay::provider::Shipment;

const PATH: &str = "/wxa/sec/order/upload_shipping_info";
/// The payment is named by WeChat Pay's number.
const BY_TRANSACTION: u8 = 2;
/// Nothing is carried anywhere.
const VIRTUAL: u8 = 3;
/// All of it at once.
const UNIFIED: u8 = 1;
/// Characters of an item that WeChat takes.
const ITEM_CHARS_MAX: usize = 120;
/// It was told before: the payment is shipped already, can be shipped no other way any more, or nothing is new.
const TOLD_BEFORE: &[i64] = &[10_060_002, 10_060_003, 10_060_023];

#[derive(Serialize)]
struct Told<'s> {
    order_key: OrderKey<'s>,
    logistics_type: u8,
    delivery_mode: u8,
    shipping_list: [Item; 1],
    upload_time: String,
    payer: Payer<'s>,
}

#[derive(Serialize)]
struct OrderKey<'s> {
    order_number_type: u8,
    transaction_id: &'s str,
}

#[derive(Serialize)]
struct Item {
    item_desc: String,
}

#[derive(Serialize)]
struct Payer<'s> {
    openid: &'s str,
}

impl Api {
    /// Tells it, where the settings have the app's secret.
    pub(super) async fn ship(&self, tokens: &TokenHolder, shipment: &Shipment) -> Result<(), CallError> {
        let Some(secret) = &self.settings.app_secret else {
            return Ok(());
        };
        let told = Told {
            order_key: OrderKey {
                order_number_type: BY_TRANSACTION,
                transaction_id: &shipment.transaction.0,
            },
            logistics_type: VIRTUAL,
            delivery_mode: UNIFIED,
            shipping_list: [Item {
                item_desc: shipment.item.chars().take(ITEM_CHARS_MAX).collect(),
            }],
            upload_time: millis_text(shipment.at),
            payer: Payer {
                openid: &shipment.payer.0,
            },
        };
        let outcome = self.tell_app(tokens, secret, PATH, &told).await?;
        match outcome.errcode {
            0 => Ok(()),
            code if TOLD_BEFORE.contains(&code) => Ok(()),
            _ => Err(outcome.into()),
        }
    }
}
