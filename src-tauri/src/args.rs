//! The command line of the window's program.

mod japanese;

use clap::{Parser, Subcommand};
use vivavoce_help::is_japanese;

use crate::steer::{Link, MuteOrder, TalkOrder};

/// Live voice conversation with Gemini.
///
/// Without a command the window is shown; where the program runs already, it is that one's. All commands steer the
/// program that runs.
#[derive(Debug, PartialEq, Eq, Parser)]
#[command(name = "vivavoce", version, about, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Start without showing the window.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// A link to a part of the window: vivavoce://talk, vivavoce://settings. It shows, but starts nothing.
    #[arg(value_name = "LINK", value_parser = link)]
    pub(crate) link: Option<Link>,
    #[command(subcommand)]
    pub(crate) task: Option<Task>,
}

impl Args {
    /// What was asked for on the command line. Ends the program with an explanation, in the user's language, where that was
    /// for help, or can't be understood.
    pub fn read() -> Self {
        vivavoce_help::parse(&japanese::TEXTS)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum Task {
    /// Start or stop talking.
    Talk {
        /// What to do; toggle does what a click on the button does.
        #[arg(value_enum)]
        action: TalkOrder,
    },
    /// Mute or unmute the microphone.
    Mute {
        /// What to do.
        #[arg(value_enum, default_value = "toggle")]
        state: MuteOrder,
    },
    /// Tell what the program is doing.
    Status {
        /// As one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Show the window.
    Show,
    /// End the program.
    Quit,
}

fn link(text: &str) -> Result<Link, &'static str> {
    Link::parse(text).ok_or_else(|| {
        if is_japanese() {
            "コマンドでも、vivavoce: で始まるリンクでもありません"
        } else {
            "no command, and no link that begins with vivavoce:"
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::CommandFactory as _;
    use vivavoce_help::{explained, gaps, in_japanese};

    use super::*;
    use crate::view::Part;

    fn read(words: &[&str]) -> Result<Args, clap::Error> {
        Args::try_parse_from(std::iter::once(&"vivavoce").chain(words))
    }

    fn task(words: &[&str]) -> Task {
        read(words).unwrap().task.unwrap()
    }

    #[test]
    fn nothing_asks_for_the_window_and_hidden_for_none() {
        assert_eq!(read(&[]).unwrap(), Args { hidden: false, link: None, task: None });
        assert!(read(&["--hidden"]).unwrap().hidden);
    }

    #[test]
    fn each_command_is_understood() {
        assert_eq!(task(&["talk", "start"]), Task::Talk { action: TalkOrder::Start });
        assert_eq!(task(&["talk", "stop"]), Task::Talk { action: TalkOrder::Stop });
        assert_eq!(task(&["talk", "toggle"]), Task::Talk { action: TalkOrder::Toggle });
        assert_eq!(task(&["mute"]), Task::Mute { state: MuteOrder::Toggle });
        assert_eq!(task(&["mute", "on"]), Task::Mute { state: MuteOrder::On });
        assert_eq!(task(&["mute", "off"]), Task::Mute { state: MuteOrder::Off });
        assert_eq!(task(&["status", "--json"]), Task::Status { json: true });
        assert_eq!(task(&["show"]), Task::Show);
        assert_eq!(task(&["quit"]), Task::Quit);
    }

    #[test]
    fn a_link_asks_for_a_part_of_the_window() {
        assert_eq!(read(&["vivavoce://settings"]).unwrap().link, Some(Link(Some(Part::Settings))));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for words in [
            &["tlak"][..],
            &["talk"],
            &["talk", "loudly"],
            &["mute", "maybe"],
            &["https://example.com/"],
            &["--hidden", "talk", "start"],
            &["vivavoce://talk", "quit"],
            &["status", "--jsn"],
        ] {
            assert!(read(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn every_argument_and_task_has_a_japanese_text_and_none_is_left_over() {
        assert_eq!(gaps(Args::command(), &japanese::TEXTS), [].into());
    }

    #[test]
    fn the_japanese_help_has_no_english_sentence() {
        let mut command = in_japanese(Args::command(), &japanese::TEXTS);
        let mut texts = vec![command.render_long_help().to_string(), command.render_help().to_string()];
        texts.extend(command.get_subcommands_mut().map(|task| task.render_long_help().to_string()));
        for text in texts {
            for word in ["Print", "Options", "Commands", "Usage", "Arguments", "default", "possible", " the ", " of "] {
                assert!(!text.contains(word), "{word:?} in:\n{text}");
            }
        }
    }

    #[test]
    fn the_japanese_command_takes_the_same_and_explains_what_it_refuses() {
        let japanese = || in_japanese(Args::command(), &japanese::TEXTS);
        let line = ["vivavoce", "mute", "on"];
        assert_eq!(japanese().try_get_matches_from(line).unwrap(), Args::command().try_get_matches_from(line).unwrap());

        let error = japanese().try_get_matches_from(["vivavoce", "talk", "loudly"]).unwrap_err();
        let text = explained(&error).unwrap();
        assert!(text.contains("「loudly」は指定できません"), "{text}");
        assert!(text.contains("start、stop、toggle"), "{text}");
    }
}
