//! The server: the real routes over the real data, on a disk of its own.

use std::path::PathBuf;

use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, RETRY_AFTER,
};
use axum::http::{Request as HttpRequest, Response};

use super::RawReply;
use crate::domain::time::UnixMillis;
use crate::server::InProcess;
use crate::server::db::{Db, DbError, Opening};
use crate::sim::disk::{Disk, PowerDisk};
use crate::sync::{Method, Request};
use crate::wire::request::CBOR;

/// The server's machine.
pub(in crate::sim) struct Server {
    folder: PathBuf,
    pub(in crate::sim) disk: PowerDisk,
    process: Option<Process>,
}

struct Process {
    routes: InProcess,
    /// As `wicket admin` beside the server: the organiser's hand, and the simulator's eye.
    admin: Db,
}

impl Server {
    /// A server that runs on this disk.
    pub(in crate::sim) fn new(folder: PathBuf, disk: PowerDisk) -> Result<Self, DbError> {
        let mut server = Self {
            folder,
            disk,
            process: None,
        };
        server.start()?;
        Ok(server)
    }

    /// Starts on what the disk holds.
    pub(in crate::sim) fn start(&mut self) -> Result<(), DbError> {
        let opening = Opening {
            vfs: Some(self.disk.vfs().to_owned()),
        };
        let mut db = Db::open_with(&self.folder, &opening)?;
        let key = db.server_key(&[0; 32])?;
        let admin = Db::open_with(&self.folder, &opening)?;
        let routes = InProcess::new(db, key).expect("a runtime");
        self.process = Some(Process { routes, admin });
        Ok(())
    }

    /// Ends at once and finds `disk` in the machine.
    pub(in crate::sim) fn go_down(&mut self, disk: Disk) {
        self.disk.disk().cut_now();
        self.process = None;
        self.disk.replace(disk);
    }

    /// Answers a request.
    pub(in crate::sim) fn answer(&mut self, request: &Request, now: UnixMillis) -> RawReply {
        let process = self.process.as_ref().expect("it runs");
        let answer = process.routes.answer(to_http(request), now);
        from_http(answer.expect("an answer in memory"))
    }

    /// The organiser's hand, and the simulator's eye.
    pub(in crate::sim) fn admin(&mut self) -> &mut Db {
        &mut self.process.as_mut().expect("it runs").admin
    }
}

pub(super) fn to_http(request: &Request) -> HttpRequest<Vec<u8>> {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let mut http = HttpRequest::builder()
        .method(method)
        .uri(&request.path)
        .header(ACCEPT, CBOR)
        .header(ACCEPT_ENCODING, "zstd");
    if let Some(authorization) = &request.authorization {
        http = http.header(AUTHORIZATION, authorization);
    }
    let Some(body) = &request.body else {
        return http.body(Vec::new()).expect("a request");
    };
    if body.packed {
        http = http.header(CONTENT_ENCODING, "zstd");
    }
    let http = http.header(CONTENT_TYPE, CBOR);
    http.body(body.bytes.clone()).expect("a request")
}

pub(super) fn from_http(answer: Response<axum::body::Bytes>) -> RawReply {
    let header = |name: HeaderName| Some(answer.headers().get(name)?.to_str().ok()?.to_owned());
    RawReply {
        status: answer.status().as_u16(),
        media_type: header(CONTENT_TYPE),
        retry_after_ms: header(RETRY_AFTER)
            .and_then(|seconds| seconds.parse().ok())
            .map(|seconds: u64| seconds * 1_000),
        packed: header(CONTENT_ENCODING).as_deref() == Some("zstd"),
        body: answer.into_body().to_vec(),
    }
}
