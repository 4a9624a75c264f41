//! Whom encryption trusts.

use super::*;

#[tokio::test]
async fn a_made_up_authority_is_trusted_through_its_file_only() {
    let authority = Authority::new();
    let (listener, address) = listen().await;
    tokio::spawn(greet(listener, authority.acceptor("localhost")));
    let url = format!("wss://localhost:{}/", address.port());
    let mut stream = reach(&authority.trusted(), &url).await.unwrap();
    assert_eq!(greeting(&mut stream).await, "hello");
    for stranger in [NetworkConfig::default(), Authority::new().trusted()] {
        let failure = reach(&stranger, &url).await.unwrap_err();
        assert!(matches!(failure, ConnectFailure::Tls { .. }), "{failure:?}");
        assert!(!failure.is_retryable());
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let (listener, address) = listen().await;
    tokio::spawn(greet(listener, authority.acceptor("other.example")));
    let url = format!("https://localhost:{}/", address.port());
    let failure = reach(&authority.trusted(), &url).await.unwrap_err();
    assert!(matches!(failure, ConnectFailure::Tls { .. }), "{failure:?}");
}

/// What is said of a file with this content.
async fn said_of(content: &[u8]) -> String {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    of_file(file.path()).await
}

async fn of_file(path: &std::path::Path) -> String {
    let (_listener, address) = listen().await;
    let network = NetworkConfig { proxy: Proxy::Direct, extra_ca: Some(path.to_owned()) };
    match reach(&network, &format!("https://{address}/")).await.unwrap_err() {
        ConnectFailure::CaFile { path: named, detail } => {
            assert_eq!(named, path);
            detail
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_file_of_certificates_is_told() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for without in [&b""[..], b"hello", key.as_bytes()] {
        assert_eq!(said_of(without).await, "there is no certificate in it");
    }
    let broken = said_of(b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n").await;
    assert!(broken.starts_with("it is damaged"), "{broken}");
    let other = said_of(b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n").await;
    assert!(other.starts_with("it holds something else"), "{other}");
    let long = said_of(&vec![b' '; 5 << 20]).await;
    assert!(long.contains("too long"), "{long}");
}

#[tokio::test]
async fn a_missing_file_of_certificates_is_told_before_anything_is_trusted_without_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!of_file(&folder.path().join("none.pem")).await.is_empty());
    assert!(!of_file(folder.path()).await.is_empty(), "a folder is no file");
}
