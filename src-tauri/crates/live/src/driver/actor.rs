//! The task that owns the session.

use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use secrecy::ExposeSecret;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::dial::{Socket, dial};
use super::link::Link;
use super::{AudioGauge, DriverCommand, DriverEvent, now};
use crate::connect::ConnectFailure;
use crate::credential::Credential;
use crate::endpoint::Endpoint;
use crate::session::{Event, Input, Output, Session, SessionConfig};

pub(super) struct Actor {
    session: Session,
    endpoint: Endpoint,
    credential: Option<Credential>,
    commands: mpsc::UnboundedReceiver<DriverCommand>,
    events: mpsc::Sender<DriverEvent>,
    audio: Arc<AudioGauge>,
    connection: Connection,
    timeout: Option<Instant>,
}

enum Connection {
    Off,
    Dialling(JoinHandle<Result<Socket, ConnectFailure>>),
    On(Link),
}

#[expect(clippy::large_enum_variant, reason = "it never leaves the loop")]
enum Woken {
    Command(Option<DriverCommand>),
    Connection(Happened),
    Timeout,
}

enum Happened {
    Dialled(Result<Box<Socket>, ConnectFailure>),
    Message(Message),
    Closed { code: Option<u16>, reason: String },
}

impl Actor {
    pub(super) fn new(
        config: SessionConfig,
        endpoint: Endpoint,
        credential: Option<Credential>,
        commands: mpsc::UnboundedReceiver<DriverCommand>,
        events: mpsc::Sender<DriverEvent>,
        audio: Arc<AudioGauge>,
    ) -> Self {
        let session = Session::new(config);
        let connection = Connection::Off;
        Self { session, endpoint, credential, commands, events, audio, connection, timeout: None }
    }

    pub(super) async fn run(mut self) {
        loop {
            if self.obey().await.is_err() {
                break;
            }
            let woken = {
                let timeout = self.timeout;
                tokio::select! {
                    biased;
                    command = self.commands.recv() => Woken::Command(command),
                    happened = self.connection.next() => Woken::Connection(happened),
                    () = until(timeout) => Woken::Timeout,
                }
            };
            match woken {
                Woken::Command(Some(command)) => self.command(command).await,
                Woken::Command(None) => {
                    self.session.disconnect(now());
                    // Whoever listened may be gone too: closing the socket is all that matters now.
                    let _ = self.obey().await;
                    break;
                }
                Woken::Connection(happened) => self.happened(happened),
                Woken::Timeout => self.session.handle_input(Input::Timeout, now()),
            }
        }
        self.connection.close();
    }

    async fn command(&mut self, command: DriverCommand) {
        let now = now();
        let session = &mut self.session;
        match command {
            DriverCommand::Connect => session.connect(now),
            DriverCommand::Disconnect => session.disconnect(now),
            DriverCommand::Configure(config) => session.configure(config, now),
            DriverCommand::Target(endpoint, credential) => {
                self.endpoint = endpoint;
                self.credential = credential;
            }
            DriverCommand::ActivityStart => {
                session.activity_start(now);
            }
            DriverCommand::Audio(pcm) => {
                self.audio.leave();
                session.send_audio(&pcm, now);
            }
            DriverCommand::ActivityEnd => session.activity_end(now),
            DriverCommand::Text(text) => {
                session.send_text(&text, now);
            }
            DriverCommand::Stop => session.stop(now),
            DriverCommand::Respond(responses) => session.respond(responses, now),
        }
        let frames = self.audio.take_dropped();
        if frames > 0 {
            // If nobody listens any more, the next event finds out.
            let _ = self.events.send(DriverEvent::Session(Event::AudioDropped { frames }, now)).await;
        }
    }

    fn happened(&mut self, happened: Happened) {
        let now = now();
        match happened {
            Happened::Dialled(Ok(socket)) => {
                self.connection = Connection::On(Link::new(*socket, self.events.clone()));
                self.session.handle_input(Input::Connected, now);
            }
            Happened::Dialled(Err(failure)) => {
                self.connection = Connection::Off;
                self.session.handle_input(Input::ConnectFailed(failure), now);
            }
            Happened::Message(Message::Text(text)) => {
                self.session.handle_input(Input::Message(text.as_bytes()), now);
            }
            Happened::Message(Message::Binary(bytes)) => self.session.handle_input(Input::Message(&bytes), now),
            Happened::Message(_) => {}
            Happened::Closed { code, reason } => {
                self.connection.close();
                self.session.handle_input(Input::Closed { code, reason }, now);
            }
        }
    }

