//! The task that owns the session.

use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::dial::{Socket as WebSocket, open};
use super::link::Link;
use super::{AudioGauge, DriverCommand, DriverEvent, now};
use crate::connect::ConnectFailure;
use crate::message::Setup;
use crate::network::Changes;
use crate::session::{Event, Input, Output, Session, Socket};
use crate::target::Target;

/// A session has one connection, and while it changes to another, two.
const MOST_CONNECTIONS: usize = 2;

pub(super) struct Actor {
    session: Session,
    target: Target,
    commands: mpsc::UnboundedReceiver<DriverCommand>,
    events: mpsc::Sender<DriverEvent>,
    audio: Arc<AudioGauge>,
    connections: Vec<(Socket, Connection)>,
    /// The goodbye of a connection that has been closed just now.
    goodbye: Option<oneshot::Receiver<()>>,
    changes: Changes,
    timeout: Option<Instant>,
}

enum Connection {
    Dialling(JoinHandle<Result<WebSocket, ConnectFailure>>),
    On(Link),
}

enum Woken {
    Command(Option<DriverCommand>),
    Connection(Socket, Happened),
    NetworkChanged,
    Timeout,
}

enum Happened {
    Dialled(Result<Box<WebSocket>, ConnectFailure>),
    Message(Message),
    Closed { code: Option<u16>, reason: String },
}

