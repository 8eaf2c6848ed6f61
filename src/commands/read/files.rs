//! Images by name: the texts in each.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::time::ClockId;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::timed;
use crate::commands::{Outcome, WRONG_USE, say, with_causes};
use crate::device::image_file::LumaImage;
use crate::domain::ids::hex;
use crate::vision::{self, Budget, Code};

/// Reads each image and prints what is in it.
///
/// # Errors
/// Where standard output cannot be written.
pub(super) fn run(images: &[PathBuf], json: bool) -> Outcome {
    let mut out = io::stdout().lock();
    let mut status = 0;
    for path in images {
        match report(path) {
            Ok(report) => {
                status = status.max(u8::from(report.codes.is_empty()));
                report.print(json, &mut out)?;
            }
            Err(error) => {
                status = WRONG_USE;
                say::remark(&format!("wicket: {}", with_causes(error.as_ref())));
            }
        }
    }
    Ok(ExitCode::from(status))
}

#[derive(Serialize)]
struct Report {
    file: String,
    texts: Vec<String>,
    codes: Vec<CodeReport>,
    ms: f64,
}

#[derive(Serialize)]
struct CodeReport {
    text: Option<String>,
    bytes_sha256: String,
    corners: [(f32, f32); 4],
}

fn report(path: &Path) -> Result<Report, Box<dyn std::error::Error + Send + Sync>> {
    let image = LumaImage::open(path)?;
    let frame = image.frame()?;
    // All threads together: what reading costs the machine.
    let timed = timed::timed(ClockId::ProcessCPUTime, || vision::read(&frame, Budget::STILL));
    let codes = timed.codes.unwrap_or_else(|panicked| {
        say::remark(&format!("wicket: {}: {panicked}", path.display()));
        Vec::new()
    });
    Ok(Report {
        file: path.display().to_string(),
        texts: codes.iter().filter_map(|code| code.text.clone()).collect(),
        codes: codes.iter().map(CodeReport::new).collect(),
        ms: timed.ms,
    })
}

impl Report {
    fn print(&self, json: bool, out: &mut impl Write) -> io::Result<()> {
        if json {
            serde_json::to_writer(&mut *out, self)?;
            return writeln!(out);
        }
        let found = match self.codes.len() {
            0 => "no code".to_owned(),
            1 => "1 code".to_owned(),
            many => format!("{many} codes"),
        };
        writeln!(out, "{}: {found} in {:.1} ms", self.file, self.ms)?;
        for code in &self.codes {
            match &code.text {
                Some(text) => writeln!(out, "  {}", text.escape_debug())?,
                None => writeln!(
                    out,
                    "  bytes that are no UTF-8 text, SHA-256 {}",
                    code.bytes_sha256
                )?,
            }
        }
        Ok(())
    }
}

impl CodeReport {
    fn new(code: &Code) -> Self {
        Self {
            text: code.text.clone(),
            bytes_sha256: hex(&Sha256::digest(&code.bytes)),
            corners: code.corners,
        }
    }
}
