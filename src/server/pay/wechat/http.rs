//! Requests to WeChat's servers, within limits. Nothing is believed here.

use std::error::Error;
use std::time::Duration;

use axum::http::{HeaderMap, Method, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use rustls::ClientConfig;

use crate::server::pay::error::CallError;

/// To reach a server: a lost SYN is sent again by then, and a guest waits for it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// For an answer, all in all: WeChat Pay's own programs wait no longer.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// For a day's bill, which may be large.
pub(super) const BILL_TIMEOUT: Duration = Duration::from_secs(120);
/// Bytes of an answer: certificates are the longest, and ten of them are less.
pub(super) const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Bytes of a bill: 100,000 payments a day at 600 bytes, which is more than any merchant of ours has.
pub(super) const BILL_BYTES_MAX: usize = 64 << 20;

/// No HTTP client can be had.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot start")]
pub struct ClientError(#[source] reqwest::Error);

/// A way out.
#[derive(Debug, Clone)]
pub(super) struct Http(Client);

/// What is sent: to `path` with its query, at whichever host answers.
#[derive(Debug)]
pub(super) struct Outgoing<'o> {
    pub(super) method: Method,
    /// Path and query, as they were signed.
    pub(super) target: &'o Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) bytes_max: usize,
    pub(super) timeout: Duration,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Http {
    pub(super) fn new(tls: ClientConfig) -> Result<Self, ClientError> {
        let builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT_TIMEOUT)
            // What is signed for one path is for no other.
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("wicket/", env!("CARGO_PKG_VERSION")));
        builder.build().map(Self).map_err(ClientError)
    }

    /// Sends it to the first of these hosts that can be reached.
    pub(super) async fn send(&self, hosts: &[Url], outgoing: &Outgoing<'_>) -> Result<Reply, CallError> {
        let mut failed = CallError::again("no host is named");
        for host in hosts {
            match self.request(host, outgoing).await {
                Ok(response) => return read(response, outgoing.bytes_max).await,
                Err(error) => {
                    // Only where no connection came about was nothing heard; else the same host is asked again, later.
                    let unreached = error.is_connect();
                    failed = CallError::again(words(error));
                    if !unreached {
                        break;
                    }
                }
            }
        }
        Err(failed)
    }

    async fn request(&self, host: &Url, outgoing: &Outgoing<'_>) -> Result<Response, reqwest::Error> {
        let mut request = self
            .0
            .request(outgoing.method.clone(), at(host, outgoing.target))
            .timeout(outgoing.timeout)
            .headers(outgoing.headers.clone());
        if outgoing.method == Method::POST {
            request = request.body(outgoing.body.clone());
        }
        request.send().await
    }
}

/// What is asked for, at a host.
fn at(host: &Url, target: &Url) -> Url {
    let mut url = host.clone();
    url.set_path(target.path());
    url.set_query(target.query());
    url
}

/// Path and query as they are sent, and so as they are signed.
pub(super) fn path_and_query(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Reply, CallError> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| CallError::again(words(error)))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > bytes_max {
            return Err(CallError::forged(format!(
                "an answer of more than {bytes_max} bytes"
            )));
        }
    }
    Ok(Reply {
        status,
        headers,
        body,
    })
}

/// What went wrong, without the address: it may hold a token.
fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reaches_every_host_as_it_was_signed() {
        let target = Url::parse("http://any/v3/refunds/7Q4M*1?a=b%20c&d=2026-11-23").unwrap();
        let signed = path_and_query(&target);
        for host in ["https://api.example", "http://127.0.0.1:80/"] {
            let url = at(&Url::parse(host).unwrap(), &target);
            assert_eq!(path_and_query(&url), signed);
        }
        assert_eq!(signed, "/v3/refunds/7Q4M*1?a=b%20c&d=2026-11-23");
    }
}
