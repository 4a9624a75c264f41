//! Notes: what the user wants kept.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::Clock;
use crate::kept::{Kept, KeptError};
use crate::outside::outside;
use crate::plain::plain;
use crate::tool::{
    Declaration, Fault, Mention, Nothing, Pace, Request, Risk, Tool, Touches, Work, arguments, schema_of,
};

/// Longest note, bytes.
const LONGEST: usize = 4096;

/// So many are kept at most; then one has to go before another comes.
const MOST: usize = 500;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KeptNote {
    /// Names it; never used again for another.
    pub id: u32,
    /// What was wanted kept.
    pub text: String,
    /// When, milliseconds since the Unix epoch.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub at: i64,
}

/// All notes, in a file of their own.
pub struct Notes {
    kept: Mutex<Kept<KeptNote>>,
    clock: Clock,
}

impl Notes {
    /// What the file holds; without one they last for this run.
    pub fn open(path: Option<PathBuf>, clock: Clock) -> (Arc<Self>, Option<KeptError>) {
        let (kept, error) = Kept::open(path);
        (Arc::new(Self { kept: Mutex::new(kept), clock }), error)
    }

    /// All of them, the oldest first.
    pub fn list(&self) -> Vec<KeptNote> {
        self.lock().items().to_vec()
    }

    /// Keeps one more.
    fn add(&self, text: &str) -> Result<KeptNote, String> {
        let at = self.clock.now().as_millisecond();
        let mut kept = self.lock();
        if kept.items().len() >= MOST {
            return Err(format!("There are {MOST} notes already; one has to be deleted first."));
        }
        let id = kept.items().iter().map(|note| note.id).max().unwrap_or(0) + 1;
        let note = KeptNote { id, text: text.to_owned(), at };
        kept.change(|notes| notes.push(note.clone())).map_err(|error| error.to_string())?;
        Ok(note)
    }

    /// Forgets one, and says whether there was one.
    pub fn delete(&self, id: u32) -> Result<bool, KeptError> {
        let mut kept = self.lock();
        if kept.items().iter().all(|note| note.id != id) {
            return Ok(false);
        }
        kept.change(|notes| notes.retain(|note| note.id != id)).map(|()| true)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept<KeptNote>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a note.
pub struct AddNote(pub Arc<Notes>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Text {
    /// What to keep, in the user's words.
    text: String,
}

fn wanted(args: &Map<String, Value>) -> Result<String, Fault> {
    let text = arguments::<Text>(args)?.text.trim().to_owned();
    if text.is_empty() || text.len() > LONGEST {
        return Err(Fault::Arguments(format!("text must have 1 to {LONGEST} bytes")));
    }
    Ok(text)
}

impl Tool for AddNote {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "add_note",
            description: "Keeps a note for the user.",
            parameters: schema_of::<Text>(),
            risk: Risk::Acts,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        Ok(Request { touches: Touches::NotesChanged, details: vec![("text".to_owned(), plain(&wanted(args)?))] })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let text = wanted(args);
        let notes = Arc::clone(&self.0);
        Box::pin(async move {
            let text = text?;
            let note = outside(move || notes.add(&text)).await?;
            Ok(json!({ "id": note.id, "kept": true }))
        })
    }
}

/// Tells the model all notes.
pub struct ListNotes(pub Arc<Notes>);

impl Tool for ListNotes {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "list_notes",
            description: "Reads the user's notes, with the id of each.",
            parameters: schema_of::<Nothing>(),
            risk: Risk::Reads,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        arguments::<Nothing>(args)?;
        Ok(Request { touches: Touches::NotesRead, details: Vec::new() })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let list = arguments::<Nothing>(args).map(|_| self.0.list());
        let zone = self.0.clock.home();
        Box::pin(async move {
            let told = list?.into_iter().map(|note| {
                let at = jiff::Timestamp::from_millisecond(note.at).unwrap_or_default().to_zoned(zone.clone());
                json!({ "id": note.id, "text": note.text, "kept_at": at.strftime("%Y-%m-%d %H:%M").to_string() })
            });
            Ok(json!({ "notes": told.collect::<Vec<_>>() }))
        })
    }
}

/// Forgets a note.
pub struct DeleteNote(pub Arc<Notes>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The note's id, from list_notes.
    id: u32,
}

impl Tool for DeleteNote {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "delete_note",
            description: "Deletes one of the user's notes for good.",
            parameters: schema_of::<Which>(),
            risk: Risk::Acts,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let id = arguments::<Which>(args)?.id;
        let note = self.0.list().into_iter().find(|note| note.id == id);
        let note = note.ok_or_else(|| Fault::Arguments(format!("there is no note {id}")))?;
        Ok(Request { touches: Touches::NotesChanged, details: vec![("delete".to_owned(), plain(&note.text))] })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let which = arguments::<Which>(args);
        let notes = Arc::clone(&self.0);
        Box::pin(async move {
            let id = which?.id;
            let deleted = outside(move || notes.delete(id).map_err(|error| error.to_string())).await?;
            Ok(json!({ "deleted": deleted }))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn args(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[tokio::test]
    async fn a_note_is_kept_told_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("notes.json"));
        let (notes, error) = Notes::open(path.clone(), Clock::fixed("2026-11-23T08:30:00Z", "Asia/Tokyo"));
        assert!(error.is_none());
        let add = AddNote(Arc::clone(&notes));
        assert_eq!(add.run(&args(&json!({"text": " Buy tea "}))).await, Ok(json!({"id": 1, "kept": true})));
        add.run(&args(&json!({"text": "Call Ada"}))).await.unwrap();
        // Another run of the program.
        let (notes, _) = Notes::open(path, Clock::fixed("2026-11-24T08:30:00Z", "Asia/Tokyo"));
        let told = ListNotes(Arc::clone(&notes)).run(&args(&json!({}))).await.unwrap();
        assert_eq!(told["notes"][0], json!({"id": 1, "text": "Buy tea", "kept_at": "2026-11-23 17:30"}));
        let delete = DeleteNote(Arc::clone(&notes));
        assert_eq!(delete.request(&args(&json!({"id": 1}))).unwrap().details[0].1, "Buy tea", "it is shown which");
        assert_eq!(delete.run(&args(&json!({"id": 1}))).await, Ok(json!({"deleted": true})));
        assert!(delete.request(&args(&json!({"id": 1}))).is_err());
        assert_eq!(notes.list().iter().map(|note| note.id).collect::<Vec<_>>(), [2]);
    }

    #[tokio::test]
    async fn what_does_not_fit_is_refused() {
        let (notes, _) = Notes::open(None, Clock::system());
        let add = AddNote(Arc::clone(&notes));
        for wrong in [json!({"text": "  "}), json!({"text": "a".repeat(LONGEST + 1)}), json!({"note": "x"})] {
            assert!(add.request(&args(&wrong)).is_err(), "{wrong}");
        }
        for _ in 0..MOST {
            add.run(&args(&json!({"text": "x"}))).await.unwrap();
        }
        let fault = add.run(&args(&json!({"text": "x"}))).await.unwrap_err();
        assert!(fault.to_string().contains("500 notes"), "{fault}");
    }
}
