//! A conversation steered by lines on standard input.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use vivavoce_engine::{
    AccessKind, Command, Engine, EngineConfig, Event, Handle, HostChoice, KeyStore, Service, Settings, TalkInput,
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
    let settings = args.into_settings()?;
    let keys = key_wanted(settings.service, settings.access.kind).map_or_else(|| Ok(KeyStore::new()), key::find)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the program's tasks could not be started")?;
    let code = runtime.block_on(converse(settings, period, keys, clock));
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

async fn converse(settings: Settings, period: Duration, keys: KeyStore, clock: Clock) -> anyhow::Result<ExitCode> {
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
        _ => match line.strip_prefix("say ") {
            Some(text) => Command::SendText(text.to_owned()),
            None => {
                return Err(format!(
                    "{line:?} is no command; there are: talk on, talk off, mute on, mute off, stop, say TEXT, test tone, \
                     test record, test echo, quit"
                ));
            }
        },
    }))
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
        for line in ["talk", "TALK ON", "say", "jump"] {
            assert!(parse(line).unwrap_err().contains("talk on"), "{line}");
        }
    }
}
