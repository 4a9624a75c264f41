//! The real keychain: a keyring of its own, in a login session of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

mod session;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use session::{Session, wait_until};
use vivavoce_engine::{Kept, KeyPlace, KeyStore, SystemKeychain};

const KEY: &str = "AIza-of-the-keychain-test";

/// Names the step that [`a_step_in_a_process_of_its_own`] is to do.
const STEP: &str = "VIVAVOCE_KEYCHAIN_STEP";

/// What precedes a step's result among the test harness's own lines.
const RESULT: &str = "RESULT ";

#[test]
#[ignore = "needs dbus-daemon and gnome-keyring"]
fn a_key_outlives_the_process_until_it_is_forgotten() {
    let session = opened();
    assert_eq!(step(&session, "load"), json!({ "key": false, "place": null, "keychain": true, "fault": null }));
    let kept = json!({ "key": true, "place": "keychain", "keychain": true, "fault": null });
    assert_eq!(step(&session, "set"), kept);
    assert_eq!(step(&session, "load"), kept);
    assert_eq!(step(&session, "forget")["fault"], Value::Null);
    assert_eq!(step(&session, "load")["key"], false);
}

#[test]
#[ignore = "needs dbus-daemon and gnome-keyring"]
fn a_key_moved_to_a_file_is_no_longer_in_the_keychain() {
    let session = opened();
    step(&session, "set");
    assert_eq!(step(&session, "to file")["place"], "file");
    assert_eq!(step(&session, "load")["place"], "file");
    std::fs::remove_file(session.home().join("secret/api-key")).unwrap();
    assert_eq!(step(&session, "load")["key"], false);
}

#[test]
#[ignore = "needs dbus-daemon and gnome-keyring"]
fn a_locked_keychain_is_told_and_the_key_serves_this_run() {
    let mut session = opened();
    step(&session, "set");
    session.lock();
    wait_for_keyring(&session);
    let loaded = step(&session, "load");
    assert_eq!((&loaded["key"], &loaded["place"]), (&json!(false), &Value::Null));
    assert!(fault(&loaded).contains("locked"), "{loaded}");
    let kept = step(&session, "set");
    assert_eq!((&kept["key"], &kept["place"]), (&json!(true), &json!("session")));
    assert!(fault(&kept).contains("locked"), "{kept}");
    assert!(fault(&step(&session, "forget")).contains("locked"), "a copy may still be in there");
}

#[test]
#[ignore = "goes with the tests above"]
fn without_a_keychain_the_key_serves_this_run() {
    let session = Session::bare();
    let loaded = step(&session, "load");
    assert_eq!(loaded, json!({ "key": false, "place": null, "keychain": false, "fault": null }));
    let kept = step(&session, "set");
    assert_eq!((&kept["key"], &kept["place"], &kept["keychain"]), (&json!(true), &json!("session"), &json!(false)));
    assert!(fault(&kept).contains("no keychain"), "{kept}");
    assert_eq!(step(&session, "forget")["fault"], Value::Null);
}

#[test]
#[ignore = "a step of the tests above"]
fn a_step_in_a_process_of_its_own() {
    let Ok(step) = std::env::var(STEP) else { return };
    let file = std::path::PathBuf::from(std::env::var_os("HOME").unwrap()).join("secret/api-key");
    let mut store = KeyStore::new().with_keychain(SystemKeychain).with_file(file);
    let kept = match step.as_str() {
        "load" => store.load(),
        "set" => store.set(KEY.into(), KeyPlace::Keychain),
        "to file" => store.set(KEY.into(), KeyPlace::File),
        "forget" => store.forget(),
        // Asks for no password.
        "probe" => store.with_session(Some(KEY.into())).load(),
        other => panic!("there is no step {other}"),
    };
    println!("\n{RESULT}{}", told(&kept));
}

fn told(kept: &Kept) -> Value {
    json!({
        "key": kept.key.as_ref().is_some_and(|key| key.expose_secret() == KEY),
        "place": kept.status.place,
        "keychain": kept.status.keychain,
        "fault": kept.fault.as_ref().map(ToString::to_string),
    })
}

fn fault(told: &Value) -> &str {
    told["fault"].as_str().unwrap_or_default()
}

fn opened() -> Session {
    let session = Session::with_keyring();
    wait_for_keyring(&session);
    session
}

fn wait_for_keyring(session: &Session) {
    wait_until("the keyring", || step(session, "probe")["keychain"] == true);
}

fn step(session: &Session, step: &str) -> Value {
    let output = session
        .command(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "a_step_in_a_process_of_its_own"])
        .env(STEP, step)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let result = said.lines().find_map(|line| line.strip_prefix(RESULT));
    serde_json::from_str(result.unwrap_or_else(|| panic!("{step}: {}", String::from_utf8_lossy(&output.stderr))))
        .unwrap()
}
