//! Why a command line isn't understood, in Japanese.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The error in Japanese, of several lines; nothing where it isn't one but the help or the version that was asked for.
pub fn explained(error: &Error) -> Option<String> {
    let argument = named(error, ContextKind::InvalidArg);
    let value = named(error, ContextKind::InvalidValue);
    let what = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::DisplayVersion => {
            return None;
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} には値が必要です"),
        ErrorKind::InvalidValue => format!("{argument} に「{value}」は指定できません"),
        ErrorKind::ValueValidation => format!("{argument} に「{value}」は指定できません{}", cause(error)),
        ErrorKind::UnknownArgument => format!("「{argument}」という引数はありません"),
        ErrorKind::InvalidSubcommand => {
            format!("「{}」というコマンドはありません", named(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::NoEquals => format!("{argument} の値は「=」で区切ってください"),
        ErrorKind::TooManyValues => format!("{argument} に「{value}」は多すぎます"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{argument} の値の数が違います"),
        ErrorKind::ArgumentConflict => {
            let prior = named(error, ContextKind::PriorArg);
            if prior.is_empty() || prior == argument {
                format!("{argument} は一度しか指定できません")
            } else {
                format!("{argument} と {prior} は同時に指定できません")
            }
        }
        ErrorKind::MissingRequiredArgument => format!("{argument} を指定してください"),
        ErrorKind::MissingSubcommand => "コマンドを指定してください".to_owned(),
        ErrorKind::InvalidUtf8 => "UTF-8 でない文字が含まれています".to_owned(),
        _ => "コマンドラインを理解できません".to_owned(),
    };
    let mut lines = vec![format!("エラー: {what}。")];
    let possible = named(error, ContextKind::ValidValue);
    if !possible.is_empty() {
        lines.push(format!("  選択肢: {possible}"));
    }
    let suggested = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .map(|kind| named(error, kind))
        .into_iter()
        .find(|text| !text.is_empty());
    if let Some(suggested) = suggested {
        lines.push(format!("  もしかして: {suggested}"));
    }
    let usage = named(error, ContextKind::Usage);
    if !usage.is_empty() {
        lines.push(format!("\n使い方: {}", usage.trim_start_matches("Usage:").trim()));
    }
    lines.push("\n詳しくは --help をご覧ください。".to_owned());
    Some(lines.join("\n"))
}

fn cause(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(String::new, |cause| format!(" ({cause})"))
}

fn named(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::{Arg, Command, value_parser};

    use super::*;

    fn error_of(words: &[&str]) -> Error {
        let command = Command::new("program")
            .arg(Arg::new("size").long("size").value_parser(value_parser!(u8).range(1..9)))
            .arg(Arg::new("shape").value_parser(["round", "square"]).required(true));
        command.try_get_matches_from(words).unwrap_err()
    }

    #[test]
    fn an_error_says_in_japanese_what_is_wrong_and_what_would_be_right() {
        let text = explained(&error_of(&["program", "oval"])).unwrap();
        assert!(text.starts_with("エラー: <shape> に「oval」は指定できません。\n  選択肢: round、square"), "{text}");

        let text = explained(&error_of(&["program"])).unwrap();
        assert!(text.starts_with("エラー: <shape> を指定してください。\n\n使い方: program "), "{text}");

        let text = explained(&error_of(&["program", "--shade", "round"])).unwrap();
        assert!(text.starts_with("エラー: 「--shade」という引数はありません。"), "{text}");

        let text = explained(&error_of(&["program", "--size", "9", "round"])).unwrap();
        assert!(text.contains("「9」は指定できません ("), "{text}");

        let text = explained(&error_of(&["program", "--size", "2", "--size", "3", "round"])).unwrap();
        assert!(text.contains("--size <size> は一度しか指定できません"), "{text}");
    }

    #[test]
    fn help_is_no_error() {
        assert_eq!(explained(&error_of(&["program", "--help"])), None);
    }
}
