//! Where the window was, in a small file of its own beside the settings.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Of the file's format.
const VERSION: u32 = 1;

/// So much of a window has to be on a screen for a person to take hold of it, pixels.
const GRIP: (i64, i64) = (96, 32);

/// A rectangle on the desktop: position of the frame and size of the inside, physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// What is remembered from one start to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Places {
    version: u32,
    pub(crate) whole: Option<Place>,
    pub(crate) strip: Option<Place>,
    /// The whole window filled its screen.
    pub(crate) maximized: bool,
    /// The user knows that a closed window leaves the program in the tray.
    pub(crate) told_of_tray: bool,
}

impl Default for Places {
    fn default() -> Self {
        Self { version: VERSION, whole: None, strip: None, maximized: false, told_of_tray: false }
    }
}

impl Places {
    /// What the file holds; nothing, when there is none or it can't be used.
    pub(crate) fn load(file: &Path) -> Self {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                tracing::warn!(%error, file = %file.display(), "the window's places can't be read");
                return Self::default();
            }
        };
        match serde_json::from_str::<Self>(&text) {
            Ok(places) if places.version == VERSION => places,
            Ok(places) => {
                tracing::info!(version = places.version, "the window's places are of another version");
                Self::default()
            }
            Err(error) => {
                tracing::warn!(%error, file = %file.display(), "the window's places are broken");
                Self::default()
            }
        }
    }

    /// Keeps all in the file, whole or not at all.
    pub(crate) fn save(&self, file: &Path) -> std::io::Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let draft = file.with_extension("new");
        std::fs::write(&draft, serde_json::to_string_pretty(self)?)?;
        std::fs::rename(draft, file)
    }
}

impl Place {
    /// The same place on one of these screens, no larger than it and whole on it; none when too little of it would be seen.
    pub(crate) fn on(self, screens: &[Self]) -> Option<Self> {
        let shared = |screen: &Self| {
            let along = |a: i32, a_length: u32, b: i32, b_length: u32| {
                let end = (i64::from(a) + i64::from(a_length)).min(i64::from(b) + i64::from(b_length));
                end - i64::from(a.max(b))
            };
            (along(self.x, self.width, screen.x, screen.width), along(self.y, self.height, screen.y, screen.height))
        };
        let seen = screens.iter().map(|screen| (screen, shared(screen)));
        let (screen, _) = seen
            .filter(|(_, (width, height))| *width >= GRIP.0 && *height >= GRIP.1)
            .max_by_key(|(_, (width, height))| width * height)?;
        let (width, height) = (self.width.min(screen.width), self.height.min(screen.height));
        let inside =
            |at: i32, length: u32, start: i32, room: u32| at.clamp(start, start.saturating_add_unsigned(room - length));
        Some(Self {
            x: inside(self.x, width, screen.x, screen.width),
            y: inside(self.y, height, screen.y, screen.height),
            width,
            height,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const fn place(x: i32, y: i32, width: u32, height: u32) -> Place {
        Place { x, y, width, height }
    }

    const LEFT: Place = place(0, 0, 1920, 1080);
    const RIGHT: Place = place(1920, -200, 2560, 1440);

    #[test]
    fn a_place_on_a_screen_stays() {
        for there in [place(100, 50, 480, 780), place(2000, -150, 480, 780)] {
            assert_eq!(there.on(&[LEFT, RIGHT]), Some(there));
        }
    }

    #[test]
    fn a_place_that_hangs_over_an_edge_is_moved_inside() {
        assert_eq!(place(1700, 900, 480, 780).on(&[LEFT]), Some(place(1440, 300, 480, 780)));
        assert_eq!(place(-200, -10, 480, 780).on(&[LEFT]), Some(place(0, 0, 480, 780)));
    }

    #[test]
    fn a_place_larger_than_its_screen_fills_it() {
        assert_eq!(place(10, 10, 4000, 3000).on(&[LEFT]), Some(LEFT));
    }

    #[test]
    fn a_place_on_a_screen_that_has_gone_is_none() {
        assert_eq!(place(2500, 100, 480, 780).on(&[LEFT]), None);
        assert_eq!(place(1900, 100, 480, 780).on(&[LEFT]), None, "too little to take hold of");
        assert_eq!(place(i32::MAX, i32::MIN, u32::MAX, u32::MAX).on(&[LEFT]), None);
        assert_eq!(LEFT.on(&[]), None);
    }

    #[test]
    fn places_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/window.json");
        let places = Places { strip: Some(place(-5, 7, 360, 72)), told_of_tray: true, ..Places::default() };
        places.save(&file).unwrap();
        assert_eq!(Places::load(&file), places);
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_broken_newer_or_missing_file_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("window.json");
        assert_eq!(Places::load(&file), Places::default());
        for text in ["{", "[]", r#"{"version":1,"whole":{"x":1}}"#, r#"{"version":2,"maximized":true}"#, "\u{0}"] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(Places::load(&file), Places::default(), "{text}");
        }
    }
}
