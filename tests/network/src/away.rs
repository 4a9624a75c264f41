//! Servers that can't be had for a while. What is said meanwhile waits, and arrives without anybody doing anything.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rcgen::CertifiedKey;
use tempfile::NamedTempFile;
use vivavoce_live::{CloseKind, ConnectFailure, DriverCommand, Event, TalkMode, Target};
use vivavoce_simulator::{Server, Surroundings, Tls};

use crate::line::{Fault, Line, Weather};
use crate::talk::{Talk, service, target, target_at};

/// What a network sends that wants a password first.
const PORTAL: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n";

/// TLS's own word for "no": a fatal alert, handshake_failure.
const ALERT: &[u8] = &[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28];

/// Tries that fail before things get better.
const TRIES: usize = 3;

/// Waits until so many tries since `mark` have failed for a reason that `expected` knows.
async fn failures(talk: &Talk, mark: usize, expected: impl Fn(&ConnectFailure) -> bool) {
    talk.told
        .until("failed tries", |told| {
            let failures = told[mark..].iter().filter(|(_, event)| match event {
                Event::Reconnecting { reason, .. } => {
                    matches!(&reason.kind, CloseKind::ConnectFailed(failure) if expected(failure))
                }
                _ => false,
            });
            (failures.count() >= TRIES).then_some(())
        })
        .await;
}

/// Waits until the session is open again, and says how long that took.
async fn back(talk: &Talk, what: &str, since: Instant) {
    let mark = talk.told.len();
    let opened = talk.told.ready(mark).await;
    eprintln!("{what}: open {:?} after things got better", opened.saturating_duration_since(since));
}

/// Speaks two turns that nobody hears yet.
async fn speak_while_away(talk: &mut Talk) {
    talk.say(Duration::from_millis(600)).await;
    talk.say(Duration::from_millis(400)).await;
}

#[tokio::test]
async fn a_server_that_refuses_for_a_while_hears_what_was_said_meanwhile() {
    let server = Server::bind(service()).unwrap();
    let mut line = Line::to(server.address(), Weather::default(), 1).await;
    let mut talk = Talk::to(target(line.address()), TalkMode::PushToTalk, 1).await;
    talk.exchange(Duration::from_millis(300)).await;
    let mark = talk.told.len();
    line.refuse().await;
    assert_eq!(line.strike(Fault::Reset), 1);
    speak_while_away(&mut talk).await;
    failures(&talk, mark, |failure| *failure == ConnectFailure::Refused).await;
    line.accept_again().await;
    back(&talk, "refused", Instant::now()).await;
    talk.hear_out(talk.turn()).await;
    let known = talk.end_well(&server).await;
    assert_eq!((known.in_sound, known.in_words), (4, 0));
}

#[tokio::test]
async fn a_name_that_cannot_be_looked_up_for_a_while_is_tried_until_it_can() {
    let server = Server::bind(service()).unwrap();
    let line = Line::to(server.address(), Weather::default(), 2).await;
    let mut talk = Talk::to(target(line.address()), TalkMode::PushToTalk, 2).await;
    talk.exchange(Duration::from_millis(300)).await;
    let mark = talk.told.len();
    // The system's resolver can't be made to fail and then to succeed for one name, so the name changes instead.
    talk.tell(DriverCommand::Target(Box::new(target_at("https://no-such-host.invalid"))));
    talk.say(Duration::from_millis(200)).await;
    assert_eq!(line.strike(Fault::Finish), 1);
    speak_while_away(&mut talk).await;
    // Without a network the resolver cannot tell that there is no such host.
    let unknown = |failure: &ConnectFailure| {
        matches!(failure, ConnectFailure::HostUnknown { .. } | ConnectFailure::Unreachable { .. })
    };
    failures(&talk, mark, unknown).await;
    talk.tell(DriverCommand::Target(Box::new(target(line.address()))));
    back(&talk, "no such host", Instant::now()).await;
    talk.hear_out(talk.turn()).await;
    talk.end_well(&server).await;
}

/// A server behind encryption, and the file that says it can be trusted.
struct Encrypted {
    server: Server,
    authority: NamedTempFile,
}

impl Encrypted {
    fn start() -> Self {
        let names = ["127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names).unwrap();
        let tls = Tls::from_pem(cert.pem().as_bytes(), signing_key.serialize_pem().as_bytes()).unwrap();
        let surroundings = Surroundings { tls: Some(tls), ..Surroundings::default() };
        let server = Server::bind_in(service(), surroundings).unwrap();
        let mut authority = NamedTempFile::new().unwrap();
        authority.write_all(cert.pem().as_bytes()).unwrap();
        Self { server, authority }
    }

    fn target(&self, address: SocketAddr) -> Target {
        let mut target = target_at(&format!("https://{address}"));
        target.network.extra_ca = Some(self.authority.path().to_owned());
        target
    }
}

/// A conversation over a line that `breaks` in such a way that no secure connection comes about.
async fn without_encryption_for_a_while(breaks: impl FnOnce(&Line), seed: u64) {
    let encrypted = Encrypted::start();
    let line = Line::to(encrypted.server.address(), Weather::default(), seed).await;
    let mut talk = Talk::to(encrypted.target(line.address()), TalkMode::PushToTalk, seed).await;
    talk.exchange(Duration::from_millis(300)).await;
    let mark = talk.told.len();
    breaks(&line);
    assert_eq!(line.strike(Fault::Reset), 1);
    speak_while_away(&mut talk).await;
    failures(&talk, mark, |failure| matches!(failure, ConnectFailure::Tls { .. })).await;
    line.lead_to(encrypted.server.address());
    back(&talk, "no encryption", Instant::now()).await;
    talk.hear_out(talk.turn()).await;
    let known = talk.end_well(&encrypted.server).await;
    assert_eq!((known.in_sound, known.in_words), (4, 0));
}

#[tokio::test]
async fn a_server_or_a_network_that_refuses_tls_for_a_while_is_tried_until_it_does_not() {
    tokio::join!(
        without_encryption_for_a_while(|line| line.answer_with(PORTAL), 3),
        without_encryption_for_a_while(|line| line.answer_with(ALERT), 4),
    );
}

#[tokio::test]
async fn somebody_with_another_certificate_hears_nothing_and_is_waited_out() {
    let stranger = Encrypted::start();
    let address = stranger.server.address();
    without_encryption_for_a_while(|line| line.lead_to(address), 5).await;
    assert!(stranger.server.observed().connections().is_empty());
}