impl Actor {
    pub(super) fn new(
        session: Session,
        target: Target,
        commands: mpsc::UnboundedReceiver<DriverCommand>,
        events: mpsc::Sender<DriverEvent>,
        audio: Arc<AudioGauge>,
    ) -> Self {
        Self {
            session,
            target,
            commands,
            events,
            audio,
            connections: Vec::with_capacity(MOST_CONNECTIONS),
            goodbye: None,
            changes: Changes::watch(),
            timeout: None,
        }
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
                    (socket, happened) = next(&mut self.connections) => Woken::Connection(socket, happened),
                    () = self.changes.next() => Woken::NetworkChanged,
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
                Woken::Connection(socket, happened) => self.happened(socket, happened),
                Woken::NetworkChanged => {
                    tracing::info!("the network changed, or the machine woke up");
                    self.session.handle_input(Input::NetworkChanged, now());
                }
                Woken::Timeout => self.session.handle_input(Input::Timeout, now()),
            }
        }
        for (_, connection) in self.connections {
            connection.close();
        }
    }

    async fn command(&mut self, command: DriverCommand) {
        let now = now();
        let session = &mut self.session;
        match command {
            DriverCommand::Connect => session.connect(now),
            DriverCommand::Disconnect => session.disconnect(now),
            DriverCommand::StartOver => session.start_over(now),
            DriverCommand::Remember(exchanges) => session.remember(exchanges, now),
            DriverCommand::Configure(config) => session.configure(*config, now),
            DriverCommand::Target(target) => self.target = *target,
            DriverCommand::ActivityStart => {
                session.activity_start(now);
            }
            DriverCommand::Audio(pcm) => {
                self.audio.leave();
                session.send_audio(&pcm, now);
            }
            DriverCommand::ActivityEnd => session.activity_end(now),
            DriverCommand::Message { text, pictures } => {
                session.send_message(&text, pictures, now);
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

    fn happened(&mut self, socket: Socket, happened: Happened) {
        let now = now();
        match happened {
            Happened::Dialled(Ok(dialled)) => {
                let link = Link::new(*dialled, self.events.clone());
                if let Some((_, connection)) = self.connections.iter_mut().find(|(known, _)| *known == socket) {
                    *connection = Connection::On(link);
                }
                self.session.handle_input(Input::Connected(socket), now);
            }
            Happened::Dialled(Err(failure)) => {
                self.connections.retain(|(known, _)| *known != socket);
                tracing::info!(%failure, "no connection");
                self.session.handle_input(Input::ConnectFailed(socket, failure), now);
            }
            Happened::Message(Message::Text(text)) => {
                self.session.handle_input(Input::Message(socket, text.as_bytes()), now);
            }
            Happened::Message(Message::Binary(bytes)) => {
                self.session.handle_input(Input::Message(socket, &bytes), now);
            }
            Happened::Message(Message::Pong(_)) => self.session.handle_input(Input::Pong(socket), now),
            Happened::Message(_) => {}
            Happened::Closed { code, reason } => {
                tracing::info!(?code, reason, "connection closed");
                self.close(socket);
                self.session.handle_input(Input::Closed { socket, code, reason }, now);
            }
        }
    }

    /// Does what the session wants until it wants nothing more. Fails when nobody listens any more.
    async fn obey(&mut self) -> Result<(), ()> {
        loop {
            match self.session.poll_output() {
                Output::Connect { socket, setup } => self.dial(socket, *setup),
                Output::Send { socket, text } => {
                    let first_audio = self.session.take_first_audio();
                    let goodbye = self.goodbye.take();
                    let Some(link) = self.link(socket) else { continue };
                    if let Some(goodbye) = goodbye {
                        link.wait_for(goodbye);
                    }
                    if !link.send(text, first_audio) {
                        self.stopped_reading(socket);
                    }
                }
                Output::Ping(socket) => {
                    if self.link(socket).is_some_and(|link| !link.ping()) {
                        self.stopped_reading(socket);
                    }
                }
                Output::Close(socket) => self.close(socket),
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

    fn dial(&mut self, socket: Socket, setup: Setup) {
        let target = self.target.clone();
        tracing::info!(host = target.endpoint.base().host_str(), "connecting");
        let dialling = tokio::spawn(async move { open(&target, &setup).await });
        if self.connections.len() >= MOST_CONNECTIONS {
            self.connections.remove(0).1.close();
        }
        self.connections.push((socket, Connection::Dialling(dialling)));
    }

    fn stopped_reading(&mut self, socket: Socket) {
        self.happened(socket, Happened::Closed { code: None, reason: "the server stopped reading".into() });
    }

    fn link(&self, socket: Socket) -> Option<&Link> {
        self.connections.iter().find_map(|(known, connection)| match connection {
            Connection::On(link) if *known == socket => Some(link),
            _ => None,
        })
    }

    fn close(&mut self, socket: Socket) {
        if let Some(at) = self.connections.iter().position(|(known, _)| *known == socket)
            && let Some(goodbye) = self.connections.remove(at).1.close()
        {
            self.goodbye = Some(goodbye);
        }
    }
}

/// What happens next on any of them.
async fn next(connections: &mut [(Socket, Connection)]) -> (Socket, Happened) {
    match connections {
        [] => pending().await,
        [(socket, connection)] => (*socket, connection.next().await),
        [(one, first), (other, second), ..] => tokio::select! {
            happened = first.next() => (*one, happened),
            happened = second.next() => (*other, happened),
        },
    }
}

impl Connection {
    async fn next(&mut self) -> Happened {
        match self {
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

    /// Ends it. Returns when its goodbye has left, where there is one to say.
    fn close(self) -> Option<oneshot::Receiver<()>> {
        match self {
            Self::Dialling(dialling) => {
                dialling.abort();
                None
            }
            Self::On(link) => Some(link.close()),
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
        Event::Continued { .. } => "continued",
        Event::Reconnecting { .. } => "reconnecting",
        Event::Disconnected => "disconnected",
        Event::Closed(_) => "closed",
        Event::TurnStarted { .. } => "turn started",
        Event::Repeated { .. } => "repeated",
        Event::InterimTranscript { .. } => "interim transcript",
        Event::InputTranscript { .. } => "input transcript",
        Event::OutputTranscript { .. } => "output transcript",
        Event::Thought { .. } => "thought",
        Event::Audio { .. } => "audio",
        Event::Flush { .. } => "flush",
        Event::GenerationComplete { .. } => "generation complete",
        Event::TurnComplete { .. } => "turn complete",
        Event::Working { .. } => "working",
        Event::Waiting { .. } => "waiting",
        Event::Usage { .. } => "usage",
        Event::GoAway { .. } => "go away",
        Event::VoiceActivity { .. } => "voice activity",
        Event::ToolCall { .. } => "tool call",
        Event::ToolCallsCancelled { .. } => "tool calls cancelled",
        Event::Resumption { .. } => "resumption",
        Event::MalformedMessage { .. } => "malformed message",
        Event::AudioDropped { .. } => "audio dropped",
        Event::Sources { .. } => "sources",
    }
}
