//! The program: says where it listens, and ends when told to.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[cfg(unix)]
#[test]
fn it_prints_its_address_and_ends_cleanly_on_sigterm() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_vivavoce-simulator"))
        .args(["--port", "0", "--persona", "echo"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port: u16 = line.trim_end().strip_prefix("listening on ws://127.0.0.1:").unwrap().parse().unwrap();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let told = Command::new("kill").args(["-TERM", &program.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(program.wait().unwrap().code(), Some(0));
}

#[test]
fn help_explains_every_option() {
    let output = Command::new(env!("CARGO_BIN_EXE_vivavoce-simulator")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for option in ["--port", "--profile", "--persona", "--language", "--pace", "--permissive", "--bad-key"] {
        assert!(help.contains(option), "{option} is missing in {help}");
    }
}

#[test]
fn a_pace_of_nothing_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_vivavoce-simulator")).args(["--pace", "0"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("must be more than 0"));
}
