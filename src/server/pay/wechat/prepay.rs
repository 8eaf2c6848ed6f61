//! Opening a payment: the bodies, and what is handed to who pays.
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012791856>, `/4012791834` (H5), `/4012791877` (Native).

use serde::{Deserialize, Serialize};

use super::api::Api;
use super::settings::Settings;
use super::sign::pay_message;
use super::time::seconds_text;
use crate::domain::sale::{Method, Opened, Prepay};
use crate::domain::time::UnixSeconds;
use crate::server::pay::error::CallError;
use crate::server::pay::provider::HandOver;

/// Bytes of a description that WeChat Pay takes.
const DESCRIPTION_BYTES_MAX: usize = 127;
const CNY: &str = "CNY";

#[derive(Serialize)]
struct Body<'p> {
    appid: &'p str,
    mchid: &'p str,
    description: String,
    out_trade_no: String,
    time_expire: String,
    notify_url: &'p str,
    amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Payer<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<Scene<'p>>,
}

#[derive(Serialize)]
struct Amount {
    total: u64,
    currency: &'static str,
}

#[derive(Serialize)]
struct Payer<'p> {
    openid: &'p str,
}

#[derive(Serialize)]
struct Scene<'p> {
    payer_client_ip: &'p str,
    h5_info: H5,
}

#[derive(Serialize)]
struct H5 {
    r#type: &'static str,
}

#[derive(Deserialize)]
struct Jsapi {
    prepay_id: String,
}

#[derive(Deserialize)]
struct Web {
    h5_url: String,
}

#[derive(Deserialize)]
struct Native {
    code_url: String,
}

impl Api {
    /// Opens a payment. What is sent for one [`Prepay`] is always the same: WeChat Pay refuses a number that comes again with
    /// anything else.
    pub(super) async fn open(&self, prepay: &Prepay) -> Result<Opened, CallError> {
        let body = body(&self.settings, prepay)?;
        match prepay.method {
            Method::Jsapi => {
                let answer = self.post("/v3/pay/transactions/jsapi", &body).await?;
                Ok(Opened::PrepayId(answer.message::<Jsapi>()?.prepay_id))
            }
            Method::H5 => {
                let answer = self.post("/v3/pay/transactions/h5", &body).await?;
                Ok(Opened::Url(answer.message::<Web>()?.h5_url))
            }
            Method::Native => {
                let answer = self.post("/v3/pay/transactions/native", &body).await?;
                Ok(Opened::Code(answer.message::<Native>()?.code_url))
            }
            Method::BoxOffice => Err(unfit("WeChat Pay takes no money at the box office")),
        }
    }

    /// What `wx.requestPayment`, a browser or a code reader is given.
    pub(super) fn hand_over(
        &self,
        opened: &Opened,
        now: UnixSeconds,
        nonce: &str,
    ) -> Result<HandOver, CallError> {
        match opened {
            Opened::Url(url) => Ok(HandOver::Page { url: url.clone() }),
            Opened::Code(text) => Ok(HandOver::Code { text: text.clone() }),
            Opened::PrepayId(id) => {
                let (appid, package) = (&self.settings.appid, format!("prepay_id={id}"));
                let message = pay_message(appid, now, nonce, &package);
                let signed = self.settings.merchant.key.sign(&message);
                Ok(HandOver::WeChat {
                    app_id: appid.clone(),
                    time_stamp: now.to_string(),
                    nonce_str: nonce.to_owned(),
                    package,
                    sign_type: "RSA".to_owned(),
                    pay_sign: signed.map_err(|error| CallError::again(error.to_string()))?,
                })
            }
        }
    }
}

fn body<'p>(settings: &'p Settings, prepay: &'p Prepay) -> Result<Body<'p>, CallError> {
    let (mut payer, mut scene_info) = (None, None);
    match prepay.method {
        Method::Jsapi => {
            let openid = &prepay.payer.as_ref().ok_or_else(|| unfit("no payer is named"))?.0;
            payer = Some(Payer { openid });
        }
        Method::H5 => {
            let address = prepay.address.as_deref();
            scene_info = Some(Scene {
                payer_client_ip: address.ok_or_else(|| unfit("the payer's address is not named"))?,
                h5_info: H5 { r#type: "Wap" },
            });
        }
        Method::Native | Method::BoxOffice => {}
    }
    Ok(Body {
        // Payers are known to one app alone; elsewhere nobody is named.
        appid: if payer.is_some() {
            &settings.appid
        } else {
            &settings.web_appid
        },
        mchid: &settings.merchant.mchid,
        description: description(&prepay.description),
        out_trade_no: prepay.payment.to_string(),
        time_expire: seconds_text(prepay.until.millis()),
        notify_url: &settings.notify_url,
        amount: Amount {
            total: prepay.total.0,
            currency: CNY,
        },
        payer,
        scene_info,
    })
}

fn unfit(why: &str) -> CallError {
    CallError::never("unfit", why)
}

/// As much of a text as WeChat Pay takes, without what it may stumble over: signs of four bytes, as emoji are.
fn description(text: &str) -> String {
    let mut fits = String::new();
    for sign in text.chars().filter(|sign| sign.len_utf8() < 4) {
        if fits.len() + sign.len_utf8() > DESCRIPTION_BYTES_MAX {
            break;
        }
        fits.push(sign);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_cut_between_signs_and_has_none_of_four_bytes() {
        assert_eq!(description("春天音乐节 🎵 2 tickets"), "春天音乐节  2 tickets");
        assert_eq!(description(&"春".repeat(50)).len(), 126);
        assert_eq!(description(&"x".repeat(200)).len(), 127);
    }
}
