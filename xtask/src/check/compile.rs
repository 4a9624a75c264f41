//! The compilers for other systems, and what is compiled with them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::debian::{self, Contents};
use super::inside::{self, Inside};
use crate::{build, shell};

/// The compiler must be newer than the stable release's, and the standard library comes as source: Debian has none compiled
/// for these systems.
const COMPILERS: Contents = Contents {
    name: "compilers",
    suite: "forky",
    packages: &[
        ("rustc", "the Rust compiler"),
        ("cargo", "builds with it"),
        ("rust-src", "the standard library's source, compiled for the other system"),
        ("gcc", "links what runs while building"),
        ("libc6-dev", "the C library to link with"),
        ("gcc-mingw-w64-x86-64-posix", "C compiler and linker for Windows"),
        ("coreutils", "env, nice and the like"),
        ("bash", "a shell for build scripts"),
        ("ca-certificates", "expected by some of them"),
    ],
    finish,
};

/// What doesn't know the window.
const CORE: [&str; 7] = [
    "vivavoce-audio",
    "vivavoce-live",
    "vivavoce-tools",
    "vivavoce-capture",
    "vivavoce-engine",
    "vivavoce-simulator",
    "vivavoce-cli",
];

/// Makes the files it was asked for, empty: nothing is linked for macOS, so nothing looks into them.
const STAND_IN: &str = "#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -o) shift; : > \"$1\" ;;
    *.a) : > \"$1\" ;;
  esac
  shift
done
";
const STAND_IN_PATH: &str = "usr/local/bin/stand-in";

/// A system to compile for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Windows on x86-64, with GNU's linker.
    Windows,
    /// macOS on ARM; there is no linker for it here.
    Macos,
}

impl Target {
    fn triple(self) -> &'static str {
        match self {
            Self::Windows => "x86_64-pc-windows-gnu",
            Self::Macos => "aarch64-apple-darwin",
        }
    }
}

/// A compiler for one target.
pub(crate) struct Compiler {
    target: Target,
    inside: Inside,
    built: PathBuf,
}

impl Compiler {
    /// Provides the compiler and the source of all that it will compile.
    pub(crate) fn for_target(target: Target, cache: &Path) -> Result<Self> {
        inside::ensure_allowed()?;
        let root = COMPILERS.provide(cache)?;
        fetch(&root)?;
        let built = cache.join("built");
        fs::create_dir_all(&built)?;
        let inside = Inside::of(&root)
            .show(cargo_home()?, "/build/cargo")
            .show(&built, "/build/target")
            .show(shell::root(), "/build/source")
            .set("HOME", "/build")
            .set("PATH", "/usr/bin:/usr/local/bin")
            .set("CARGO_HOME", "/build/cargo")
            .set("CARGO_TARGET_DIR", "/build/target")
            .set("CARGO_TERM_COLOR", "never")
            // Code for one system only is most easily forgotten where another is at home.
            .set("CARGO_BUILD_WARNINGS", "deny")
            // What compiles the standard library is not in stable releases otherwise.
            .set("RUSTC_BOOTSTRAP", "1")
            .set("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", "x86_64-w64-mingw32-gcc")
            .set("CC_aarch64_apple_darwin", format!("/{STAND_IN_PATH}"))
            .set("AR_aarch64_apple_darwin", format!("/{STAND_IN_PATH}"));
        Ok(Self { target, inside, built })
    }

    /// Type-checks the core or, with `all`, the window too. Warnings are errors.
    pub(crate) fn check(&self, all: bool) -> Result<()> {
        let mut arguments = vec!["check"];
        if all {
            build::ui()?;
            arguments.extend(["--package", "vivavoce"].iter().chain(&build::FEATURES));
        }
        for package in &CORE {
            arguments.extend(["--package", package]);
        }
        self.cargo(&arguments)
    }

    /// Builds a program and says where it is.
    pub(crate) fn build(&self, package: &str) -> Result<PathBuf> {
        self.cargo(&["build", "--package", package])?;
        let folder = self.built.join(self.target.triple()).join("debug");
        ensure!(folder.join(format!("{package}.exe")).is_file(), "cargo made no {package}.exe");
        Ok(folder)
    }

    fn cargo(&self, arguments: &[&str]) -> Result<()> {
        let [what, rest @ ..] = arguments else { return Ok(()) };
        let mut all = vec!["-n", "15", "cargo", what, "--offline", "--locked"];
        all.extend(["-Zbuild-std=std,panic_abort,panic_unwind", "--target", self.target.triple()]);
        all.extend(["--manifest-path", "/build/source/Cargo.toml"]);
        all.extend(rest);
        println!("  $ cargo {what} --target {} {}", self.target.triple(), rest.join(" "));
        let status = self.inside.command("nice", &all).status().context("could not start unshare")?;
        ensure!(status.success(), "it does not compile for {}", self.target.triple());
        Ok(())
    }
}

/// Fetches the sources that Cargo is to find without a network: the lock file's and the standard library's.
fn fetch(root: &Path) -> Result<()> {
    shell::output(shell::cargo().args(["fetch", "--locked"]))?;
    let library = standard_library(root)?;
    let manifest = library.join("Cargo.toml");
    shell::output(
        shell::cargo().args(["fetch", "--locked", "--manifest-path"]).arg(manifest).env("RUSTC_BOOTSTRAP", "1"),
    )?;
    Ok(())
}

/// Where the standard library's source is: the folder's name has the compiler's version in it.
fn standard_library(root: &Path) -> Result<PathBuf> {
    let sources = root.join("usr/src");
    for folder in fs::read_dir(&sources)? {
        let library = folder?.path().join("library");
        if library.is_dir() {
            return Ok(library);
        }
    }
    anyhow::bail!("there is no standard library below {}", sources.display())
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("CARGO_HOME") {
        return Ok(folder.into());
    }
    let home = std::env::var_os("HOME").context("there is no home folder")?;
    Ok(Path::new(&home).join(".cargo"))
}

/// The names that the packages' scripts would have given.
fn finish(root: &Path) -> Result<()> {
    debian::link(root, "usr/bin/cc", "gcc")?;
    debian::link(root, "usr/bin/x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-gcc-posix")?;
    debian::script(root, STAND_IN_PATH, STAND_IN)?;
    for folder in ["build/cargo", "build/target", "build/source"] {
        fs::create_dir_all(root.join(folder))?;
    }
    Ok(())
}
