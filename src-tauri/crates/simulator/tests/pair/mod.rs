//! A session and the service it talks to, joined by wires with latency, in virtual time.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "shared by several tests")]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use vivavoce_live::message::ClientMessage;
use vivavoce_live::session::{Event, Input, Output, Session, SessionConfig, Socket};
use vivavoce_simulator::{Access, Output as PeerOutput, Peer, Registry, ServerConfig};

/// What travels on a wire.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Parcel {
    /// To the service.
    Open,
    Text(String),
    Ping,
    Goodbye,
    /// To the session.
    Connected,
    Message(Vec<u8>),
    Pong,
    Closed(u16, String),
}

/// Both ends, and everything between them.
pub(crate) struct Pair {
    pub(crate) session: Session,
    pub(crate) registry: Registry,
    config: Arc<ServerConfig>,
    peers: BTreeMap<Socket, Peer>,
    /// By time of arrival, then in the order of sending.
    wires: BinaryHeap<Reverse<(Instant, u64, Socket, Parcel)>>,
    parcels: u64,
    latency: Duration,
    timeout: Option<Instant>,
    pub(crate) now: Instant,
    pub(crate) events: Vec<(Instant, Event)>,
    /// When sound was sent, and on which connection.
    pub(crate) uplink: Vec<(Instant, Socket)>,
    /// Most sessions open at a time.
    pub(crate) most_sessions: usize,
    pub(crate) goodbyes: Vec<(u16, String)>,
}

impl Pair {
    pub(crate) fn new(session: SessionConfig, service: ServerConfig, latency: Duration) -> Self {
        let now = Instant::now();
        Self {
            session: Session::new(session, 1),
            registry: Registry::default(),
            config: Arc::new(service),
            peers: BTreeMap::new(),
            wires: BinaryHeap::new(),
            parcels: 0,
            latency,
            timeout: None,
            now,
            events: Vec::new(),
            uplink: Vec::new(),
            most_sessions: 0,
            goodbyes: Vec::new(),
        }
    }

    /// The user does something now.
    pub(crate) fn act<T>(&mut self, operation: impl FnOnce(&mut Session, Instant) -> T) -> T {
        let result = operation(&mut self.session, self.now);
        self.drain();
        result
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.next().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.step();
        }
        self.now = until;
    }

    /// Lets time pass until something has happened, for at most a minute.
    pub(crate) fn until(&mut self, happened: impl Fn(&Event) -> bool) -> bool {
        let (from, deadline) = (self.events.len(), self.now + Duration::from_mins(1));
        while !self.events[from..].iter().any(|(_, event)| happened(event)) {
            let Some(at) = self.next().filter(|at| *at <= deadline) else {
                self.now = deadline;
                return false;
            };
            self.now = self.now.max(at);
            self.step();
        }
        true
    }

    fn next(&mut self) -> Option<Instant> {
        let arrival = self.wires.peek().map(|Reverse((at, ..))| *at);
        let peers = self.peers.values_mut().filter_map(|peer| match peer.poll_output() {
            PeerOutput::Timeout(at) => at,
            other => panic!("not drained: {other:?}"),
        });
        let due = peers.min();
        [arrival, self.timeout, due].into_iter().flatten().min()
    }

    fn step(&mut self) {
        let arrived = self.wires.peek().is_some_and(|Reverse((at, ..))| *at <= self.now);
        if arrived {
            let Some(Reverse((_, _, socket, parcel))) = self.wires.pop() else { return };
            self.deliver(socket, parcel);
        }
        let sockets: Vec<Socket> = self.peers.keys().copied().collect();
        for socket in sockets {
            if let Some(peer) = self.peers.get_mut(&socket) {
                peer.handle_timeout(self.now);
            }
            self.drain_peer(socket);
        }
        if self.timeout.is_some_and(|at| at <= self.now) {
            self.session.handle_input(Input::Timeout, self.now);
        }
        self.drain();
    }

    fn deliver(&mut self, socket: Socket, parcel: Parcel) {
        match parcel {
            Parcel::Open => {
                let peer =
                    Peer::new(Arc::clone(&self.config), self.registry.clone(), Access::default(), socket.0, self.now);
                self.peers.insert(socket, peer);
                self.send(socket, Parcel::Connected);
            }
            Parcel::Text(text) => {
                if let Some(peer) = self.peers.get_mut(&socket) {
                    peer.handle_message(text.as_bytes(), self.now);
                    self.drain_peer(socket);
                }
                self.most_sessions = self.most_sessions.max(self.peers.len());
            }
            Parcel::Ping => self.send(socket, Parcel::Pong),
            Parcel::Goodbye => {
                if let Some(mut peer) = self.peers.remove(&socket) {
                    peer.disconnected(self.now);
                }
            }
            Parcel::Connected => self.session.handle_input(Input::Connected(socket), self.now),
            Parcel::Message(message) => {
                self.session.handle_input(Input::Message(socket, &message), self.now);
            }
            Parcel::Pong => self.session.handle_input(Input::Pong(socket), self.now),
            Parcel::Closed(code, reason) => {
                self.goodbyes.push((code, reason.clone()));
                let code = Some(code).filter(|code| *code != 1006);
                self.session.handle_input(Input::Closed { socket, code, reason }, self.now);
            }
        }
    }

    fn drain_peer(&mut self, socket: Socket) {
        let mut parcels = Vec::new();
        let mut closed = false;
        if let Some(peer) = self.peers.get_mut(&socket) {
            loop {
                match peer.poll_output() {
                    PeerOutput::Send(message) => parcels.push(Parcel::Message(message)),
                    PeerOutput::Close { code, reason } => {
                        parcels.push(Parcel::Closed(code, reason));
                        closed = true;
                    }
                    PeerOutput::Timeout(_) => break,
                }
            }
            while peer.poll_note().is_some() {}
        }
        if closed && let Some(mut peer) = self.peers.remove(&socket) {
            peer.disconnected(self.now);
        }
        for parcel in parcels {
            self.send(socket, parcel);
        }
    }

    fn drain(&mut self) {
        loop {
            match self.session.poll_output() {
                // TCP's and the upgrade's round trips.
                Output::Connect { socket, .. } => self.send_after(self.latency * 3, socket, Parcel::Open),
                Output::Send { socket, text } => {
                    let message: ClientMessage = serde_json::from_str(&text).unwrap();
                    if message.realtime_input.is_some_and(|input| input.audio.is_some()) {
                        self.uplink.push((self.now, socket));
                    }
                    self.send(socket, Parcel::Text(text));
                }
                Output::Ping(socket) => self.send(socket, Parcel::Ping),
                Output::Close(socket) => self.send(socket, Parcel::Goodbye),
                Output::Event(event) => self.events.push((self.now, event)),
                Output::Timeout(at) => {
                    self.timeout = at;
                    break;
                }
            }
        }
    }

    fn send(&mut self, socket: Socket, parcel: Parcel) {
        self.send_after(self.latency, socket, parcel);
    }

    fn send_after(&mut self, time: Duration, socket: Socket, parcel: Parcel) {
        self.parcels += 1;
        self.wires.push(Reverse((self.now + time, self.parcels, socket, parcel)));
    }
}
