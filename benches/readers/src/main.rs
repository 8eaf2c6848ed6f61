//! Compares QR readers on the same pictures in one run: `wicket-bench-readers FRAMES IMAGES`, or `make bench-readers`.
//!
//! Every reader gets the same luma buffers, decoded before the first clock starts. What is timed is the processor
//! time of the thread in the reader's call alone. The report is Markdown, on standard output.

mod corpus;
mod ours;
mod picture;
mod quantile;
mod reader;
mod rqrr;
mod run;
mod rxing;
mod score;
mod table;
mod text_modes;
mod version;
mod zxing_cpp;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use corpus::Corpus;
use reader::Reader;

/// The exit status for wrong use and for folders that are absent.
const WRONG_USE: u8 = 2;

fn main() -> ExitCode {
    match report() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wicket-bench-readers: {error}");
            ExitCode::from(WRONG_USE)
        }
    }
}

fn report() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [frames, images] = arguments.as_slice() else {
        return Err("name two folders: the gate's frames, then the photos".into());
    };
    let corpus = Corpus::open(Path::new(frames), Path::new(images))?;
    // A reader's panic is counted; its message would stand between the rows.
    std::panic::set_hook(Box::new(|_| {}));
    let scores = run::run(&mut readers(), &corpus);
    print!("{}", table::markdown(&corpus, &scores));
    print!("{}", text_modes::markdown(&corpus));
    Ok(())
}

fn readers() -> Vec<Box<dyn Reader>> {
    vec![
        Box::new(ours::Ours::live()),
        Box::new(ours::Ours::still()),
        Box::new(zxing_cpp::ZxingCpp::options_off()),
        Box::new(zxing_cpp::ZxingCpp::all_tries()),
        Box::new(zxing_cpp::ZxingCpp::all_tries_for_one_code()),
        Box::new(rqrr::Rqrr),
        Box::new(rxing::Rxing),
    ]
}
