//! Hosts, their addresses, and which of them answers.

use std::future::{Ready, ready};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::dns::Name;
use tokio::time::timeout;
use tower_service::Service;

use super::super::tcp::{LookupError, connect_with};
use super::*;

/// Knows one name.
#[derive(Clone)]
struct Book(Result<Vec<SocketAddr>, &'static str>);

impl Service<Name> for Book {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = LookupError;
    type Future = Ready<Result<Self::Response, LookupError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), LookupError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        let found = self.0.clone().map(Vec::into_iter);
        ready(found.map_err(|error| LookupError(io::Error::other(error))))
    }
}

/// The same port twice: nobody answers on the IPv6 side, a listener does on the other.
async fn half_a_host() -> Option<(std::net::TcpListener, TcpListener, u16)> {
    for _ in 0..20 {
        let six = std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).ok()?;
        let port = six.local_addr().unwrap().port();
        if let Ok(four) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            return Some((six, four, port));
        }
    }
    None
}

fn both() -> Book {
    Book(Ok(vec![(Ipv6Addr::LOCALHOST, 0).into(), (Ipv4Addr::LOCALHOST, 0).into()]))
}

#[tokio::test]
async fn an_address_that_refuses_makes_way_for_the_next() {
    let Some((six, four, port)) = half_a_host().await else {
        return; // no IPv6 here
    };
    drop(six);
    let stream = soon(connect_with(both(), HOST, port)).await.unwrap();
    assert_eq!(stream.peer_addr().unwrap(), four.local_addr().unwrap());
    assert!(stream.nodelay().unwrap());
}

/// Linux answers nobody any more where connections wait to be accepted.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_hangs_is_overtaken_by_one_of_the_other_kind() {
    const UNANSWERED: Duration = Duration::from_millis(200);
    // One after the other they would take ten.
    const AT_ONCE: Duration = Duration::from_secs(5);
    let Some((six, four, port)) = half_a_host().await else {
        return; // no IPv6 here
    };
    let hanging = six.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&hanging, UNANSWERED) {
        waiting.push(stream);
        assert!(waiting.len() < 10_000, "the queue of connections has an end");
    }
    let stream = timeout(AT_ONCE, connect_with(both(), HOST, port)).await.expect("at once").unwrap();
    assert_eq!(stream.peer_addr().unwrap(), four.local_addr().unwrap());
}

#[tokio::test]
async fn a_name_nobody_knows_is_told_from_a_missing_network() {
    let unknown = soon(connect_with(Book(Err("Name or service not known")), HOST, 1)).await.unwrap_err();
    assert_eq!(unknown, ConnectFailure::HostUnknown { host: HOST.into() });
    let offline = soon(connect_with(Book(Err("Temporary failure in name resolution")), HOST, 1)).await.unwrap_err();
    assert!(matches!(offline, ConnectFailure::Unreachable { .. }), "{offline:?}");
}

#[tokio::test]
async fn a_host_whose_addresses_all_refuse_refuses() {
    let (listener, address) = listen().await;
    drop(listener);
    let book = Book(Ok(vec![(Ipv4Addr::LOCALHOST, 0).into()]));
    assert_eq!(soon(connect_with(book, HOST, address.port())).await.unwrap_err(), ConnectFailure::Refused);
}

#[tokio::test]
async fn nothing_goes_unencrypted_to_another_machine() {
    let failure = reach(&NetworkConfig::default(), &format!("http://{HOST}/")).await.unwrap_err();
    assert_eq!(failure, ConnectFailure::PlainTextToRemote);
}

/// A dead connection is found while we speak, not a quarter of an hour later.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_stays_unacknowledged_for_ten_seconds_ends_the_connection() {
    let (_listener, address) = listen().await;
    let stream = soon(connect_with(Book(Ok(vec![address])), HOST, address.port())).await.unwrap();
    let socket = socket2::SockRef::from(&stream);
    assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_secs(10)));
    assert!(socket.keepalive().unwrap());
}
