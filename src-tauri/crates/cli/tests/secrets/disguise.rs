//! What a key looks like in files, logs and addresses.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// The first disguise of `key` that is found in `bytes`.
pub(crate) fn found_in(bytes: &[u8], key: &str) -> Option<String> {
    let contains = |form: &[u8]| bytes.windows(form.len()).any(|window| window == form);
    disguises(key).into_iter().find_map(|(name, form)| contains(form.as_bytes()).then_some(name))
}

/// The first file below `folder`, but for `kept`, that has `key` in it or in its name, and how.
pub(crate) fn found_below(folder: &Path, key: &str, kept: &[&Path]) -> Option<(PathBuf, String)> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if let Some(how) = found_in(path.as_os_str().as_encoded_bytes(), key) {
                return Some((path, how));
            }
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file()
                && !kept.contains(&path.as_path())
                && let Some(how) = found_in(&fs::read(&path).unwrap(), key)
            {
                return Some((path, how));
            }
        }
    }
    None
}

fn disguises(key: &str) -> Vec<(String, String)> {
    let mut forms = vec![
        ("as it is".into(), key.to_owned()),
        ("half of it".into(), key[..key.len() / 2].to_owned()),
        ("hex".into(), spelt(key, |byte| format!("{byte:02x}"))),
        ("upper-case hex".into(), spelt(key, |byte| format!("{byte:02X}"))),
        ("a list of bytes".into(), spelt(key, |byte| format!("{byte}, ")).trim_end_matches(", ").to_owned()),
        ("URL-encoded".into(), spelt(key, |byte| escaped(byte, "%20"))),
        ("form-encoded".into(), spelt(key, |byte| escaped(byte, "+"))),
    ];
    // Inside a longer text, base64 of the key begins at one of three places within a group.
    for before in 0..3 {
        let text = format!("{}{key}", "\0".repeat(before));
        let whole = text.len() / 3 * 3;
        let skipped = (before * 4).div_ceil(3);
        for (name, encoded) in [
            ("base64", STANDARD_NO_PAD.encode(&text[..whole])),
            ("URL-safe base64", URL_SAFE_NO_PAD.encode(&text[..whole])),
        ] {
            forms.push((format!("{name} after {before}"), encoded[skipped..].to_owned()));
        }
    }
    forms
}

fn spelt(key: &str, byte: impl Fn(u8) -> String) -> String {
    key.bytes().map(byte).collect()
}

fn escaped(byte: u8, space: &str) -> String {
    let mut text = String::new();
    match byte {
        b' ' => text.push_str(space),
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
        _ => write!(text, "%{byte:02X}").unwrap(),
    }
    text
}

#[test]
fn a_planted_key_is_found_in_every_disguise() {
    let key = crate::KEY;
    for (name, form) in disguises(key) {
        let text = format!("before {form} after");
        assert!(found_in(text.as_bytes(), key).is_some(), "{name}");
    }
    for before in ["", "x", "xy", "xyz"] {
        let encoded = STANDARD_NO_PAD.encode(format!("{before}{key}{before}"));
        assert!(found_in(encoded.as_bytes(), key).is_some(), "{before} {encoded}");
    }
    assert!(found_in(format!("{:?}", key.as_bytes()).as_bytes(), key).is_some());
    assert_eq!(found_in(b"nothing of the kind", key), None);
}

#[test]
fn a_key_planted_in_a_file_or_its_name_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("log"), "nothing").unwrap();
    assert_eq!(found_below(folder.path(), crate::KEY, &[]), None);
    fs::write(deep.join("log"), format!("key={}", crate::KEY)).unwrap();
    assert!(found_below(folder.path(), crate::KEY, &[]).is_some());
    assert_eq!(found_below(folder.path(), crate::KEY, &[&deep.join("log")]), None);
    fs::write(deep.join(spelt(crate::KEY, |byte| format!("{byte:02x}"))), "").unwrap();
    assert!(found_below(folder.path(), crate::KEY, &[&deep.join("log")]).is_some());
}
