//! What the command line says, in the user's language.

use std::io::Write as _;
use std::process::ExitCode;

use vivavoce_help::is_japanese;

use super::client::Failure;
use super::protocol::{Refusal, Status};

/// Writes a text for people or scripts; a code that says whether it could be.
pub(super) fn print(text: &str) -> ExitCode {
    if writeln!(std::io::stdout(), "{text}").is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Why nothing was done.
pub(super) fn failure(failure: &Failure) -> String {
    let (english, japanese) = match failure {
        Failure::NotRunning => ("Vivavoce is not running.", "Vivavoce は動いていません。"),
        Failure::Silent => {
            ("Vivavoce is running, but does not answer.", "Vivavoce は動いていますが、応答がありません。")
        }
        Failure::Refused(Refusal::NotIntroduced) => {
            ("Finish the introduction in the window first.", "先にウィンドウで初回の案内を終えてください。")
        }
        Failure::Refused(Refusal::OtherVersion) => (
            "Another version of Vivavoce is running. Quit it first.",
            "別のバージョンの Vivavoce が動いています。先に終了してください。",
        ),
        Failure::Refused(Refusal::Ending) => ("Vivavoce is ending.", "Vivavoce は終了するところです。"),
        Failure::Refused(Refusal::NotUnderstood) => {
            ("Vivavoce did not understand the command.", "Vivavoce がコマンドを理解できませんでした。")
        }
        Failure::Broken(error) => {
            return if is_japanese() {
                format!("Vivavoce に接続できません ({error})")
            } else {
                format!("Vivavoce cannot be reached: {error}")
            };
        }
    };
    in_words(english, japanese).to_owned()
}

/// How things are, one line each.
pub(super) fn status(status: &Status) -> String {
    let mute = if status.muted { in_words("muted", "ミュート中") } else { in_words("on", "オン") };
    let mut lines = vec![
        format!("{}: {}", in_words("State", "状態"), phase(&status.phase)),
        format!("{}: {mute}", in_words("Microphone", "マイク")),
        format!("{}: {} ({})", in_words("Service", "サービス"), status.service, status.model),
    ];
    if let Some(problem) = &status.problem {
        lines.push(format!("{}: {problem}", in_words("Problem", "問題")));
    }
    lines.join("\n")
}

/// The window's words for what the conversation is doing.
fn phase(name: &str) -> &str {
    let (english, japanese) = match name {
        "off" => ("not connected", "未接続"),
        "openingMicrophone" => ("opening the microphone", "マイクの準備中"),
        "connecting" => ("connecting", "接続中"),
        "ready" => ("ready", "準備完了"),
        "listening" => ("listening", "聞いています"),
        "waiting" => ("waiting for the answer", "応答待ち"),
        "thinking" => ("thinking", "考えています"),
        "speaking" => ("speaking", "話しています"),
        "reconnecting" => ("reconnecting", "再接続中"),
        "paused" => ("muted", "ミュート中"),
        "error" => ("something needs you", "確認が必要です"),
        other => return other,
    };
    in_words(english, japanese)
}

fn in_words(english: &'static str, japanese: &'static str) -> &'static str {
    if is_japanese() { japanese } else { english }
}
