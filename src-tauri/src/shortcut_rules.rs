//! Which keys may become a shortcut from anywhere. The window asks nobody for others; a file of settings might.
//!
//! The same rules are in `ui/src/shortcutRules.ts`; both are tested against `tests/shortcuts.json`.

use tauri_plugin_global_shortcut::{Modifiers, Shortcut};

/// Shortcuts by which an input method is called, or its language changed, on one of the systems.
const INPUT_METHODS: [&str; 10] = [
    "Ctrl+Space",
    "Shift+Space",
    "Alt+Space",
    "Super+Space",
    "Ctrl+Alt+Space",
    "Ctrl+Super+Space",
    "Shift+Super+Space",
    "Alt+`",
    "Ctrl+`",
    "Super+`",
];

/// Keys the desktops keep for themselves, with what is held.
const SYSTEM: [(&str, &[&str]); 5] = [
    ("Alt", &["F1", "F2", "F4", "F7", "F8", "F10"]),
    ("Ctrl+Alt", &["Delete", "Backspace", "Up", "Down", "Left", "Right", "L", "T"]),
    ("Ctrl+Alt+Shift", &["Up", "Down", "Left", "Right"]),
    ("Ctrl+Super", &["D", "F4", "Left", "Right", "Q", "F"]),
    ("Shift", &["F10"]),
];
const ALWAYS_SYSTEM: [&str; 3] = ["Tab", "Escape", "PrintScreen"];

/// With Ctrl and Shift known from many programs: terminals copy and paste by them, browsers open windows.
const PROGRAMS: [&str; 16] =
    ["C", "V", "T", "N", "Z", "P", "I", "R", "W", "Delete", "Up", "Down", "Left", "Right", "Home", "End"];

/// Why nobody should take a shortcut from everybody else, in the window's words; nothing if it may be taken.
pub(crate) fn refusal(shortcut: &Shortcut) -> Option<&'static str> {
    let held = held(shortcut.mods);
    let code = shortcut.key.to_string();
    let name = name(&code);
    let whole = held.iter().copied().chain([name]).collect::<Vec<_>>().join("+");
    let number = name.strip_prefix('F').and_then(|number| number.parse::<u8>().ok());
    let is_free_alone = number.is_some_and(|number| number >= 13) || matches!(name, "Pause" | "ScrollLock");
    let is_typed = name.chars().count() == 1 || name == "Space";
    if INPUT_METHODS.contains(&whole.as_str()) {
        return Some("inputMethod");
    }
    let of_system = SYSTEM.iter().any(|(keys, names)| held.join("+") == *keys && names.contains(&name));
    if of_system || ALWAYS_SYSTEM.contains(&name) || (held == ["Ctrl", "Alt"] && number.is_some()) {
        return Some("system");
    }
    if held.is_empty() {
        return match () {
            () if is_free_alone => None,
            () if is_typed => Some("typesText"),
            () => Some("needsModifier"),
        };
    }
    if !held.contains(&"Ctrl") && !held.contains(&"Alt") {
        if held.contains(&"Super") {
            return Some("system");
        }
        if is_typed {
            return Some("typesText");
        }
    }
    let is_of_programs = match held.as_slice() {
        [_] => number.is_none() && !is_free_alone,
        ["Ctrl", "Shift"] => PROGRAMS.contains(&name),
        _ => false,
    };
    is_of_programs.then_some("programs")
}

/// What is held, in the order in which shortcuts are written.
fn held(modifiers: Modifiers) -> Vec<&'static str> {
    let names = [
        (Modifiers::CONTROL, "Ctrl"),
        (Modifiers::ALT, "Alt"),
        (Modifiers::SHIFT, "Shift"),
        (Modifiers::SUPER, "Super"),
    ];
    names.into_iter().filter(|(modifier, _)| modifiers.contains(*modifier)).map(|(_, name)| name).collect()
}

/// The key as shortcuts call it, from its place on the keyboard.
fn name(code: &str) -> &str {
    if let Some(short) = code.strip_prefix("Key").or_else(|| code.strip_prefix("Digit")) {
        return short;
    }
    match code {
        "Minus" => "-",
        "Equal" => "=",
        "BracketLeft" => "[",
        "BracketRight" => "]",
        "Backslash" => "\\",
        "Semicolon" => ";",
        "Quote" => "'",
        "Backquote" => "`",
        "Comma" => ",",
        "Period" => ".",
        "Slash" => "/",
        other => other.strip_prefix("Arrow").unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;
    use std::str::FromStr as _;

    use super::*;

    #[test]
    fn the_rules_are_the_windows() {
        let cases = include_str!("../../tests/shortcuts.json");
        let cases: BTreeMap<String, Vec<String>> = serde_json::from_str(cases).unwrap();
        for (verdict, shortcuts) in &cases {
            for keys in shortcuts {
                let shortcut = Shortcut::from_str(keys).unwrap();
                assert_eq!(refusal(&shortcut).unwrap_or("allowed"), verdict, "{keys}");
            }
        }
    }

    #[test]
    fn it_doesnt_matter_how_a_shortcut_is_written() {
        for keys in ["space+ctrl", "control+SPACE", "ctrl+space"] {
            let refused = Shortcut::from_str(keys).map_or(Some("unknown"), |shortcut| refusal(&shortcut));
            assert!(refused.is_some(), "{keys}");
        }
    }
}
