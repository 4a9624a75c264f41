//! Python packages, in a virtual environment of their own below the target folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::version;
use crate::{build, shell};

/// The oldest Python that the tests run on.
const PYTHON: (u32, u32) = (3, 11);
/// What a folder's packages are listed in; a copy in the environment says which are installed.
const LIST: &str = "requirements.txt";

/// Installs the packages a folder lists, unless they are; the Python that has them.
pub(crate) fn python_packages(folder: &str) -> Result<PathBuf> {
    let list = shell::root().join(folder).join(LIST);
    let name = Path::new(folder).file_name().context("the folder of the Python tests has no name")?;
    let environment = build::target_folder()?.join(name);
    let python = environment.join("bin/python");
    let wanted = std::fs::read(&list).with_context(|| format!("{} cannot be read", list.display()))?;
    if std::fs::read(environment.join(LIST)).is_ok_and(|installed| installed == wanted) && python.is_file() {
        return Ok(python);
    }
    println!("The Python packages that {folder} needs are missing or other ones: installing them.");
    let found = version("python3", "Install Python 3.11 or newer from your system or from https://python.org.")?;
    ensure!(
        found >= PYTHON,
        "python3 is version {}.{}, and the tests of the Python SDK need {}.{} or newer.",
        found.0,
        found.1,
        PYTHON.0,
        PYTHON.1
    );
    shell::run(shell::command("python3").args(["-m", "venv", "--clear"]).arg(&environment)).context(
        "python3 cannot make virtual environments. On Debian and its relatives, install python3-venv; elsewhere, the part \
         of Python that has the modules venv and ensurepip",
    )?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    shell::run(shell::command(&python).args(pip).arg(&list)).context("the packages could not be installed")?;
    std::fs::write(environment.join(LIST), wanted)?;
    Ok(python)
}
