//! What reading one image may take and say.

use std::sync::{Mutex, PoisonError};

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};
use wicket::vision::{self, Budget};

use crate::chance::Chance;
use crate::picture::Picture;
use crate::seeds::{replayed, seeds};

/// A bound on work, not a measure of speed: CPU time of this thread alone, several times what an ordinary frame takes, so
/// that no image stops a lane. It is not compared with anything, and no wall clock is read.
const CPU_MS_MAX: i64 = 250;
/// What a gate computer of 1 GB can spare beside the frame itself.
const ALLOCATED_BYTES_MAX: usize = 256 << 20;
/// Images of the long run for each of the short one.
const LONG: u64 = 10;
/// Failures of one kind after which no more is learnt.
const FAILURES_MAX: usize = 12;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// One image at a time, or the threads of a test runner would be counted into each other's memory.
static ALONE: Mutex<()> = Mutex::new(());

#[derive(Debug, Default, Clone, Copy)]
struct Cost {
    cpu_ms: i64,
    allocated_bytes: usize,
    texts: usize,
}

/// Reads `images` images of a kind, ten times as many in the long run, and fails if any is outside of the bars. It ends
/// early where many are.
pub(super) fn all_within_bars(test: &str, images: u64, make: impl Fn(&mut Chance) -> Picture) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut tried, mut read, mut highest, mut failures) = (0, 0, Cost::default(), Vec::new());
    for seed in seeds(images, LONG * images) {
        let picture = make(&mut Chance::new(seed));
        let (cost, failed) = judge(&picture);
        let replay = format!("WICKET_SEED={seed} cargo nextest run --test vision {test}");
        let told = format!("{replay}\n    {picture}: {cost:?}: {}", failed.join(", "));
        if replayed() {
            println!("{told}");
        }
        failures.extend((!failed.is_empty()).then_some(told));
        tried += 1;
        read += u64::from(cost.texts > 0);
        highest.cpu_ms = highest.cpu_ms.max(cost.cpu_ms);
        highest.allocated_bytes = highest.allocated_bytes.max(cost.allocated_bytes);
        highest.texts = highest.texts.max(cost.texts);
        if failures.len() == FAILURES_MAX {
            break;
        }
    }
    println!("{test}: {tried} images, {read} with a text, at the most {highest:?}");
    assert!(
        failures.is_empty(),
        "{} of {tried} images are outside of the bars; replay one of:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn judge(picture: &Picture) -> (Cost, Vec<String>) {
    let frame = picture.frame();
    ALLOCATED.reset_peak_usage();
    let (held, begun) = (ALLOCATED.current_usage(), cpu_ms());
    let read = vision::read(&frame, Budget::STILL);
    let mut cost = Cost {
        cpu_ms: cpu_ms() - begun,
        allocated_bytes: ALLOCATED.peak_usage() - held,
        texts: 0,
    };
    let mut failed = Vec::new();
    match read {
        Ok(codes) => {
            cost.texts = codes.len();
            let foreign = codes.iter().filter(|code| !picture.holds(&code.bytes));
            failed.extend(foreign.map(|code| format!("read what was not drawn: {:?}", code.bytes)));
        }
        Err(panicked) => failed.push(format!("panicked: {panicked}")),
    }
    if cost.cpu_ms > CPU_MS_MAX {
        failed.push(format!("{} ms of CPU, at most {CPU_MS_MAX}", cost.cpu_ms));
    }
    if cost.allocated_bytes > ALLOCATED_BYTES_MAX {
        failed.push(format!(
            "{} MB of memory, at most {}",
            cost.allocated_bytes >> 20,
            ALLOCATED_BYTES_MAX >> 20
        ));
    }
    (cost, failed)
}

fn cpu_ms() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}
