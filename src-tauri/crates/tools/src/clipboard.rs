//! The clipboard: read it, write it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::outside::{Outside, outside};
use crate::plain::plain;
use crate::tool::{
    Declaration, Fault, Mention, Nothing, Pace, Request, Risk, Tool, Touches, Work, arguments, schema_of,
};

/// Longest text that is put into the clipboard, bytes.
const LONGEST: usize = 64 * 1024;

/// Tells the model what the user has copied.
pub struct ReadClipboard(pub Arc<dyn Outside>);

impl Tool for ReadClipboard {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "read_clipboard",
            description: "Reads the text the user has copied. Only when the user speaks of what was copied.",
            parameters: schema_of::<Nothing>(),
            risk: Risk::Reads,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        arguments::<Nothing>(args)?;
        Ok(Request { touches: Touches::ClipboardRead, details: Vec::new() })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let fits = arguments::<Nothing>(args);
        let there = Arc::clone(&self.0);
        Box::pin(async move {
            fits?;
            Ok(match outside(move || there.read_clipboard()).await? {
                Some(text) => json!(text),
                None => json!("The clipboard holds no text."),
            })
        })
    }
}

/// Puts a text where the user can paste it from.
pub struct WriteClipboard(pub Arc<dyn Outside>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Text {
    /// The text, as it is to be pasted.
    text: String,
}

fn wanted(args: &Map<String, Value>) -> Result<String, Fault> {
    let text = arguments::<Text>(args)?.text;
    if text.is_empty() || text.len() > LONGEST {
        return Err(Fault::Arguments(format!("text must have 1 to {LONGEST} bytes")));
    }
    Ok(text)
}

impl Tool for WriteClipboard {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "write_clipboard",
            description: "Copies a text, so that the user can paste it. What was copied before is lost.",
            parameters: schema_of::<Text>(),
            risk: Risk::Acts,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let details = vec![("text".to_owned(), plain(&wanted(args)?))];
        Ok(Request { touches: Touches::ClipboardWritten, details })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let text = wanted(args);
        let there = Arc::clone(&self.0);
        Box::pin(async move {
            let text = text?;
            outside(move || there.write_clipboard(&text)).await?;
            Ok(json!("The text was copied."))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::outside::fake::Fake;

    fn args(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[tokio::test]
    async fn what_was_copied_is_told_and_what_was_told_is_copied() {
        let fake = Arc::new(Fake::default());
        let (read, write) = (ReadClipboard(Arc::clone(&fake) as _), WriteClipboard(Arc::clone(&fake) as _));
        assert_eq!(read.run(&args(&json!({}))).await, Ok(json!("The clipboard holds no text.")));
        fake.copy("42");
        assert_eq!(read.run(&args(&json!({}))).await, Ok(json!("42")));
        write.run(&args(&json!({"text": "a\nb"}))).await.unwrap();
        assert_eq!(fake.copied().as_deref(), Some("a\nb"));
    }

    #[tokio::test]
    async fn what_does_not_fit_changes_nothing() {
        let fake = Arc::new(Fake::default());
        fake.copy("kept");
        let write = WriteClipboard(Arc::clone(&fake) as _);
        for wrong in [json!({}), json!({"text": ""}), json!({"text": "a".repeat(LONGEST + 1)}), json!({"text": 1})] {
            assert!(write.request(&args(&wrong)).is_err() && write.run(&args(&wrong)).await.is_err());
        }
        assert_eq!(fake.copied().as_deref(), Some("kept"));
        assert!(ReadClipboard(fake).request(&args(&json!({"all": true}))).is_err());
    }
}
