//! What the program has on the desktop, and what is asked of the window from there.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A part of the window that can be asked for from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Part {
    /// The talk button.
    Talk,
    /// The settings.
    Settings,
}

/// What has become of the shortcuts that were chosen to work from anywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Shortcuts {
    /// By whom they are heard.
    pub path: ShortcutPath,
    /// The one that talks.
    pub talk: ShortcutState,
    /// The one that mutes.
    pub mute: ShortcutState,
}

/// By whom shortcuts from anywhere are heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ShortcutPath {
    /// The system tells of presses and releases.
    #[default]
    System,
    /// The desktop takes them for the program if the user agrees, and tells of presses and releases.
    Portal,
    /// Only the desktop hears them; a program can't ask for any.
    Desktop,
}

/// What has become of one shortcut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ShortcutState {
    /// None was chosen.
    #[default]
    None,
    /// It works.
    Taken,
    /// Another program has it, or there is no such key.
    Refused,
    /// The desktop doesn't let programs have any.
    Impossible,
}

/// What has become of the icon in the tray.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum TrayState {
    /// None was wanted.
    #[default]
    Off,
    /// It can be seen.
    Shown,
    /// The desktop has no tray, at least not now.
    Impossible,
}
