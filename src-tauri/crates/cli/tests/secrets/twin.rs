//! `vivavoce-cli talk` on sound files.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

/// A running conversation, killed on drop.
pub(crate) struct Twin {
    child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

/// All it said.
pub(crate) struct Told {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Twin {
    /// Gives it each line, and the next once it has told what stands beside it.
    pub(crate) fn start(mut command: Command, folder: &Path, endpoint: &str, lines: &[(&str, &str)]) -> Self {
        let (input, output) = (folder.join("spoken.wav"), folder.join("heard.wav"));
        wav(&input);
        command
            .args(["talk", "--endpoint", endpoint])
            .arg("--input")
            .arg(format!("wav:{}", input.display()))
            .arg("--output")
            .arg(format!("wav:{}", output.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let mut lines: Vec<(String, String)> =
            lines.iter().rev().map(|(line, told)| ((*line).to_owned(), (*told).to_owned())).collect();
        let stdout = thread::spawn(move || {
            let mut all = String::new();
            let mut awaited = String::new();
            say_next(&mut stdin, &mut lines, &mut awaited);
            for line in stdout.lines().map_while(Result::ok) {
                all.push_str(&line);
                all.push('\n');
                if !awaited.is_empty() && line.contains(&awaited) {
                    say_next(&mut stdin, &mut lines, &mut awaited);
                }
            }
            all
        });
        let stderr = thread::spawn(move || {
            let mut all = Vec::new();
            stderr.read_to_end(&mut all).unwrap();
            String::from_utf8_lossy(&all).into_owned()
        });
        Self { child, stdout, stderr }
    }

    /// Waits until it has ended by itself; one that doesn't is killed and fails the test.
    pub(crate) fn end(mut self) -> Told {
        crate::session::end_within_limit(&mut self.child);
        Told { stdout: self.stdout.join().unwrap(), stderr: self.stderr.join().unwrap() }
    }
}

fn say_next(stdin: &mut impl std::io::Write, lines: &mut Vec<(String, String)>, awaited: &mut String) {
    awaited.clear();
    if let Some((line, told)) = lines.pop() {
        if !line.is_empty() {
            writeln!(stdin, "{line}").unwrap();
        }
        *awaited = told;
    }
}

/// Half a second of a 440 Hz tone, 16 kHz mono.
pub(crate) fn wav(path: &Path) {
    let samples = (0..8000_u32).map(|n| (f64::from(n) * 440.0 / 16_000.0 * std::f64::consts::TAU).sin() * 12_000.0);
    let data: Vec<u8> = samples.flat_map(|sample| (sample as i16).to_le_bytes()).collect();
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(b"RIFF").unwrap();
    file.write_all(&(36 + data.len() as u32).to_le_bytes()).unwrap();
    file.write_all(b"WAVEfmt \x10\0\0\0\x01\0\x01\0").unwrap();
    file.write_all(&16_000_u32.to_le_bytes()).unwrap();
    file.write_all(&32_000_u32.to_le_bytes()).unwrap();
    file.write_all(b"\x02\0\x10\0data").unwrap();
    file.write_all(&(data.len() as u32).to_le_bytes()).unwrap();
    file.write_all(&data).unwrap();
}
