//! A camera that is played by the test: a folder of pipes, which the gate replays over and over. What it sees lasts until it sees
//! something else, and it can stand still and be pulled out, as a real one.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::picture::Frame;

/// Two, in turn: one opens for the next frame only when the gate has closed the other.
const PIPES: [&str; 2] = ["1.pgm", "2.pgm"];

/// What the camera is made to do.
enum Order {
    See(Arc<Frame>),
    /// Give no frame until the next order.
    Stall,
    /// Be pulled out after this.
    Vanish(Arc<Frame>),
    /// Be plugged in again.
    Return,
}

pub(super) struct StagedCamera {
    folder: PathBuf,
    orders: SyncSender<Order>,
    frames: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl StagedCamera {
    /// Plays in this folder, which is made where it is not there.
    pub(super) fn start(folder: &Path) -> Self {
        if fs::create_dir(folder).is_ok() {
            for pipe in PIPES {
                mknodat(CWD, folder.join(pipe), FileType::Fifo, Mode::RWXU, 0).unwrap();
            }
        }
        // Without room: an order is taken when the one before was seen.
        let (orders, taken) = sync_channel(0);
        let frames = Arc::new(AtomicUsize::new(0));
        let stage = Stage {
            folder: folder.to_owned(),
            pipe: 0,
            frames: Arc::clone(&frames),
        };
        Self {
            folder: folder.to_owned(),
            orders,
            frames,
            thread: thread::Builder::new()
                .name("camera".to_owned())
                .spawn(move || stage.play(&taken))
                .unwrap(),
        }
    }

    /// Ends it, where the gate is gone.
    pub(super) fn end(self) {
        drop(self.orders);
        // It may wait for a gate that takes the next frame.
        for pipe in PIPES {
            drop(
                File::options()
                    .read(true)
                    .write(true)
                    .open(self.folder.join(pipe))
                    .unwrap(),
            );
        }
        self.thread.join().unwrap();
    }

    /// Sees this from now on: one frame at least.
    pub(super) fn see(&self, frame: &Arc<Frame>) {
        self.give(Order::See(Arc::clone(frame)));
    }

    /// Gives no frame until it sees something again.
    pub(super) fn stall(&self) {
        self.give(Order::Stall);
    }

    /// Is pulled out; this is the last that it sees.
    pub(super) fn vanish(&self, last: &Arc<Frame>) {
        self.give(Order::Vanish(Arc::clone(last)));
    }

    /// Is plugged in again, and sees this.
    pub(super) fn come_back(&self, frame: &Arc<Frame>) {
        self.give(Order::Return);
        self.see(frame);
    }

    /// The frames that the gate took.
    pub(super) fn frames(&self) -> usize {
        self.frames.load(Ordering::Relaxed)
    }

    fn give(&self, order: Order) {
        self.orders.send(order).unwrap();
    }
}

struct Stage {
    folder: PathBuf,
    pipe: usize,
    frames: Arc<AtomicUsize>,
}

impl Stage {
    fn play(mut self, orders: &Receiver<Order>) {
        let mut seen: Option<Arc<Frame>> = None;
        loop {
            let order = match &seen {
                Some(_) => orders.try_recv(),
                None => orders.recv().map_err(|_| TryRecvError::Disconnected),
            };
            match order {
                Ok(Order::See(frame)) => seen = Some(frame),
                Ok(Order::Stall) => seen = None,
                Ok(Order::Vanish(last)) => {
                    self.vanish(&last);
                    seen = None;
                }
                Ok(Order::Return) => self.come_back(),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return,
            }
            if let Some(frame) = seen.as_deref() {
                self.show(frame);
            }
        }
    }

    fn show(&mut self, frame: &Frame) {
        let pipe = self.next_pipe();
        self.fill(pipe, frame);
    }

    /// While the gate takes a last frame, so that it finds the folder gone at the next.
    fn vanish(&mut self, frame: &Frame) {
        let pipe = self.next_pipe();
        fs::rename(&self.folder, self.unplugged()).unwrap();
        self.fill(pipe, frame);
    }

    /// Waits until the gate asks for a frame.
    fn next_pipe(&mut self) -> File {
        let path = self.folder.join(PIPES[self.pipe]);
        self.pipe = (self.pipe + 1) % PIPES.len();
        File::options().write(true).open(path).unwrap()
    }

    fn fill(&self, mut pipe: File, frame: &Frame) {
        // A gate that ended meanwhile reads no more.
        let _ = pipe.write_all(&frame.0);
        self.frames.fetch_add(1, Ordering::Relaxed);
    }

    fn come_back(&mut self) {
        fs::rename(self.unplugged(), &self.folder).unwrap();
        // It is opened anew, and begins with the first.
        self.pipe = 0;
    }

    fn unplugged(&self) -> PathBuf {
        self.folder.with_extension("unplugged")
    }
}
