//! Whether the program starts when the user logs in.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Manager as _, Runtime};
use vivavoce_engine::Desktop;

use crate::notify;
use crate::words::Words;

/// What was asked of the system last.
#[derive(Default)]
pub(crate) struct Asked(Mutex<Option<Wish>>);

#[derive(Clone, Copy, PartialEq, Eq)]
struct Wish {
    start: bool,
    hidden: bool,
}

/// Why the system didn't take a wish.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AutostartError {
    #[cfg(target_os = "linux")]
    #[error("no folder for programs that start with the desktop")]
    NoFolder,
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[cfg(not(target_os = "linux"))]
    #[error(transparent)]
    System(#[from] auto_launch::Error),
}

/// Has the program start with the desktop, or no longer. A refusal is told at once: it was asked for just now.
pub(crate) fn follow<R: Runtime>(app: &AppHandle<R>, desktop: &Desktop, words: &Words) {
    let wish = Wish { start: desktop.autostart, hidden: desktop.start_hidden };
    let asked = app.state::<Asked>();
    let before = asked.0.lock().unwrap_or_else(PoisonError::into_inner).replace(wish);
    if before == Some(wish) {
        return;
    }
    let done = program().map_err(AutostartError::from).and_then(|program| arrange(app, wish, &program));
    if let Err(error) = done {
        tracing::warn!(%error, wanted = wish.start, "the start at login stays as it was");
        notify::send(app, &words.autostart_failed);
    }
}

/// What to start: the image that a portable program came in, or the program itself.
fn program() -> std::io::Result<PathBuf> {
    match std::env::var_os("APPIMAGE") {
        Some(image) if cfg!(target_os = "linux") && !image.is_empty() => Ok(image.into()),
        _ => std::env::current_exe(),
    }
}

#[cfg(target_os = "linux")]
fn arrange<R: Runtime>(app: &AppHandle<R>, wish: Wish, program: &Path) -> Result<(), AutostartError> {
    let folder = app.path().config_dir().map_err(|_| AutostartError::NoFolder)?.join("autostart");
    let file = folder.join(format!("{}.desktop", app.config().identifier));
    Ok(linux::arrange(&file, wish.start.then(|| linux::entry(program, wish.hidden)))?)
}

#[cfg(not(target_os = "linux"))]
fn arrange<R: Runtime>(app: &AppHandle<R>, wish: Wish, program: &Path) -> Result<(), AutostartError> {
    let mut launch = auto_launch::AutoLaunchBuilder::new();
    launch.set_app_name(&app.package_info().name).set_app_path(&program.to_string_lossy());
    if wish.hidden {
        launch.set_args(&["--hidden"]);
    }
    #[cfg(target_os = "macos")]
    launch.set_macos_launch_mode(auto_launch::MacOSLaunchMode::LaunchAgent);
    let launch = launch.build()?;
    match (wish.start, launch.is_enabled()?) {
        (true, _) => Ok(launch.enable()?),
        (false, true) => Ok(launch.disable()?),
        (false, false) => Ok(()),
    }
}

/// Desktop entries, as freedesktop.org specifies them.
#[cfg(any(target_os = "linux", test))]
mod linux {
    use std::io::ErrorKind;
    use std::path::Path;

    /// Writes an entry, or removes the one there is. One that would start the same stays as it is: the desktop's own tools
    /// write into it, too.
    pub(super) fn arrange(file: &Path, entry: Option<String>) -> std::io::Result<()> {
        let Some(entry) = entry else {
            return match std::fs::remove_file(file) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        };
        if let Ok(there) = std::fs::read_to_string(file)
            && command(&there) == command(&entry)
        {
            return Ok(());
        }
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, entry)
    }

    /// What an entry starts.
    fn command(entry: &str) -> Option<&str> {
        entry.lines().find_map(|line| line.strip_prefix("Exec="))
    }

    /// The entry that starts a program.
    pub(super) fn entry(program: &Path, hidden: bool) -> String {
        let program = quoted(&program.to_string_lossy());
        let hidden = if hidden { " --hidden" } else { "" };
        format!(
            "[Desktop Entry]\n\
             Type=Application\n\
             Version=1.5\n\
             Name=Vivavoce\n\
             Comment=Live voice conversation with Gemini\n\
             Comment[ja]=Gemini との音声会話\n\
             Exec={program}{hidden}\n\
             Icon=vivavoce\n\
             Terminal=false\n\
             StartupNotify=false\n\
             X-GNOME-Autostart-enabled=true\n"
        )
    }

    /// One argument of `Exec`. It is quoted for the command first, and then as any text of the file.
    pub(super) fn quoted(argument: &str) -> String {
        let is_plain = |letter: char| letter.is_alphanumeric() || "/-_.+,:@=".contains(letter);
        let mut command = argument.replace('%', "%%");
        if argument.is_empty() || !argument.chars().all(is_plain) {
            let mut escaped = String::from('"');
            for letter in command.chars() {
                if matches!(letter, '"' | '`' | '$' | '\\') {
                    escaped.push('\\');
                }
                escaped.push(letter);
            }
            escaped.push('"');
            command = escaped;
        }
        command.replace('\\', r"\\").replace('\n', r"\n").replace('\t', r"\t").replace('\r', r"\r")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_is_quoted_as_desktop_entries_want_it() {
        for (path, exec) in [
            ("/usr/bin/vivavoce", "/usr/bin/vivavoce"),
            ("/home/äöü/話す", "/home/äöü/話す"),
            ("/opt/My Apps/vivavoce", r#""/opt/My Apps/vivavoce""#),
            ("/a$b/`c`", r#""/a\\$b/\\`c\\`""#),
            (r#"/a"b\c"#, r#""/a\\"b\\\\c""#),
            ("/100%/x", r#""/100%%/x""#),
            ("/a\nb", r#""/a\nb""#),
            ("", r#""""#),
        ] {
            assert_eq!(linux::quoted(path), exec, "{path}");
        }
    }

    #[test]
    fn the_entry_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("autostart/it.desktop");
        linux::arrange(&file, None).unwrap();
        linux::arrange(&file, Some(linux::entry(Path::new("/usr/bin/vivavoce"), true))).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("[Desktop Entry]\nType=Application\n"), "{text}");
        assert!(text.contains("\nExec=/usr/bin/vivavoce --hidden\n"), "{text}");
        linux::arrange(&file, None).unwrap();
        assert!(!file.exists());
    }

    #[test]
    fn what_the_desktops_own_tools_wrote_into_the_entry_stays_until_it_would_start_something_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it.desktop");
        let entry = |hidden| linux::entry(Path::new("/usr/bin/vivavoce"), hidden);
        let changed = entry(false) + "Hidden=true\n";
        std::fs::write(&file, &changed).unwrap();
        linux::arrange(&file, Some(entry(false))).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), changed);
        linux::arrange(&file, Some(entry(true))).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), entry(true));
    }

    #[test]
    fn a_folder_that_cannot_be_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("autostart"), "a file").unwrap();
        let file = folder.path().join("autostart/it.desktop");
        assert!(linux::arrange(&file, Some(String::new())).is_err());
    }
}
