//! A conversation steered by lines on standard input.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use vivavoce_engine::tools::{Decision, Desktop};
use vivavoce_engine::{
    AccessKind, Command, Engine, EngineConfig, Event, Handle, HostChoice, KeyStore, LARGEST_FILE, Picture,
    PictureError, Service, Settings, TalkInput, Toolbox,
};
use vivavoce_simulator::Demo;

use crate::args::TalkArgs;
use crate::clock::Clock;
use crate::key;
use crate::output::Output;

/// Talks until `quit`, the end of the input or SIGTERM. Fails when the service was never reached.
pub(crate) fn run(args: TalkArgs) -> anyhow::Result<ExitCode> {
    let clock = Clock::start();
    let period = Duration::from_millis(args.period_ms);
    let keep = args.keep.clone();
    let settings = args.into_settings()?;
    let keys = key_wanted(settings.service, settings.access.kind).map_or_else(|| Ok(KeyStore::new()), key::find)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the program's tasks could not be started")?;
    let code = runtime.block_on(converse(settings, period, keep, keys, clock));
    // A reader blocked on standard input must not keep the program alive.
    runtime.shutdown_timeout(Duration::from_millis(100));
    code
}

/// Whether a key is of use, and then whether there must be one.
fn key_wanted(service: Service, access: AccessKind) -> Option<bool> {
    match (service, access) {
        (Service::Demo, _) | (_, AccessKind::TokenUrl | AccessKind::GoogleCloud) => None,
        (Service::Gemini, _) | (_, AccessKind::MintedToken) => Some(true),
        (Service::Custom, AccessKind::ApiKey) => Some(false),
    }
}

async fn converse(
    settings: Settings,
    period: Duration,
    keep: Option<PathBuf>,
    keys: KeyStore,
    clock: Clock,
) -> anyhow::Result<ExitCode> {
    let was_ready = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&was_ready);
    let (output, writer) = Output::new(
        clock,
        Box::new(move |event| {
            if matches!(event, Event::Ready { .. }) {
                seen.store(true, Ordering::Relaxed);
            }
        }),
    );
    let mut demo = Demo::default();
    let config = EngineConfig {
        toolbox: Toolbox::open(keep.as_deref(), Some(Arc::new(Desktop::default()))),
        period,
        settings,
        store: None,
        settings_fault: None,
        keys,
        demo: Box::new(move |language| demo.url(language).map_err(|error| error.to_string())),
        phrase: Box::new(vivavoce_simulator::test_phrase),
        host: HostChoice::System,
    };
    let engine = Engine::spawn(config, output);
    let handle = engine.handle();
    handle.send(Command::Connect)?;
    tokio::select! {
        result = obey_lines(&handle) => result?,
        result = interrupted() => result?,
    }
    engine.shut_down().await;
    if writer.join().is_err() {
        anyhow::bail!("the events could not be written");
    }
    Ok(if was_ready.load(Ordering::Relaxed) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn obey_lines(handle: &Handle) -> anyhow::Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await.context("standard input can't be read")? {
        match parse(&line) {
            Ok(Some(command)) => handle.send(command)?,
            Ok(None) => return Ok(()),
            Err(text) => eprintln!("vivavoce-cli: {text}"),
        }
    }
    Ok(())
}

/// One line as a command; `None` is `quit`.
fn parse(line: &str) -> Result<Option<Command>, String> {
    let line = line.trim();
    Ok(Some(match line {
        "" => return Err("an empty line is no command".into()),
        "talk on" => Command::Talk(TalkInput::Start),
        "talk off" => Command::Talk(TalkInput::Stop),
        "mute on" => Command::SetMuted(true),
        "mute off" => Command::SetMuted(false),
        "stop" => Command::Stop,
        "test tone" => Command::TestTone,
        "test record" => Command::RecordTest,
        "test echo" => Command::TestEcho,
        "quit" => return Ok(None),
        _ => match line.split_once(' ') {
            Some(("say", text)) => Command::Send { text: text.to_owned(), pictures: Vec::new() },
            Some(("image", rest)) => image(rest)?,
            Some(("approve", rest)) => approve(rest)?,
            Some(("cancel", id)) => {
                Command::CancelTimer(id.trim().parse().map_err(|_| format!("{id:?} is no timer's id"))?)
            }
            _ => {
                return Err(format!(
                    "{line:?} is no command; there are: talk on, talk off, mute on, mute off, stop, say TEXT, \
                     image FILE, approve TICKET once|always|never, cancel ID, test tone, test record, test echo, quit"
                ));
            }
        },
    }))
}