    /// Does what the session wants until it wants nothing more. Fails when nobody listens any more.
    async fn obey(&mut self) -> Result<(), ()> {
        loop {
            match self.session.poll_output() {
                Output::Connect => {
                    let credential = self.credential.as_ref();
                    let method = credential.map(Credential::method).unwrap_or_default();
                    let url = self.endpoint.websocket_url(method);
                    let header = credential.map(Credential::header);
                    tracing::info!(host = url.host_str(), "connecting");
                    let endpoint = self.endpoint.clone();
                    self.connection.close();
                    self.connection = Connection::Dialling(tokio::spawn(async move {
                        let header = header.as_ref().map(|(name, value)| (*name, value.expose_secret()));
                        dial(&endpoint, &url, header).await
                    }));
                }
                Output::Send(text) => {
                    let first_audio = self.session.take_first_audio();
                    let Connection::On(link) = &self.connection else {
                        continue;
                    };
                    if !link.send(text, first_audio) {
                        self.happened(Happened::Closed { code: None, reason: "the server stopped reading".into() });
                    }
                }
                Output::Close => self.connection.close(),
                Output::Event(event) => {
                    tracing::trace!(event = event_name(&event), "session");
                    self.events.send(DriverEvent::Session(event, now())).await.map_err(|_| ())?;
                }
                Output::Timeout(at) => {
                    self.timeout = at;
                    return Ok(());
                }
            }
        }
    }
}

impl Connection {
    async fn next(&mut self) -> Happened {
        match self {
            Self::Off => pending().await,
            Self::Dialling(dialling) => Happened::Dialled(match dialling.await {
                Ok(result) => result.map(Box::new),
                Err(error) => Err(ConnectFailure::Unreachable { detail: error.to_string() }),
            }),
            Self::On(link) => match link.reader.next().await {
                Some(Ok(Message::Close(None))) => Happened::Closed { code: Some(1005), reason: String::new() },
                Some(Ok(Message::Close(Some(frame)))) => {
                    Happened::Closed { code: Some(frame.code.into()), reason: frame.reason.to_string() }
                }
                Some(Ok(message)) => Happened::Message(message),
                Some(Err(Error::Capacity(error))) => Happened::Closed { code: Some(1009), reason: error.to_string() },
                Some(Err(error)) => Happened::Closed { code: None, reason: error.to_string() },
                None => Happened::Closed { code: None, reason: String::new() },
            },
        }
    }

    fn close(&mut self) {
        match std::mem::replace(self, Self::Off) {
            Self::Off => {}
            Self::Dialling(dialling) => dialling.abort(),
            Self::On(link) => link.close(),
        }
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => pending().await,
    }
}

/// The event without its content: speech is not for logs.
fn event_name(event: &Event) -> &'static str {
    match event {
        Event::Connecting => "connecting",
        Event::Ready { .. } => "ready",
        Event::Disconnected => "disconnected",
        Event::Closed(_) => "closed",
        Event::TurnStarted { .. } => "turn started",
        Event::InputTranscript { .. } => "input transcript",
        Event::OutputTranscript { .. } => "output transcript",
        Event::Thought { .. } => "thought",
        Event::Audio { .. } => "audio",
        Event::Flush { .. } => "flush",
        Event::GenerationComplete { .. } => "generation complete",
        Event::TurnComplete { .. } => "turn complete",
        Event::Waiting { .. } => "waiting",
        Event::Usage { .. } => "usage",
        Event::GoAway { .. } => "go away",
        Event::VoiceActivity { .. } => "voice activity",
        Event::ToolCall { .. } => "tool call",
        Event::ToolCallsCancelled { .. } => "tool calls cancelled",
        Event::Resumption { .. } => "resumption",
        Event::MalformedMessage { .. } => "malformed message",
        Event::AudioDropped { .. } => "audio dropped",
    }
}
