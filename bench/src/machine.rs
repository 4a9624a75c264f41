//! On what it was measured.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The machine and the programs, as names and values.
pub(crate) fn describe() -> Vec<(&'static str, String)> {
    vec![
        ("processor", processor()),
        ("cores", std::thread::available_parallelism().map_or_else(|_| "unknown".into(), |count| count.to_string())),
        ("memory", memory()),
        ("system", field("/etc/os-release", "PRETTY_NAME=").trim_matches('"').to_owned()),
        ("kernel", first_line("/proc/sys/kernel/osrelease")),
        ("PulseAudio", said(&["pulseaudio", "--version"])),
        ("compiler", said(&["rustc", "--version"])),
        ("commit", commit()),
        ("date", said(&["date", "-u", "+%F %H:%M UTC"])),
    ]
}

/// A program's version, asked of `copy`, and when it was built, by the date of the `original`.
pub(crate) fn program(copy: &Path, original: &Path) -> String {
    let (copy, original) = (copy.to_string_lossy(), original.to_string_lossy());
    format!("{}, built {}", said(&[&copy, "--version"]), said(&["date", "-u", "-r", &original, "+%F %H:%M UTC"]))
}

/// How many programs wanted a processor: means of 1, 5 and 15 minutes.
pub(crate) fn load() -> String {
    first_line("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" ")
}

fn processor() -> String {
    let name = field("/proc/cpuinfo", "model name\t: ");
    if name.is_empty() { std::env::consts::ARCH.to_owned() } else { name }
}

fn memory() -> String {
    let kilobytes = field("/proc/meminfo", "MemTotal:").trim().trim_end_matches(" kB").parse::<f64>();
    kilobytes.map_or_else(|_| "unknown".into(), |kilobytes| format!("{:.1} GiB", kilobytes / 1_048_576.0))
}

fn commit() -> String {
    let name = said(&["git", "rev-parse", "--short", "HEAD"]);
    let changed = !said(&["git", "status", "--porcelain", "--untracked-files=no"]).is_empty();
    if changed { format!("{name} with changes") } else { name }
}

fn field(file: &str, start: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default().to_owned()
}

fn first_line(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

/// The first line a command prints; empty when it can't be run.
fn said(words: &[&str]) -> String {
    let output = Command::new(words[0]).args(&words[1..]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}
