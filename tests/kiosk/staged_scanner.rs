//! A scanner that is played by the test: a terminal in a serial port's place, under a name that lasts while it is pulled out and
//! plugged in.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serialport::{SerialPort, TTYPort};

pub(super) struct StagedScanner {
    port: PathBuf,
    sender: Option<TTYPort>,
}

impl StagedScanner {
    /// To be plugged in at a port of this name. Not before the gate has started: the terminal's other end would be handed down to
    /// it, and could not be pulled out.
    pub(super) fn at(port: &Path) -> Self {
        Self {
            port: port.to_owned(),
            sender: None,
        }
    }

    pub(super) fn plug_in(&mut self) {
        let (sender, receiver) = TTYPort::pair().unwrap();
        symlink(receiver.name().unwrap(), &self.port).unwrap();
        self.sender = Some(sender);
    }

    pub(super) fn pull_out(&mut self) {
        fs::remove_file(&self.port).unwrap();
        self.sender = None;
    }

    /// Reads a code, as bytes.
    pub(super) fn read(&mut self, code: &[u8]) {
        let sender = self.sender.as_mut().unwrap();
        sender.write_all(&[code, b"\r"].concat()).unwrap();
    }
}
