//! `cargo xtask run`: from a fresh clone to a running application.

use std::path::Path;

use anyhow::Result;

use crate::setup::{self, Purpose};
use crate::{build, demo, shell};

/// Builds the application and starts it, on virtual devices where there are no real ones.
pub(crate) fn run(yes: bool, demo: bool, arguments: &[String]) -> Result<()> {
    let lacking = lacking();
    if let Some(lacking) = lacking {
        println!(
            "This machine has {lacking}, so the application is shown on a virtual display with virtual sound devices."
        );
    }
    let on_rig = demo || lacking.is_some();
    let purposes: &[Purpose] = if on_rig { &Purpose::ALL } else { &[Purpose::Window, Purpose::Sound] };
    setup::prepare(purposes, yes)?;
    build::ui()?;
    let app = build::app()?;
    if on_rig {
        let out = shell::root().join("out");
        demo::hold(&app, &out)?;
        println!("It worked. What it looked and sounded like:");
        for (file, what) in [
            ("demo.png", "a picture of the window"),
            ("transcript.txt", "both sides of the conversation"),
            ("speaker.wav", "what the speaker played"),
        ] {
            println!("  {:22} {what}", shell::short(&out.join(file)));
        }
        return Ok(());
    }
    println!("Starting Vivavoce.");
    shell::run(shell::command(app).args(arguments))
}

/// What an application with a window and sound would miss here, if anything.
fn lacking() -> Option<&'static str> {
    match (has_display(), has_sound()) {
        (true, true) => None,
        (false, true) => Some("no display"),
        (true, false) => Some("no sound device"),
        (false, false) => Some("no display and no sound device"),
    }
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A sound server that is reachable, or a sound card.
fn has_sound() -> bool {
    if std::env::var_os("PULSE_SERVER").is_some() {
        return true;
    }
    let sockets = std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| {
        ["pulse/native", "pipewire-0"].iter().any(|socket| Path::new(&folder).join(socket).exists())
    });
    let cards = std::fs::read_to_string("/proc/asound/cards").is_ok_and(|cards| cards.contains('['));
    sockets || cards
}
