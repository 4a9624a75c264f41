//! Proxies that help, refuse, and talk nonsense.

use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::*;
use crate::loopback::{Seen, read_request};

/// A server called [`HOST`], a network that trusts it and goes through a proxy, and that proxy.
struct Rig {
    network: NetworkConfig,
    proxy: TcpListener,
    service: std::net::SocketAddr,
    _authority: Authority,
}

impl Rig {
    /// `scheme` may be followed by a login: `http://user:password@`.
    async fn new(scheme: &str) -> Self {
        let authority = Authority::new();
        let (listener, service) = listen().await;
        tokio::spawn(greet(listener, authority.acceptor(HOST)));
        let (proxy, address) = listen().await;
        let url = ProxyUrl::parse(&format!("{scheme}{address}")).unwrap();
        let network = NetworkConfig { proxy: Proxy::Url(url), ..authority.trusted() };
        Self { network, proxy, service, _authority: authority }
    }

    fn reach(&self) -> JoinHandle<Result<Stream, ConnectFailure>> {
        let network = self.network.clone();
        tokio::spawn(async move { reach(&network, &format!("wss://{HOST}/path")).await })
    }

    async fn accept(&self) -> TcpStream {
        soon(self.proxy.accept()).await.unwrap().0
    }

    /// Does what a proxy does from now on.
    fn pass_on(&self, mut client: TcpStream) {
        let service = self.service;
        tokio::spawn(async move {
            let mut server = TcpStream::connect(service).await.unwrap();
            let _ = copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

async fn proxy_failure(attempt: JoinHandle<Result<Stream, ConnectFailure>>) -> (String, bool) {
    match soon(attempt).await.unwrap().unwrap_err() {
        ConnectFailure::Proxy { detail, temporary } => (detail, temporary),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_http_proxy_is_given_name_and_login_and_carries_encrypted_talk() {
    let rig = Rig::new("http://me:p%40ss@").await;
    let attempt = rig.reach();
    let mut client = rig.accept().await;
    let seen: Seen = read_request(&mut client).await;
    assert_eq!(seen.line, format!("CONNECT {HOST}:443 HTTP/1.1"));
    assert_eq!(seen.header("host"), Some(format!("{HOST}:443").as_str()));
    assert_eq!(seen.header("proxy-authorization"), Some("Basic bWU6cEBzcw=="), "me:p@ss");
    client.write_all(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n").await.unwrap();
    rig.pass_on(client);
    let mut stream = soon(attempt).await.unwrap().unwrap();
    assert_eq!(greeting(&mut stream).await, "hello");
}

#[tokio::test]
async fn a_proxy_can_itself_be_encrypted() {
    let authority = Authority::new();
    let (listener, service) = listen().await;
    tokio::spawn(greet(listener, authority.acceptor(HOST)));
    let (proxy, address) = listen().await;
    let acceptor = authority.acceptor("localhost");
    tokio::spawn(async move {
        let (stream, _) = proxy.accept().await.unwrap();
        let mut client = acceptor.accept(stream).await.unwrap();
        assert!(read_request(&mut client).await.line.starts_with("CONNECT "));
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let mut server = TcpStream::connect(service).await.unwrap();
        let _ = copy_bidirectional(&mut client, &mut server).await;
    });
    let url = ProxyUrl::parse(&format!("https://localhost:{}", address.port())).unwrap();
    let network = NetworkConfig { proxy: Proxy::Url(url), ..authority.trusted() };
    let mut stream = reach(&network, &format!("https://{HOST}/")).await.unwrap();
    assert_eq!(greeting(&mut stream).await, "hello");
}

/// How an HTTP proxy that answers like this is told, and whether it is asked again.
async fn told_of(login: &str, answer: &'static [u8]) -> (String, bool) {
    let rig = Rig::new(&format!("http://{login}")).await;
    let attempt = rig.reach();
    let mut client = rig.accept().await;
    read_request(&mut client).await;
    client.write_all(answer).await.unwrap();
    drop(client);
    proxy_failure(attempt).await
}

#[tokio::test]
async fn a_proxy_that_wants_a_login_is_told_from_one_that_refuses_ours() {
    const REFUSAL: &[u8] = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let (without, again) = told_of("", REFUSAL).await;
    assert!(without.ends_with("wants a user name and password"), "{without}");
    assert!(!again);
    let (with, again) = told_of("me:hush@", REFUSAL).await;
    assert!(with.ends_with("doesn't accept the user name and password"), "{with}");
    assert!(!again && !with.contains("hush"));
}

#[tokio::test]
async fn a_proxy_that_does_not_connect_us_is_told_by_its_answer() {
    let (busy, again) = told_of("", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n").await;
    assert!(busy.ends_with("HTTP status 502") && again, "{busy}");
    let (forbidden, again) = told_of("", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    assert!(forbidden.ends_with("HTTP status 403") && !again, "{forbidden}");
    let (other, again) = told_of("", b"SSH-2.0-OpenSSH_9.2\r\n\r\n").await;
    assert!(other.contains("is no HTTP proxy") && !again, "{other}");
    let (gone, again) = told_of("", b"").await;
    assert!(gone.contains("broke off") && again, "{gone}");
}

#[tokio::test]
async fn a_silent_proxy_is_left_when_we_give_up() {
    let rig = Rig::new("http://").await;
    let attempt = rig.reach();
    let mut client = rig.accept().await;
    read_request(&mut client).await;
    attempt.abort();
    assert_eq!(soon(client.read(&mut [0; 16])).await.unwrap(), 0, "the connection is closed");
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named_and_tried_again() {
    let Rig { network, proxy, .. } = Rig::new("socks5://").await;
    let address = proxy.local_addr().unwrap();
    drop(proxy);
    let failure = reach(&network, &format!("https://{HOST}/")).await.unwrap_err();
    assert!(failure.to_string().contains(&address.to_string()), "{failure}");
    assert!(failure.is_retryable());
}

/// Plays a SOCKS 5 proxy up to its final answer. Returns what it was asked for.
async fn socks(client: &mut TcpStream, login: Option<(&str, &str)>, code: u8) -> (String, u16) {
    let mut greeting = [0; 2];
    soon(client.read_exact(&mut greeting)).await.unwrap();
    let mut methods = vec![0; greeting[1].into()];
    soon(client.read_exact(&mut methods)).await.unwrap();
    if let Some((user, password)) = login {
        assert!(methods.contains(&2));
        client.write_all(&[5, 2]).await.unwrap();
        let mut expected = vec![1, user.len() as u8];
        expected.extend(user.bytes());
        expected.push(password.len() as u8);
        expected.extend(password.bytes());
        let mut given = vec![0; expected.len()];
        soon(client.read_exact(&mut given)).await.unwrap();
        assert_eq!(given, expected);
        client.write_all(&[1, 0]).await.unwrap();
    } else {
        assert!(methods.contains(&0));
        client.write_all(&[5, 0]).await.unwrap();
    }
    let mut request = [0; 5];
    soon(client.read_exact(&mut request)).await.unwrap();
    assert_eq!(request[..4], [5, 1, 0, 3], "connect to a name");
    let mut name = vec![0; request[4].into()];
    soon(client.read_exact(&mut name)).await.unwrap();
    let port = soon(client.read_u16()).await.unwrap();
    client.write_all(&[5, code, 0, 1, 127, 0, 0, 1, 0, 1]).await.unwrap();
    (String::from_utf8(name).unwrap(), port)
}

#[tokio::test]
async fn a_socks_proxy_looks_the_name_up_itself() {
    for scheme in ["socks5://", "socks5h://"] {
        let rig = Rig::new(scheme).await;
        let attempt = rig.reach();
        let mut client = rig.accept().await;
        assert_eq!(socks(&mut client, None, 0).await, (HOST.to_owned(), 443));
        rig.pass_on(client);
        let mut stream = soon(attempt).await.unwrap().unwrap();
        assert_eq!(greeting(&mut stream).await, "hello", "{scheme}");
    }
}

#[tokio::test]
async fn a_socks_proxy_is_given_the_login() {
    let rig = Rig::new("socks5://me:p%40ss@").await;
    let attempt = rig.reach();
    let mut client = rig.accept().await;
    socks(&mut client, Some(("me", "p@ss")), 0).await;
    rig.pass_on(client);
    assert_eq!(greeting(&mut soon(attempt).await.unwrap().unwrap()).await, "hello");
}

#[tokio::test]
async fn a_socks_proxys_refusals_are_told_apart() {
    for (code, again) in [(1, true), (2, false), (4, true), (5, true), (7, false), (99, false)] {
        let rig = Rig::new("socks5://").await;
        let attempt = rig.reach();
        let mut client = rig.accept().await;
        socks(&mut client, None, code).await;
        assert_eq!(proxy_failure(attempt).await.1, again, "{code}");
    }
    let rig = Rig::new("socks5://me:hush@").await;
    let attempt = rig.reach();
    let mut client = rig.accept().await;
    client.write_all(&[5, 0xff]).await.unwrap();
    let (detail, again) = proxy_failure(attempt).await;
    assert!(detail.contains("doesn't accept") && !again && !detail.contains("hush"), "{detail}");
}

#[tokio::test]
async fn what_is_no_socks_proxy_is_told() {
    let rig = Rig::new("socks5://").await;
    let attempt = rig.reach();
    let mut client = rig.accept().await;
    client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    let (detail, again) = proxy_failure(attempt).await;
    assert!(!again, "{detail}");
}

#[tokio::test]
async fn what_is_on_this_machine_is_reached_without_a_proxy() {
    let mut rig = Rig::new("http://").await;
    let (listener, address) = listen().await;
    for proxy in [rig.network.proxy.clone(), Proxy::System] {
        rig.network.proxy = proxy;
        let system = || Matcher::builder().all(format!("http://{}", rig.proxy.local_addr().unwrap())).build();
        let url = Url::parse(&format!("ws://localhost:{}/", address.port())).unwrap();
        let reached = soon(connect_with(&rig.network, &url, system));
        let (reached, accepted) = tokio::join!(reached, soon(listener.accept()));
        assert!(reached.is_ok() && accepted.is_ok());
    }
}

#[tokio::test]
async fn the_systems_proxy_is_used_unless_the_host_is_excepted() {
    let mut rig = Rig::new("http://").await;
    rig.network.proxy = Proxy::System;
    let url = Url::parse(&format!("https://{HOST}/")).unwrap();
    let address = rig.proxy.local_addr().unwrap();
    let set =
        move |except: &'static str| move || Matcher::builder().https(format!("me:secret@{address}")).no(except).build();
    let network = rig.network.clone();
    let destination = url.clone();
    let attempt = tokio::spawn(async move { connect_with(&network, &destination, set("example.com")).await });
    let seen = read_request(&mut rig.accept().await).await;
    assert_eq!(seen.header("proxy-authorization"), Some("Basic bWU6c2VjcmV0"));
    proxy_failure(attempt).await;

    let direct = soon(connect_with(&rig.network, &url, set("invalid, example.com"))).await.unwrap_err();
    let expected = matches!(direct, ConnectFailure::HostUnknown { .. } | ConnectFailure::Unreachable { .. });
    assert!(expected, "{direct:?}");
}

#[tokio::test]
async fn a_kind_of_proxy_that_is_not_spoken_here_is_told() {
    let network = NetworkConfig::default();
    let url = Url::parse(&format!("https://{HOST}/")).unwrap();
    let system = || Matcher::builder().all("socks4://me@127.0.0.1:1").build();
    let failure = soon(connect_with(&network, &url, system)).await.unwrap_err();
    assert!(failure.to_string().contains("socks4") && !failure.is_retryable(), "{failure}");
}

#[test]
fn a_proxys_address_is_read_with_and_without_its_parts() {
    for (text, shown) in [
        ("proxy.example:3128", "http://proxy.example:3128"),
        (" http://proxy.example/ ", "http://proxy.example"),
        ("https://me:hush@proxy.example:1", "https://proxy.example:1"),
        ("socks5h://me:hush@[::1]:1080", "socks5h://[::1]:1080"),
        ("http://me:hu@sh@proxy.example", "http://proxy.example"),
    ] {
        let url = ProxyUrl::parse(text).unwrap();
        assert_eq!(url.to_string(), shown);
        let network = NetworkConfig { proxy: Proxy::Url(url), extra_ca: None };
        assert!(!format!("{network:?}").contains("hu"), "{network:?}");
    }
    for bad in ["", "http://", "http://proxy/path", "http://proxy/?q", "socks5://", "a b"] {
        assert_eq!(ProxyUrl::parse(bad).unwrap_err(), ProxyUrlError::Invalid, "{bad}");
    }
    for other in ["socks4://proxy:1", "ftp://proxy"] {
        assert!(matches!(ProxyUrl::parse(other).unwrap_err(), ProxyUrlError::Scheme { .. }), "{other}");
    }
}
