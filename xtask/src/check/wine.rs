//! The Windows program under Wine, between the same virtual devices and against the same service as the Linux program.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use vivavoce_rig::Sound;

use super::compile::{Compiler, Target};
use super::debian::{self, Contents};
use super::demo;
use super::inside::{self, Inside};
use crate::shell;

/// A release whose Wine has what the Rust standard library asks for (8.0 lacks bcryptprimitives.dll).
const WINE: Contents = Contents {
    name: "wine",
    suite: "trixie",
    packages: &[
        ("wine64", "runs Windows programs"),
        ("libpulse0", "carries their sound to the virtual devices"),
        ("coreutils", "env and the like"),
        ("bash", "a shell for Wine's own start"),
    ],
    finish,
};

const LOADER: &str = "/usr/lib/wine/wine64";
/// Says where tests make their files; programs see these under the same name.
const FILES: &str = "TMPDIR";
const PROGRAM: &str = "vivavoce-cli";
/// What the programs' own drive is kept in, inside.
const PREFIX: &str = "/build/prefix";

/// The sound tests that are about what Wine has: its list of devices is made once, has others first, and gives them new ids at
/// every start.
const TESTS: [&str; 5] =
    ["barge_in::", "complete::", "trouble::", "devices::a_crash", "devices::a_microphone_that_does_not_exist"];

/// Builds the Windows program, and holds a demo conversation and those of the sound tests with it.
pub(crate) fn converse(cache: &Path) -> Result<()> {
    ensure!(cfg!(target_arch = "x86_64"), "Wine runs x86-64 programs on x86-64 processors only.");
    let programs = Compiler::for_target(Target::Windows, cache)?.build(PROGRAM)?;
    let root = WINE.provide(cache)?;
    prepare(&root)?;
    let folder = cache.join("windows");
    fs::create_dir_all(&folder)?;
    let program = format!("{PROGRAM}.exe");
    fs::copy(programs.join(&program), folder.join(&program))?;
    let launcher = launcher(&folder)?;

    println!("The devices that the Windows program sees:");
    shell::run(Sound::start()?.command(&launcher).arg("devices"))?;
    println!("Talking with the demo's guide.");
    demo::converse(&launcher)?;
    println!("Talking with a service that remembers what it heard.");
    let mut tests = shell::cargo();
    tests.args(["test", "--quiet", "--package", "vivavoce-sound-tests", "--lib", "--"]);
    tests.args(["--ignored", "--test-threads", "1", "--nocapture"]).args(TESTS);
    let files = folder.join("files");
    fs::create_dir_all(&files)?;
    shell::run(tests.env("VIVAVOCE_CLI", launcher).env("VIVAVOCE_CLI_CLOCK", "system").env(FILES, files))
}

/// Becomes the Windows program in `folder`: what the launcher asks for.
pub(crate) fn become_program(folder: &Path, arguments: &[OsString]) -> Result<()> {
    let root = folder.join("../wine/root");
    let mut inside = wine(&root).show(folder, "/build/program");
    if let Some(runtime) = std::env::var_os("XDG_RUNTIME_DIR") {
        inside = inside.show(runtime, "/build/runtime").set("PULSE_SERVER", "unix:/build/runtime/pulse/native");
    }
    if let Some(files) = std::env::var_os(FILES) {
        inside = inside.show(&files, &files);
    }
    for name in ["VIVAVOCE_LOG", "RUST_BACKTRACE"] {
        if let Some(value) = std::env::var_os(name) {
            inside = inside.set(name, value);
        }
    }
    let mut words = vec![OsString::from(format!("Z:\\build\\program\\{PROGRAM}.exe"))];
    words.extend_from_slice(arguments);
    let error = inside.command(LOADER, &words).exec();
    Err(error).context("could not start unshare")
}

/// A program that tests can start like any other.
fn launcher(folder: &Path) -> Result<PathBuf> {
    let xtask = shell::this_program()?.to_str().context("this program's path is not UTF-8")?;
    let here = folder.to_str().context("the target folder's path is not UTF-8")?;
    if [xtask, here].iter().any(|path| path.contains('\'')) {
        bail!("the target folder's path has an apostrophe in it, which a shell script can't bear");
    }
    debian::script(folder, PROGRAM, &format!("#!/bin/sh\nexec '{xtask}' become-windows-program '{here}' -- \"$@\"\n"))?;
    Ok(folder.join(PROGRAM))
}

/// Makes the drive that Windows programs expect.
fn prepare(root: &Path) -> Result<()> {
    let inside_root = |path: &str| root.join(path.trim_start_matches('/'));
    if inside_root(PREFIX).join("system.reg").is_file() {
        return Ok(());
    }
    inside::ensure_allowed()?;
    println!("  preparing Wine's drive C");
    // Ends when the registry has been written.
    let init = format!("{LOADER} wineboot --init && /usr/lib/wine/wineserver64 --wait");
    shell::output(&mut wine(root).command("bash", &["-c", &init]))?;
    ensure!(inside_root(PREFIX).join("system.reg").is_file(), "Wine said it went well, but made no drive");
    Ok(())
}

/// Wine without its messages, its browser and its .NET.
fn wine(root: &Path) -> Inside {
    Inside::of(root)
        .alone()
        .set("HOME", "/build")
        .set("PATH", "/usr/bin")
        .set("WINEPREFIX", PREFIX)
        .set("WINEDEBUG", "-all")
        .set("WINEDLLOVERRIDES", "mscoree,mshtml=;winemenubuilder.exe=")
}

/// Marks the compression library as Wine's own, as the package's script does; Wine doesn't find it otherwise.
fn finish(root: &Path) -> Result<()> {
    const MARK: &[u8; 32] = b"Wine builtin DLL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    const PLACE: std::ops::Range<usize> = 64..96;
    let from = root.join("usr/x86_64-w64-mingw32/lib/zlib1.dll");
    let mut library = fs::read(&from).with_context(|| format!("{} is missing", from.display()))?;
    library.get_mut(PLACE).context("zlib1.dll is too short")?.copy_from_slice(MARK);
    fs::write(root.join("usr/lib/x86_64-linux-gnu/wine/x86_64-windows/zlib1.dll"), library)?;
    for folder in ["build/program", "build/runtime"] {
        fs::create_dir_all(root.join(folder))?;
    }
    Ok(())
}