/// A picture out of a file. Reading and shrinking it takes a moment in which no other line is read, but the talk goes on.
fn image(path: &str) -> Result<Command, String> {
    let path = path.trim();
    let failed = |error: &dyn std::fmt::Display| format!("{path}: {error}");
    let length = std::fs::metadata(path).map_err(|error| failed(&error))?.len();
    if length > LARGEST_FILE as u64 {
        return Err(failed(&PictureError::TooLarge { bytes: length as usize }));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
    let picture = Picture::of_file(&bytes, None).map_err(|error| failed(&error))?;
    Ok(Command::Send { text: String::new(), pictures: vec![picture] })
}

/// `7 once`
fn approve(rest: &str) -> Result<Command, String> {
    let mut words = rest.split_whitespace();
    let ticket = words.next().and_then(|ticket| ticket.parse().ok());
    let decision = match words.next() {
        Some("once") => Some(Decision::Once),
        Some("always") => Some(Decision::Always),
        Some("never") => Some(Decision::Never),
        _ => None,
    };
    match (ticket, decision, words.next()) {
        (Some(ticket), Some(decision), None) => Ok(Command::Decide { ticket, decision }),
        _ => Err(format!("{rest:?} is no answer; wanted is the ticket of a `tool` line and once, always or never")),
    }
}

#[cfg(unix)]
async fn interrupted() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn interrupted() -> anyhow::Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_is_asked_for_only_where_one_is_of_use() {
        assert_eq!(key_wanted(Service::Demo, AccessKind::ApiKey), None);
        assert_eq!(key_wanted(Service::Gemini, AccessKind::ApiKey), Some(true));
        assert_eq!(key_wanted(Service::Gemini, AccessKind::GoogleCloud), None);
        assert_eq!(key_wanted(Service::Custom, AccessKind::ApiKey), Some(false));
        assert_eq!(key_wanted(Service::Custom, AccessKind::MintedToken), Some(true));
    }

    #[test]
    fn every_documented_line_is_a_command() {
        for line in [
            "talk on",
            "talk off",
            "mute on",
            "mute off",
            "stop",
            " say hello there ",
            "approve 7 once",
            "approve 7 always",
            " approve  7  never ",
            "cancel 1",
            "test tone",
            "test record",
            "test echo",
        ] {
            assert!(parse(line).unwrap().is_some(), "{line}");
        }
        assert!(parse("quit").unwrap().is_none());
    }

    #[test]
    fn an_unknown_line_is_answered_with_what_there_is() {
        for line in ["talk", "TALK ON", "say", "jump", "image", "approve"] {
            assert!(parse(line).unwrap_err().contains("talk on"), "{line}");
        }
        for line in
            ["approve 7", "approve once", "approve 7 perhaps", "approve -7 once", "approve 7 once more", "cancel x"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_picture_is_sent_and_anything_else_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            format!("image {}", path.display())
        };
        let gif = b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        let Ok(Some(Command::Send { text, pictures })) = parse(&file("a picture.gif", gif)) else { panic!("refused") };
        assert_eq!((text.as_str(), pictures.len(), pictures[0].thumbnail.width), ("", 1, 1));
        for (line, reason) in [
            (file("a.pdf", b"%PDF-1.7"), "PDF can't be sent"),
            (file("a.png", b"nothing"), "no picture"),
            ("image /nowhere/a.png".to_owned(), "/nowhere/a.png"),
        ] {
            assert!(parse(&line).unwrap_err().contains(reason), "{line}");
        }
    }
}
