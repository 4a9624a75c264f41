//! The program: says where it listens, and ends when told to.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use vivavoce_simulator::{FAULTS, Scenario};

/// A running program that ends with the test.
struct Program(Child);

impl Program {
    /// Starts it; the line it prints when it listens.
    fn start(arguments: &[&str]) -> (Self, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_vivavoce-simulator"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(program), line.trim_end().to_owned())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What it says when it refuses these arguments.
fn refusal(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_vivavoce-simulator")).args(arguments).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[cfg(unix)]
#[test]
fn it_prints_its_address_and_ends_cleanly_on_sigterm() {
    let (mut program, line) = Program::start(&["--port", "0", "--persona", "echo"]);
    let port: u16 = line.strip_prefix("listening on ws://127.0.0.1:").unwrap().parse().unwrap();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let told = Command::new("kill").args(["-TERM", &program.0.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(program.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_certificate_makes_it_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let (_program, line) = Program::start(&["--tls-cert", certificate, "--tls-key", key]);
    assert!(line.starts_with("listening on wss://127.0.0.1:"), "{line}");
    assert!(refusal(&["--tls-cert", certificate]).contains("--tls-key"));
    assert!(refusal(&["--tls-cert", certificate, "--tls-key", certificate]).contains("no private key in PEM form"));
    assert!(refusal(&["--tls-cert", key, "--tls-key", key]).contains("no certificate in PEM form"));
}

#[test]
fn a_scenario_that_is_none_is_refused_by_line() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "persona = \"echo\"\npase = 2\n").unwrap();
    let error = refusal(&["--scenario", file.path().to_str().unwrap()]);
    assert!(error.contains("line 2: unknown field `pase`"), "{error}");
    assert!(refusal(&["--scenario", "/nowhere.toml"]).contains("cannot read /nowhere.toml"));
}

#[test]
fn help_explains_every_option() {
    let output = Command::new(env!("CARGO_BIN_EXE_vivavoce-simulator")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for option in ["--scenario", "--port", "--tls-cert", "--profile", "--persona", "--pace", "--bad-key", "--fault"] {
        assert!(help.contains(option), "{option} is missing in {help}");
    }
}

#[test]
fn a_pace_of_nothing_is_refused() {
    assert!(refusal(&["--pace", "0"]).contains("must be more than 0"));
}

#[test]
fn a_fault_nobody_knows_is_refused_with_those_there_are() {
    let error = refusal(&["--fault", "explode"]);
    assert!(error.contains("no fault `explode`") && error.contains("never-setup"), "{error}");
}

#[test]
fn the_documentation_has_every_option_and_every_fault() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/simulator.md");
    let text = fs::read_to_string(path).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_vivavoce-simulator")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let options: Vec<&str> = help.split_whitespace().filter(|word| word.starts_with("--")).collect();
    assert!(options.len() > 15, "{help}");
    for option in options {
        assert!(text.contains(&format!("`{option}")), "{option} is not documented");
    }
    for (fault, keys) in FAULTS {
        assert!(text.contains(&format!("| `{fault}` |")), "{fault} is not documented");
        for key in keys {
            assert!(text.contains(&format!("`{key}`")), "{key} of {fault} is not documented");
        }
    }
}

#[test]
fn the_scenario_in_the_documentation_is_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/simulator.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("```toml\n").unwrap();
    let scenario = Scenario::parse(rest.split_once("```").unwrap().0).unwrap();
    assert_eq!((scenario.config.bind.port(), scenario.config.faults.len()), (8765, 1));
}
