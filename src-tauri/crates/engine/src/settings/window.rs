//! How the window looks, how it lives on the desktop, and how far a new person has come.

use serde::{Deserialize, Serialize};

/// How the window looks besides its colours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Appearance {
    /// How strongly things stand out.
    pub contrast: Contrast,
    /// Size of all text, percent of the ordinary (80 to 200).
    pub text_percent: u32,
    /// Whether things move.
    pub motion: Motion,
}

impl Default for Appearance {
    fn default() -> Self {
        Self { contrast: Contrast::System, text_percent: 100, motion: Motion::System }
    }
}

/// How strongly things stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Contrast {
    /// As the desktop is.
    System,
    /// Black on white or white on black, with clear edges.
    High,
}

/// Whether things move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Motion {
    /// As the desktop is.
    System,
    /// As little as can be.
    Reduced,
}

/// How the program lives on the desktop. Nothing global is taken unless it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Desktop {
    /// An icon in the tray shows the state and takes orders.
    pub tray: bool,
    /// Closing the window leaves the program running in the tray.
    pub close_to_tray: bool,
    /// The program starts when the user logs in.
    pub autostart: bool,
    /// It then starts without a window.
    pub start_hidden: bool,
    /// What happens while the window can't be seen is told by the desktop.
    pub notifications: bool,
    /// Shortcut that talks from anywhere, such as `Ctrl+Alt+V`; none when absent.
    pub talk_shortcut: Option<String>,
    /// Shortcut that mutes and unmutes from anywhere; none when absent.
    pub mute_shortcut: Option<String>,
    /// The window is a small strip that stays above others and never takes the focus.
    pub compact: bool,
}

impl Default for Desktop {
    fn default() -> Self {
        Self {
            tray: true,
            close_to_tray: false,
            autostart: false,
            start_hidden: false,
            notifications: true,
            talk_shortcut: None,
            mute_shortcut: None,
            compact: false,
        }
    }
}

/// Where a new person is, in the order of the steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum IntroStep {
    /// What this is.
    #[default]
    Hello,
    /// Choosing and trying the microphone.
    Microphone,
    /// Choosing and trying the loudspeaker.
    Speaker,
    /// A key, or without one.
    Key,
    /// A shortcut from anywhere, for those who want one.
    Shortcut,
    /// Ready to talk.
    Talk,
}

/// Instruction and voice under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Persona {
    /// Stays when the name changes.
    pub id: String,
    /// For people.
    pub name: String,
    /// What the model is told to be.
    pub instruction: String,
    /// Prebuilt voice; the service's default when absent.
    pub voice: Option<String>,
}
