//! Addresses that lead out of the program.

use url::Url;

use crate::view::CommandError;

/// Longest address that is opened, in bytes; command lines have an end, and no honest address comes near.
const LONGEST: usize = 8_192;

/// Opens a web address in the user's browser. [`CommandError::Invalid`] for anything else, and when no browser starts.
pub(crate) fn open(address: &str) -> Result<(), CommandError> {
    let url = web_address(address)?;
    open::that_detached(url.as_str()).map_err(|error| refused(error.to_string()))
}

/// What the user was shown: whole, of the web, and without a name and password that could be taken for the host.
fn web_address(address: &str) -> Result<Url, CommandError> {
    if address.len() > LONGEST {
        return Err(refused(format!("longer than {LONGEST} bytes")));
    }
    let url = Url::parse(address).map_err(|error| refused(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("not an address of the web"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("a name or password in front of the host"));
    }
    Ok(url)
}

fn refused(detail: impl Into<String>) -> CommandError {
    CommandError::Invalid { field: "url".into(), detail: detail.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let long = format!("https://example.com/{}", "a".repeat(LONGEST));
        for address in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,hello",
            "mailto:someone@example.com",
            "vivavoce://talk",
            "--help",
            "/usr/bin/true",
            "example.com",
            "https://",
            "https://example.com@example.net/",
            "",
            &long,
        ] {
            assert!(matches!(web_address(address), Err(CommandError::Invalid { .. })), "{address}");
        }
    }
}
