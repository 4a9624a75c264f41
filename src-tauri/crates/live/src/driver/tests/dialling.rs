//! Opening a socket, and every way in which that fails.

use super::*;
use crate::access::{BearerSource, GoogleCloud, TokenUrl};
use crate::loopback::{Seen, listen, serve};
use crate::message::Setup;
use crate::network::Proxy;

#[tokio::test]
async fn the_upgrade_names_the_method_and_carries_the_key_in_a_header_and_nowhere_else() {
    let rig = Rig::new().await;
    rig.tell(DriverCommand::Connect);
    let (stream, _) = soon(rig.listener.accept()).await.unwrap();
    let mut seen = None;
    #[expect(clippy::result_large_err, reason = "the signature tungstenite asks for")]
    let look = |request: &Request, response: Response| {
        seen = Some((request.uri().to_string(), request.headers().clone()));
        Ok(response)
    };
    soon(tokio_tungstenite::accept_hdr_async(stream, look)).await.unwrap();
    let (uri, headers) = seen.unwrap();
    assert_eq!(uri, "/base/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent");
    assert_eq!(headers["x-goog-api-key"], "key-1");
    assert!(!headers.contains_key("sec-websocket-protocol"));
}

#[tokio::test]
async fn a_refused_port_is_refused() {
    let Rig { handle, mut events, listener } = Rig::new().await;
    drop(listener);
    handle.send(DriverCommand::Connect).unwrap();
    loop {
        if let DriverEvent::Session(Event::Closed(reason), _) = soon(events.recv()).await.unwrap() {
            assert_eq!(reason.kind, CloseKind::ConnectFailed(ConnectFailure::Refused));
            break;
        }
    }
}

/// Why `target` can't be opened.
async fn failure_to_open(target: &Target) -> ConnectFailure {
    soon(dial::open(target, &Setup::default())).await.err().unwrap()
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_unknown() {
    let mut target = Target::new(Endpoint::parse("https://no-such-host.invalid").unwrap(), Access::None);
    target.network.proxy = Proxy::Direct;
    let failure = failure_to_open(&target).await;
    // Without a network the resolver cannot tell.
    let expected = matches!(failure, ConnectFailure::HostUnknown { .. } | ConnectFailure::Unreachable { .. });
    assert!(expected, "{failure:?}");
}

#[tokio::test]
async fn a_host_that_never_answers_times_out() {
    let config = SessionConfig { setup_timeout: Duration::from_millis(100), ..SessionConfig::default() };
    let mut rig = Rig::with(config).await;
    rig.tell(DriverCommand::Connect);
    let (_silent, _) = soon(rig.listener.accept()).await.unwrap();
    assert_eq!(rig.closed().await, CloseKind::ConnectFailed(ConnectFailure::Timeout));
}

/// Answers the upgrade with `answer` and tells how dialling failed.
async fn failure_on(answer: &'static [u8]) -> CloseKind {
    let mut rig = Rig::new().await;
    rig.tell(DriverCommand::Connect);
    let (mut stream, _) = soon(rig.listener.accept()).await.unwrap();
    let mut request = [0; 4096];
    assert!(soon(stream.read(&mut request)).await.unwrap() > 0);
    stream.write_all(answer).await.unwrap();
    stream.shutdown().await.unwrap();
    rig.closed().await
}

#[tokio::test]
async fn an_http_error_keeps_its_status() {
    let kind = failure_on(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(kind, CloseKind::ConnectFailed(ConnectFailure::HttpStatus { status: 403 }));
}

#[tokio::test]
async fn what_is_no_websocket_server_is_told_apart() {
    for answer in [&b"SSH-2.0-OpenSSH_9.2\r\n\r\n"[..], b"HTTP/1.1 200 OK\r\n\r\nhello", b""] {
        let kind = failure_on(answer).await;
        let expected = matches!(
            kind,
            CloseKind::ConnectFailed(ConnectFailure::NotWebSocket { .. } | ConnectFailure::HttpStatus { status: 200 })
        );
        assert!(expected, "{kind:?}");
    }
}

#[tokio::test]
async fn a_plain_server_behind_an_encrypted_address_is_a_tls_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("https://{}", listener.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    });
    let failure = failure_to_open(&Target::new(endpoint, Access::None)).await;
    assert!(matches!(failure, ConnectFailure::Tls { .. }), "{failure:?}");
    drop(server.await);
}

