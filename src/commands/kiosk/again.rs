//! The same program in this one's place: the only way to have what counts from its start on count now.

use std::env::args_os;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// This very program, whatever has become of its file.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// Begins anew with the same arguments and, besides, these of the environment. It stays the same process, so that whoever
/// watches over it notices nothing; threads, files and the screen are given up.
pub(super) fn begin_again(environment: &[(&str, String)]) -> io::Error {
    let mut program = Command::new(OWN_PROGRAM);
    program.args(args_os().skip(1)).envs(environment.iter().cloned());
    program.exec()
}
