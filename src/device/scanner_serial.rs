//! A scanner at a serial port, USB's included.

use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Duration;

use serialport::SerialPort;

use super::scanner_line::{Line, Lines};

/// How long a read waits before it begins again. Only an interval: a port without a scan is not broken.
const READ_WAIT: Duration = Duration::from_secs(1);

/// Lines of an open port, until it is unplugged.
pub struct SerialScanner(Lines<BufReader<Patient>>);

/// A port whose reads wait for as long as it takes.
struct Patient(Box<dyn SerialPort>);

impl SerialScanner {
    /// Opens a port for this program alone, eight bits without parity, as scanners come.
    ///
    /// # Errors
    /// What the system says: it is not there, may not be used, or another program has it.
    pub fn open(port: &Path, baud: u32) -> io::Result<Self> {
        let port = serialport::new(port.to_string_lossy(), baud)
            .timeout(READ_WAIT)
            .open()?;
        Ok(Self(Lines::new(BufReader::new(Patient(port)))))
    }
}

impl Iterator for SerialScanner {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                read => return read,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use serialport::TTYPort;

    use super::*;

    #[test]
    fn lines_come_through_a_terminal_as_they_were_sent_until_it_is_gone() {
        let (mut sender, receiver) = TTYPort::pair().unwrap();
        let path = receiver.name().unwrap();
        // The port is opened anew below, for itself alone.
        drop(receiver);
        let mut scanner = SerialScanner::open(Path::new(&path), 9600).unwrap();
        sender.write_all(b"TKT1: A+B\r\nse").unwrap();
        assert_eq!(
            scanner.next().unwrap().unwrap(),
            Line::Text("TKT1: A+B".to_owned())
        );
        sender.write_all(b"cond\r").unwrap();
        assert_eq!(scanner.next().unwrap().unwrap(), Line::Text("second".to_owned()));
        drop(sender);
        assert!(!matches!(scanner.next(), Some(Ok(_))), "the port is gone");
    }

    #[test]
    fn a_port_that_is_not_there_is_told_as_such() {
        let folder = tempfile::tempdir().unwrap();
        let error = SerialScanner::open(&folder.path().join("ttyACM0"), 9600)
            .err()
            .unwrap();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
