//! `vivavoce-simulator`: the simulator as a program.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use vivavoce_simulator::{Faults, Language, Persona, Profile, Server, ServerConfig, TurnComplete};

/// A Gemini Live server on this machine, for demos and tests.
///
/// It speaks the Live API's WebSocket protocol (BidiGenerateContent) without a language model: the guide repeats your
/// own voice, the echo returns exactly the sound it got. Point a client's base URL at the address it prints, and use any
/// key. It refuses what the service refuses, by the same close codes and reasons.
///
/// Prints "listening on ws://127.0.0.1:PORT" and runs until it gets SIGINT or SIGTERM.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Behave like this family whatever the model; by default the model decides.
    #[arg(long)]
    profile: Option<Profile>,
    /// Who answers.
    #[arg(long, value_enum, default_value_t)]
    persona: Persona,
    /// Language of the guide.
    #[arg(long, value_enum, default_value_t)]
    language: Language,
    /// Generation speed in multiples of real time.
    #[arg(long, default_value_t = 4.0, value_name = "FACTOR", value_parser = pace)]
    pace: f32,
    /// Send every answer at once.
    #[arg(long)]
    burst: bool,
    /// Complete a turn when its playback would have ended, or at once.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    turn_complete: TurnComplete,
    /// Accept any model, unknown fields and settings the model would refuse.
    #[arg(long)]
    permissive: bool,
    /// Refuse connections without a key.
    #[arg(long)]
    require_key: bool,
    /// Refuse this key as not valid; may be repeated.
    #[arg(long, value_name = "KEY")]
    bad_key: Vec<String>,
    /// Milliseconds from setup to setupComplete.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    setup_delay: u64,
    /// Seconds without a client message after which a connection is closed.
    #[arg(long, default_value_t = 150, value_name = "SECONDS")]
    idle_limit: u64,
    /// Fault: never answer setup.
    #[arg(long)]
    never_setup: bool,
    /// Fault: cut the connection without a close frame after so many server messages.
    #[arg(long, value_name = "COUNT")]
    drop_after_messages: Option<usize>,
    /// Fault: one more piece of sound follows `interrupted`.
    #[arg(long)]
    late_audio: bool,
    /// Fault: a message that is no JSON follows setupComplete.
    #[arg(long)]
    malformed: bool,
}

fn pace(text: &str) -> Result<f32, String> {
    let pace: f32 = text.parse().map_err(|_| "not a number".to_owned())?;
    if pace.is_finite() && pace > 0.0 { Ok(pace) } else { Err("must be more than 0".to_owned()) }
}

impl From<Arguments> for ServerConfig {
    fn from(arguments: Arguments) -> Self {
        Self {
            profile: arguments.profile,
            persona: arguments.persona,
            language: arguments.language,
            strict: !arguments.permissive,
            bad_keys: arguments.bad_key,
            require_key: arguments.require_key,
            setup_delay: Duration::from_millis(arguments.setup_delay),
            pace: arguments.pace,
            burst: arguments.burst,
            turn_complete: arguments.turn_complete,
            idle_limit: Duration::from_secs(arguments.idle_limit),
            faults: Faults {
                never_setup: arguments.never_setup,
                drop_after_messages: arguments.drop_after_messages,
                close_after_setup: None,
                late_audio_after_interrupted: arguments.late_audio,
                malformed_after_setup: arguments.malformed,
            },
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port)),
            ..Self::default()
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    match serve(arguments.into()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed there is nobody to tell.
            let _ = writeln!(io::stderr(), "vivavoce-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: ServerConfig) -> Result<(), Box<dyn std::error::Error>> {
    let mut ended = Box::pin(ended()?);
    let server = Server::bind(config)?;
    let mut out = io::stdout();
    writeln!(out, "listening on {}", server.url())?;
    out.flush()?;
    ended.as_mut().await;
    Ok(())
}

/// Registers for the signals that end the program, and waits for one.
#[cfg(unix)]
fn ended() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Registers for the signal that ends the program, and waits for it.
#[cfg(not(unix))]
fn ended() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without signals the program runs until it is killed.
        let _ = tokio::signal::ctrl_c().await;
    })
}
