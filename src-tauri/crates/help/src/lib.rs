//! Help and errors of a command line in Japanese, laid over what clap makes of its arguments.
//!
//! The English texts are the doc comments of the arguments. The others are tables; [`gaps`] finds what they lack.

mod errors;

use std::collections::BTreeSet;
use std::io::Write as _;

use clap::builder::StyledStr;
use clap::{Arg, Command, Parser};

pub use errors::explained;

/// Each name with its text.
pub type Table = &'static [(&'static str, &'static str)];

/// What a program's help says in Japanese.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    /// What the program is.
    pub about: &'static str,
    /// Each task with what it does.
    pub tasks: Table,
    /// Headings, as they are in English, and in Japanese.
    pub headings: Table,
    /// Each argument, by its id, with what it is for.
    pub arguments: Table,
}

/// Exit code of a command line that can't be understood, as clap's own.
const MISUNDERSTOOD: i32 = 2;

const COMMANDS: &str = "コマンド";
const OPTIONS: &str = "オプション";
const ARGUMENTS: &str = "引数";

/// Whether the user reads Japanese.
pub fn is_japanese() -> bool {
    sys_locale::get_locale().is_some_and(|locale| locale.starts_with("ja"))
}

/// What was asked for on the command line. Ends the program with an explanation, in the user's language, where that was
/// for help, or can't be understood.
pub fn parse<A: Parser>(texts: &Texts) -> A {
    let is_japanese = is_japanese();
    let command = if is_japanese { in_japanese(A::command(), texts) } else { A::command() };
    let parsed = command.try_get_matches().and_then(|matches| A::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| {
        let text = if is_japanese { explained(&error) } else { None };
        let Some(text) = text else { error.exit() };
        // Nobody is left to be told that nobody reads it.
        let _ = writeln!(std::io::stderr(), "{text}");
        std::process::exit(MISUNDERSTOOD)
    })
}

/// The same command with its help in Japanese.
pub fn in_japanese(mut command: Command, texts: &Texts) -> Command {
    command.build();
    level(command.about(texts.about).long_about(texts.about), texts)
}

/// What the tables lack of a command, and what they have too much of.
pub fn gaps(command: Command, texts: &Texts) -> BTreeSet<String> {
    let mut command = command;
    command.build();
    let (mut ids, mut tasks, mut headings) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for level in std::iter::once(&command).chain(command.get_subcommands()) {
        ids.extend(level.get_arguments().map(|argument| argument.get_id().to_string()));
        headings.extend(level.get_arguments().filter_map(Arg::get_help_heading).map(ToOwned::to_owned));
        tasks.extend(level.get_subcommands().map(|task| task.get_name().to_owned()));
    }
    let known = |table: Table| table.iter().map(|(key, _)| (*key).to_owned()).collect::<BTreeSet<_>>();
    let pairs = [(ids, known(texts.arguments)), (tasks, known(texts.tasks)), (headings, known(texts.headings))];
    pairs.iter().flat_map(|(needed, known)| needed.symmetric_difference(known).cloned()).collect()
}

/// A command and those below it.
fn level(command: Command, texts: &Texts) -> Command {
    let template = "{about-with-newline}\n使い方: {usage}\n\n{all-args}";
    let command = command
        .help_template(template)
        .subcommand_help_heading(COMMANDS)
        .mut_args(|argument| in_words(argument, texts));
    command.mut_subcommands(|task| {
        let about = found(texts.tasks, task.get_name()).map(ToOwned::to_owned);
        let task = level(task, texts);
        match about {
            Some(about) => task.about(about.clone()).long_about(about),
            None => task,
        }
    })
}

fn in_words(argument: Arg, texts: &Texts) -> Arg {
    let id = argument.get_id().as_str();
    let Some(text) = found(texts.arguments, id) else {
        return argument;
    };
    let ordinary = if argument.is_positional() { ARGUMENTS } else { OPTIONS };
    let heading = argument.get_help_heading().and_then(|heading| found(texts.headings, heading)).unwrap_or(ordinary);
    let mut parts = vec![text.to_owned()];
    if let Some(name) = argument.get_env().and_then(|name| name.to_str()) {
        parts.push(format!("[環境変数: {name}]"));
    }
    if argument.get_action().takes_values() {
        let default = argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
        let possible = argument.get_possible_values().into_iter().map(|value| value.get_name().to_owned());
        for (title, values) in [("既定", default.collect::<Vec<_>>()), ("選択肢", possible.collect())] {
            if !values.is_empty() {
                parts.push(format!("[{title}: {}]", values.join("、")));
            }
        }
    }
    let help = StyledStr::from(parts.join(" "));
    argument
        .help(help.clone())
        .long_help(help)
        .help_heading(heading)
        .hide_env(true)
        .hide_default_value(true)
        .hide_possible_values(true)
}

fn found(table: Table, key: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
}
