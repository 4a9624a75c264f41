//! The service's list of models and its opinion of keys, over real sockets.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::access::TokenUrl;
use crate::endpoint::Endpoint;
use crate::loopback::{listen, serve, soon};

fn target(address: std::net::SocketAddr, access: Access) -> Target {
    Target::new(Endpoint::parse(&format!("http://{address}/base")).unwrap(), access)
}

#[tokio::test]
async fn the_pages_of_the_list_become_one() {
    let (listener, address) = listen().await;
    let target = target(address, Access::key("key-1"));
    let server = async {
        let first = serve(&listener, 200, r#"{"models": [{"name": "models/a"}], "nextPageToken": "n&1"}"#).await;
        assert_eq!(first.line, "GET /base/v1beta/models?pageSize=1000 HTTP/1.1");
        assert_eq!(first.header("x-goog-api-key"), Some("key-1"));
        let second = serve(&listener, 200, r#"{"models": [{"name": "models/b"}]}"#).await;
        assert_eq!(second.line, "GET /base/v1beta/models?pageSize=1000&pageToken=n%261 HTTP/1.1");
    };
    let (list, ()) = tokio::join!(soon(list_models(&target)), server);
    let list: Value = serde_json::from_slice(&list.unwrap().unwrap()).unwrap();
    assert_eq!(list, json!({"models": [{"name": "models/a"}, {"name": "models/b"}]}));
}

#[tokio::test]
async fn a_list_without_end_ends() {
    let (listener, address) = listen().await;
    let target = target(address, Access::None);
    let server = async {
        for _ in 0..MOST_PAGES {
            serve(&listener, 200, r#"{"models": [{}], "nextPageToken": "again"}"#).await;
        }
    };
    let (list, ()) = tokio::join!(soon(list_models(&target)), server);
    let list: Value = serde_json::from_slice(&list.unwrap().unwrap()).unwrap();
    assert_eq!(list["models"].as_array().unwrap().len(), MOST_PAGES);
}

#[tokio::test]
async fn what_is_no_list_is_told() {
    for body in ["", "[]", "<html>"] {
        let (listener, address) = listen().await;
        let target = target(address, Access::None);
        let (list, _) = tokio::join!(soon(list_models(&target)), serve(&listener, 200, body));
        assert_eq!(list.unwrap_err().kind, CloseKind::Unknown, "{body}");
    }
}

#[tokio::test]
async fn tokens_and_accounts_do_not_open_the_list() {
    let url = TokenUrl::parse("https://t.example/").unwrap();
    assert_eq!(list_models(&Target::new(Endpoint::gemini(), Access::TokenUrl(url))).await, Ok(None));
    let cloud = Target::new(Endpoint::vertex("global").unwrap(), Access::key("key-1"));
    assert_eq!(list_models(&cloud).await, Ok(None));
}

/// What the service's answer says of a key.
async fn opinion(status: u16, message: &str, why: &str) -> Result<(), CloseReason> {
    let (listener, address) = listen().await;
    let target = target(address, Access::Minted { key: "key-1".to_owned().into() });
    let body = json!({"error": {"message": message, "details": [{"reason": why}]}}).to_string();
    let (opinion, seen) = tokio::join!(soon(check_key(&target)), serve(&listener, status, &body));
    assert_eq!(seen.header("x-goog-api-key"), Some("key-1"));
    opinion
}

#[tokio::test]
async fn a_good_key_is_good_and_a_bad_one_is_told_by_what_is_bad_about_it() {
    assert_eq!(opinion(200, "", "").await, Ok(()));
    let wrong = opinion(400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID").await.unwrap_err();
    assert_eq!(wrong.kind, CloseKind::KeyInvalid);
    assert_eq!(wrong.reason, "API key not valid. Please pass a valid API key.");
    assert_eq!(opinion(401, "UNAUTHENTICATED", "").await.unwrap_err().kind, CloseKind::KeyInvalid);
    assert_eq!(
        opinion(403, "The caller does not have permission", "").await.unwrap_err().kind,
        CloseKind::Precondition
    );
    assert_eq!(opinion(429, "Quota exceeded", "").await.unwrap_err().kind, CloseKind::Quota);
}

#[tokio::test]
async fn a_token_servers_key_is_good_when_it_gives_a_token() {
    for (status, body, good) in [(200, "auth_tokens/1", true), (403, "no", false)] {
        let (listener, address) = listen().await;
        let url = TokenUrl::parse(&format!("http://{address}/")).unwrap();
        let target = Target::new(Endpoint::gemini(), Access::TokenUrl(url));
        let (opinion, _) = tokio::join!(soon(check_key(&target)), serve(&listener, status, body));
        assert_eq!(opinion.is_ok(), good, "{opinion:?}");
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_has_no_opinion() {
    let (listener, address) = listen().await;
    drop(listener);
    let kind = soon(check_key(&target(address, Access::key("key-1")))).await.unwrap_err().kind;
    assert_eq!(kind, CloseKind::ConnectFailed(ConnectFailure::Refused));
}
