//! `wicket read`: the QR texts in images.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::say;
use super::{Outcome, WRONG_USE};
use crate::device::image_file::LumaImage;
use crate::domain::ids::hex;
use crate::vision::{self, Code};

/// Read the QR codes in images.
///
/// Prints the texts of the codes in each image, the largest code first. Images are PNG, JPEG, WebP or PGM files.
///
/// The exit status is 0 if every image has a code, 1 if one has none, and 2 if a file could not be read as an
/// image; the others are read all the same.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print one JSON line an image: file, texts, codes (text, bytes_sha256, corners), and ms, the milliseconds
    /// of processor time, all threads together, from brightness to texts.
    #[arg(long)]
    json: bool,
    /// The images.
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let mut out = io::stdout().lock();
    let mut status = 0;
    for path in &args.images {
        match report(path) {
            Ok(report) => {
                status = status.max(u8::from(report.codes.is_empty()));
                report.print(args.json, &mut out)?;
            }
            Err(error) => {
                status = WRONG_USE;
                say::remark(&format!("wicket: {}", super::with_causes(error.as_ref())));
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
    let before_ms = processor_ms();
    let reading = vision::read(&frame);
    let ms = processor_ms() - before_ms;
    let codes = reading.unwrap_or_else(|panicked| {
        say::remark(&format!("wicket: {}: {panicked}", path.display()));
        Vec::new()
    });
    Ok(Report {
        file: path.display().to_string(),
        texts: codes.iter().filter_map(|code| code.text.clone()).collect(),
        codes: codes.iter().map(CodeReport::new).collect(),
        ms,
    })
}

/// Processor time of all threads of this process, in milliseconds.
fn processor_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
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
