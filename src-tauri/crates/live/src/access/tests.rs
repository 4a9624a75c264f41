//! Credentials had from servers and programs, over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::Value;

use super::*;
use crate::loopback::{listen, serve, soon};

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000)
}

async fn asked(access: &Access, endpoint: &Endpoint) -> Result<(&'static str, String), ConnectFailure> {
    let network = NetworkConfig::default();
    let setup = Setup { model: "models/m".into(), ..Setup::default() };
    let credential = soon(access.credential(endpoint, &network, &setup, noon())).await?;
    let (name, value) = credential.expect("there is one").header();
    Ok((name, value.expose_secret().to_owned()))
}

#[tokio::test]
async fn a_key_buys_a_token_for_the_settings_at_hand() {
    let (listener, address) = listen().await;
    let endpoint = Endpoint::parse(&format!("http://{address}/base")).unwrap();
    let access = Access::Minted { key: "key-1".to_owned().into() };
    let answer = serve(&listener, 200, r#"{"name": "auth_tokens/t1"}"#);
    let (credential, seen) = tokio::join!(asked(&access, &endpoint), answer);
    assert_eq!(credential.unwrap(), ("authorization", "Token auth_tokens/t1".into()));
    assert_eq!(seen.line, "POST /base/v1alpha/auth_tokens HTTP/1.1");
    assert_eq!(seen.header("x-goog-api-key"), Some("key-1"));
    assert!(!seen.body.contains("key-1"));
    let order: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(order["bidiGenerateContentSetup"]["model"], "models/m");
    assert_eq!(order["fieldMask"], "model");
}

#[tokio::test]
async fn a_key_the_service_refuses_buys_nothing() {
    let (listener, address) = listen().await;
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let access = Access::Minted { key: "key-1".to_owned().into() };
    let refusal = r#"{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}"#;
    let (credential, _) = tokio::join!(asked(&access, &endpoint), serve(&listener, 400, refusal));
    assert_eq!(credential.unwrap_err(), ConnectFailure::KeyRefused { detail: "API key not valid.".into() });
}

#[tokio::test]
async fn a_service_that_is_not_there_sells_nothing_and_is_asked_again() {
    let (listener, address) = listen().await;
    drop(listener);
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let failure = asked(&Access::Minted { key: "key-1".to_owned().into() }, &endpoint).await.unwrap_err();
    assert_eq!(failure, ConnectFailure::Refused);
}

#[tokio::test]
async fn google_cloud_sells_no_tokens() {
    let endpoint = Endpoint::vertex("global").unwrap();
    let failure = asked(&Access::Minted { key: "key-1".to_owned().into() }, &endpoint).await.unwrap_err();
    assert!(failure.to_string().contains("sign in with an account"), "{failure}");
}

#[tokio::test]
async fn an_organisations_server_is_asked_for_each_connection() {
    let (listener, address) = listen().await;
    let access = Access::TokenUrl(TokenUrl::parse(&format!("http://{address}/live?team=1")).unwrap());
    let endpoint = Endpoint::gemini();
    for number in 1..=2 {
        let body = format!(r#"{{"token": "auth_tokens/{number}"}}"#);
        let (credential, seen) = tokio::join!(asked(&access, &endpoint), serve(&listener, 200, &body));
        assert_eq!(credential.unwrap(), ("authorization", format!("Token auth_tokens/{number}")));
        assert_eq!(seen.line, "GET /live?team=1 HTTP/1.1");
        assert_eq!(seen.header("accept"), Some("application/json"));
    }
}

#[tokio::test]
async fn an_organisations_server_that_is_gone_is_named_and_asked_again() {
    let (listener, address) = listen().await;
    drop(listener);
    let access = Access::TokenUrl(TokenUrl::parse(&format!("http://{address}/hush")).unwrap());
    let failure = asked(&access, &Endpoint::gemini()).await.unwrap_err();
    assert!(failure.to_string().contains("127.0.0.1: the server refused"), "{failure}");
    assert!(failure.is_retryable() && !failure.to_string().contains("hush"));
}

#[test]
fn printing_an_access_shows_no_secret() {
    let secret = || "hush".to_owned().into();
    let cloud = |bearer| Access::GoogleCloud(GoogleCloud { bearer, quota_project: Some("p-1".into()) });
    for access in [
        Access::None,
        Access::key("hush"),
        Access::Key(secret()),
        Access::Minted { key: secret() },
        Access::TokenUrl(TokenUrl::parse("https://t.example/hush?hush#hush").unwrap()),
        cloud(BearerSource::Command(vec!["print-token".into(), "--password=hush".into()])),
        cloud(BearerSource::ApplicationDefault),
    ] {
        let target = crate::target::Target::new(Endpoint::gemini(), access);
        assert!(!format!("{target:?} {target:#?}").contains("hush"), "{target:?}");
    }
}

#[cfg(unix)]
mod programs {
    use super::super::google_cloud::from_command;
    use super::*;

    async fn printed(patience: Duration, command: &[&str]) -> Result<String, ConnectFailure> {
        let command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        soon(from_command(&command, patience)).await.map(|token| token.expose_secret().to_owned())
    }

    async fn shell(script: &str) -> Result<String, ConnectFailure> {
        printed(Duration::from_secs(15), &["sh", "-c", script]).await
    }

    #[tokio::test]
    async fn the_first_line_a_program_prints_is_the_token() {
        assert_eq!(shell("echo ya29.a; echo more; echo warning >&2").await.unwrap(), "ya29.a");
        let cloud =
            GoogleCloud { bearer: BearerSource::Command(vec!["echo".into(), "$HOME".into()]), quota_project: None };
        assert_eq!(cloud.bearer().await.unwrap().expose_secret(), "$HOME", "no shell reads the arguments");
    }

    #[tokio::test]
    async fn a_program_that_prints_no_token_is_told_without_telling_what_it_printed() {
        for script in ["true", "echo", "echo hush hush", "echo hush; exit 3", "echo hush >&2; exit 1"] {
            let failure = shell(script).await.unwrap_err();
            assert!(failure.to_string().contains("sh "), "{failure}");
            assert!(!format!("{failure} {failure:?}").contains("hush"), "{failure}");
            assert!(!failure.is_retryable());
        }
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_is_stopped() {
        let failure = printed(Duration::from_millis(500), &["sleep", "600"]).await.unwrap_err();
        assert!(failure.to_string().contains("stopped after 0.5 s"), "{failure}");
        assert!(failure.is_retryable());
    }

    #[tokio::test]
    async fn a_program_that_prints_for_ever_is_not_read_for_ever() {
        let failure = printed(Duration::from_secs(15), &["yes", "not a token"]).await.unwrap_err();
        assert!(matches!(failure, ConnectFailure::TokenUnavailable { .. }), "{failure}");
    }

    #[tokio::test]
    async fn a_program_that_does_not_exist_is_named() {
        let failure = printed(Duration::from_secs(15), &["no-such-program-anywhere"]).await.unwrap_err();
        assert!(failure.to_string().contains("no-such-program-anywhere can't be run"), "{failure}");
        for nothing in [&[][..], &[""]] {
            assert!(printed(Duration::from_secs(15), nothing).await.is_err());
        }
    }
}