#[tokio::test]
async fn a_key_that_no_header_may_hold_is_told_before_dialling() {
    let mut rig = Rig::new().await;
    let endpoint = Endpoint::parse(&format!("ws://{}", rig.listener.local_addr().unwrap())).unwrap();
    rig.tell(DriverCommand::Target(Box::new(Target::new(endpoint, Access::key("a\nb")))));
    rig.tell(DriverCommand::Connect);
    assert_eq!(rig.closed().await, CloseKind::ConnectFailed(ConnectFailure::CredentialUnusable));
}

/// Opens `target` and tells what the server at `listener` saw of the upgrade.
async fn upgraded(target: Target, listener: &TcpListener) -> Seen {
    let setup = Setup { model: "models/m".into(), ..Setup::default() };
    let opening = tokio::spawn(async move { dial::open(&target, &setup).await.map(drop) });
    // An upgrade is a request like any other up to its answer.
    let seen = serve(listener, 403, "").await;
    assert_eq!(soon(opening).await.unwrap(), Err(ConnectFailure::HttpStatus { status: 403 }));
    seen
}

#[tokio::test]
async fn a_bought_token_opens_the_constrained_method_and_the_key_stays_home() {
    let (listener, address) = listen().await;
    let endpoint = Endpoint::parse(&format!("ws://{address}")).unwrap();
    let target = Target::new(endpoint, Access::Minted { key: "key-1".to_owned().into() });
    let setup = Setup { model: "models/m".into(), ..Setup::default() };
    let opening = tokio::spawn(async move { dial::open(&target, &setup).await.map(drop) });
    let order = serve(&listener, 200, r#"{"name": "auth_tokens/t1"}"#).await;
    assert!(order.line.starts_with("POST /v1alpha/auth_tokens "), "{}", order.line);
    let upgrade = serve(&listener, 403, "").await;
    let path = "/ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContentConstrained";
    assert_eq!(upgrade.line, format!("GET {path} HTTP/1.1"));
    assert_eq!(upgrade.header("authorization"), Some("Token auth_tokens/t1"));
    assert_eq!(upgrade.header("x-goog-api-key"), None);
    assert!(soon(opening).await.unwrap().is_err());
}

#[tokio::test]
async fn a_fetched_token_opens_the_constrained_method() {
    let (tokens, tokens_at) = listen().await;
    let (listener, address) = listen().await;
    let url = TokenUrl::parse(&format!("http://{tokens_at}/live")).unwrap();
    let endpoint = Endpoint::parse(&format!("ws://{address}")).unwrap();
    let token = serve(&tokens, 200, "auth_tokens/t2");
    let (_, upgrade) = tokio::join!(token, upgraded(Target::new(endpoint, Access::TokenUrl(url)), &listener));
    assert!(upgrade.line.contains(".v1alpha.GenerativeService.BidiGenerateContentConstrained "), "{}", upgrade.line);
    assert_eq!(upgrade.header("authorization"), Some("Token auth_tokens/t2"));
}

#[cfg(unix)]
#[tokio::test]
async fn google_cloud_is_shown_the_bearers_token_and_who_pays() {
    let (listener, address) = listen().await;
    let endpoint = Endpoint::parse(&format!("ws://{address}")).unwrap().with_location("us-central1").unwrap();
    let bearer = BearerSource::Command(vec!["echo".into(), "ya29.a".into()]);
    let access = Access::GoogleCloud(GoogleCloud { bearer, quota_project: Some("p-1".into()) });
    let upgrade = upgraded(Target::new(endpoint, access), &listener).await;
    assert!(upgrade.line.starts_with("GET /ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent "));
    assert_eq!(upgrade.header("authorization"), Some("Bearer ya29.a"));
    assert_eq!(upgrade.header("x-goog-user-project"), Some("p-1"));
}

#[tokio::test]
async fn a_server_that_wants_to_know_nobody_is_told_nothing() {
    let (listener, address) = listen().await;
    let endpoint = Endpoint::parse(&format!("ws://{address}")).unwrap();
    let upgrade = upgraded(Target::new(endpoint, Access::None), &listener).await;
    assert_eq!((upgrade.header("x-goog-api-key"), upgrade.header("authorization")), (None, None));
}
