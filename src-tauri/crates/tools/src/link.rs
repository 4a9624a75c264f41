//! Opening an address in the user's browser, and which addresses may be.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::outside::{Outside, outside};
use crate::plain::plain;
use crate::tool::{Declaration, Fault, Mention, Pace, Request, Risk, Tool, Touches, Work, arguments, schema_of};

/// Longest address that is opened, in bytes; command lines have an end, and no honest address comes near.
pub const LONGEST_LINK: usize = 8_192;

/// Why an address is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Too long to be meant.
    #[error("longer than {LONGEST_LINK} bytes")]
    TooLong,
    /// No address at all.
    #[error("{0}")]
    NoAddress(String),
    /// Of something other than the web: files, scripts, other programs.
    #[error("not an address of the web")]
    NotOfTheWeb,
    /// Somebody's name stands where the host is looked for.
    #[error("a name or password in front of the host")]
    Disguised,
}

/// An address of the web: whole, and without a name and password that could be taken for the host. Written as the browser will
/// understand it, so that a host in other letters is seen for what it is.
pub fn web_address(address: &str) -> Result<Url, LinkError> {
    if address.len() > LONGEST_LINK {
        return Err(LinkError::TooLong);
    }
    let url = Url::parse(address).map_err(|error| LinkError::NoAddress(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(LinkError::NotOfTheWeb);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(LinkError::Disguised);
    }
    Ok(url)
}

/// Opens an address in the user's browser.
pub struct OpenLink(pub Arc<dyn Outside>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// The whole address, beginning with https://.
    url: String,
}

fn wanted(args: &Map<String, Value>) -> Result<Url, Fault> {
    web_address(&arguments::<Link>(args)?.url).map_err(|error| Fault::Arguments(error.to_string()))
}

impl Tool for OpenLink {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "open_link",
            description: "Opens a web page in the user's browser. Only when the user wants to see it.",
            parameters: schema_of::<Link>(),
            risk: Risk::Acts,
            pace: Pace::Slow,
            mention: Mention::Silently,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let url = wanted(args)?;
        let details = vec![
            // The host alone, since that is what tells a trick from what was meant.
            ("host".to_owned(), plain(url.host_str().unwrap_or_default())),
            ("url".to_owned(), plain(url.as_str())),
        ];
        Ok(Request { touches: Touches::Browser, details })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let url = wanted(args);
        let there = Arc::clone(&self.0);
        Box::pin(async move {
            let url = url?;
            outside(move || there.open_link(&url)).await?;
            Ok(json!("The page was opened."))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::outside::fake::Fake;

    #[test]
    fn addresses_of_the_web_are_taken() {
        for address in ["https://example.com/a?b=c#d", "http://localhost:8080/", "HTTPS://例え.jp/"] {
            assert!(web_address(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn a_host_in_other_letters_is_written_so_that_everybody_sees_it() {
        assert_eq!(web_address("https://аpple.com/").map(String::from), Ok("https://xn--pple-43d.com/".into()));
    }

    #[test]
    fn everything_else_is_refused() {
        let long = format!("https://example.com/{}", "a".repeat(LONGEST_LINK));
        for address in [
            "javascript:alert(1)",
            " \u{1}javascript:alert(1)",
            "java\nscript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,hello",
            "mailto:someone@example.com",
            "vivavoce://talk",
            "--help",
            "/usr/bin/true",
            "example.com",
            "https://",
            "https://example.com@example.net/",
            "https://example.com:secret@example.net/",
            "",
            &long,
        ] {
            assert!(web_address(address).is_err(), "{address}");
        }
    }

    #[tokio::test]
    async fn what_is_opened_is_what_was_shown() {
        let fake = Arc::new(Fake::default());
        let tool = OpenLink(Arc::clone(&fake) as Arc<dyn Outside>);
        let args = json!({"url": "https://аpple.com/a\u{202e}b"});
        let args = args.as_object().unwrap();
        let request = tool.request(args).unwrap();
        assert_eq!(request.details[0].1, "xn--pple-43d.com");
        tool.run(args).await.unwrap();
        assert_eq!(fake.opened(), [request.details[1].1.clone()]);
        assert!(tool.request(json!({"url": "file:///etc/passwd"}).as_object().unwrap()).is_err());
        assert!(tool.run(json!({"url": "file:///etc/passwd"}).as_object().unwrap()).await.is_err());
        assert_eq!(fake.opened().len(), 1);
    }
}
