//! Both sides of the conversation as text, one entry a side and turn.

mod extras;
mod heard;

use serde::Serialize;

pub use extras::{Page, Sources, Thumbnail, ToolCall, ToolStage};

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Speaker {
    /// The person at the microphone or keyboard.
    User,
    /// The model.
    Model,
    /// Neither: a line about the conversation itself, which its note says.
    Notice,
    /// Nobody: a function the model has called.
    Tool,
}

/// Something to say about an entry besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Note {
    /// The service answered but gave no text for this entry.
    NoTranscript,
    /// The service heard nothing it could answer.
    NothingHeard,
    /// The connection ended before the turn did.
    ConnectionLost,
    /// No answer came in time.
    NoAnswer,
    /// The session went on in a new one that was told what had been said so far.
    HistoryKept,
    /// The same, with the oldest turns left out.
    HistoryShortened,
    /// The session went on in a new one that knows nothing of what was said so far.
    HistoryLost,
    /// A timer or reminder has run out; the text is what it was for.
    TimeIsUp,
    /// The same, while the program wasn't there to tell it.
    TimeWasUp,
}

/// One side of one turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Stable for the life of the conversation.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub id: u64,
    /// The user's turn it belongs to; 0 is a greeting.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub turn: u64,
    /// Whose words.
    pub speaker: Speaker,
    /// The words, as the service transcribed them or the user typed them.
    pub text: String,
    /// Summaries of what the model thought meanwhile.
    pub thought: String,
    /// No more text is expected (a late fragment is still appended).
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The answer was cut.
    pub interrupted: bool,
    /// How much of the text was heard before the answer fell silent, in UTF-16 units from its beginning, estimated from the
    /// length of its sound; absent where nothing was cut off.
    pub heard_chars: Option<u32>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "bindings", ts(type = "number"))]
    pub started_at: u64,
    /// See [`Note`].
    pub note: Option<Note>,
    /// Pictures the user has shown with it.
    pub pictures: Vec<Thumbnail>,
    /// The call, where the entry is one.
    pub call: Option<Box<ToolCall>>,
    /// Where the answer comes from.
    pub sources: Option<Box<Sources>>,
}

/// What an edit of the transcript changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Entry(Entry),
    Append { id: u64, text: String, thought: bool },
}

/// All entries, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    entries: Vec<Entry>,
    next_id: u64,
    /// The turn whose text is a guess so far.
    interim: Option<u64>,
}

impl Transcript {
    /// Opens an entry without words yet. Nothing when it is open already.
    pub(crate) fn open(&mut self, turn: u64, speaker: Speaker, wall_ms: u64) -> Option<Change> {
        if self.find(turn, speaker).is_some() {
            return None;
        }
        Some(Change::Entry(self.add(turn, speaker, String::new(), wall_ms).clone()))
    }

    /// Appends a fragment, opening the entry if need be. An entry without words doesn't begin with a space.
    pub(crate) fn append(&mut self, turn: u64, speaker: Speaker, text: &str, wall_ms: u64) -> Option<Change> {
        let replaces = speaker == Speaker::User && self.interim.take_if(|of| *of == turn).is_some();
        if replaces && let Some(entry) = self.find(turn, speaker) {
            text.trim_start().clone_into(&mut entry.text);
            return Some(Change::Entry(entry.clone()));
        }
        if let Some(entry) = self.find(turn, speaker) {
            let text = if entry.text.is_empty() { text.trim_start() } else { text };
            if text.is_empty() {
                return None;
            }
            entry.text.push_str(text);
            if entry.note.take().is_some() {
                return Some(Change::Entry(entry.clone()));
            }
            return Some(Change::Append { id: entry.id, text: text.to_owned(), thought: false });
        }
        let text = text.trim_start();
        if text.is_empty() {
            return None;
        }
        Some(Change::Entry(self.add(turn, speaker, text.to_owned(), wall_ms).clone()))
    }

    /// Appends a piece of what the model thought.
    pub(crate) fn think(&mut self, turn: u64, text: &str, wall_ms: u64) -> Option<Change> {
        if text.is_empty() {
            return None;
        }
        if let Some(entry) = self.find(turn, Speaker::Model) {
            entry.thought.push_str(text);
            return Some(Change::Append { id: entry.id, text: text.to_owned(), thought: true });
        }
        let entry = self.add(turn, Speaker::Model, String::new(), wall_ms);
        entry.thought.push_str(text);
        Some(Change::Entry(entry.clone()))
    }

    /// What the user seems to be saying so far, in place of what was shown before.
    pub(crate) fn interim(&mut self, turn: u64, text: &str, wall_ms: u64) -> Option<Change> {
        self.open(turn, Speaker::User, wall_ms);
        let entry = self.find(turn, Speaker::User)?;
        text.trim_start().clone_into(&mut entry.text);
        let change = Change::Entry(entry.clone());
        self.interim = Some(turn);
        Some(change)
    }

    /// A turn is said again: its answer comes anew, and if it was spoken, its words do.
    pub(crate) fn restart(&mut self, turn: u64, spoken: bool) -> Vec<Change> {
        let again = |entry: &&mut Entry| {
            entry.turn == turn && (entry.speaker == Speaker::Model || (spoken && entry.speaker == Speaker::User))
        };
        let entries = self.entries.iter_mut().filter(again);
        entries
            .map(|entry| {
                entry.text.clear();
                entry.thought.clear();
                (entry.is_final, entry.interrupted, entry.note, entry.heard_chars) = (false, false, None, None);
                entry.sources = None;
                Change::Entry(entry.clone())
            })
            .collect()
    }

    /// Adds a line about the conversation itself.
    pub(crate) fn notice(&mut self, turn: u64, note: Note, wall_ms: u64) -> Change {
        let entry = self.add(turn, Speaker::Notice, String::new(), wall_ms);
        (entry.is_final, entry.note) = (true, Some(note));
        Change::Entry(entry.clone())
    }

    /// A timer has run out.
    pub(crate) fn time_is_up(&mut self, turn: u64, label: String, missed: bool, wall_ms: u64) -> Change {
        let note = if missed { Note::TimeWasUp } else { Note::TimeIsUp };
        let entry = self.add(turn, Speaker::Notice, label, wall_ms);
        (entry.is_final, entry.note) = (true, Some(note));
        Change::Entry(entry.clone())
    }

    /// Shows pictures with what the user says.
    pub(crate) fn show(&mut self, turn: u64, pictures: Vec<Thumbnail>, wall_ms: u64) -> Option<Change> {
        self.open(turn, Speaker::User, wall_ms);
        let entry = self.find(turn, Speaker::User)?;
        entry.pictures.extend(pictures);
        Some(Change::Entry(entry.clone()))
    }

    /// A call, in place of what was known of it before.
    pub(crate) fn call(&mut self, turn: u64, call: ToolCall, wall_ms: u64) -> Change {
        let known = |entry: &&mut Entry| entry.call.as_ref().is_some_and(|known| known.ticket == call.ticket);
        let at = match self.entries.iter_mut().rev().find(known) {
            Some(entry) => entry,
            None => self.add(turn, Speaker::Tool, String::new(), wall_ms),
        };
        (at.is_final, at.call) = (true, Some(Box::new(call)));
        Change::Entry(at.clone())
    }

    /// Where an answer comes from, in place of what was known of it before.
    pub(crate) fn draw_on(&mut self, turn: u64, sources: Sources, wall_ms: u64) -> Option<Change> {
        self.open(turn, Speaker::Model, wall_ms);
        let entry = self.find(turn, Speaker::Model)?;
        entry.sources = Some(Box::new(sources));
        Some(Change::Entry(entry.clone()))
    }

    /// No more words are expected of it.
    pub(crate) fn finish(
        &mut self,
        turn: u64,
        speaker: Speaker,
        interrupted: bool,
        note: Option<Note>,
    ) -> Option<Change> {
        let entry = self.find(turn, speaker)?;
        if entry.is_final && (entry.interrupted || !interrupted) && (note.is_none() || entry.note == note) {
            return None;
        }
        entry.is_final = true;
        entry.interrupted |= interrupted;
        if entry.text.is_empty() && entry.pictures.is_empty() && note.is_some() {
            entry.note = note;
        }
        Some(Change::Entry(entry.clone()))
    }

    /// Of the answer's sound only `share` (0 to 1) was heard, and so of its words.
    pub(crate) fn mark_heard(&mut self, turn: u64, share: f64) -> Option<Change> {
        let entry = self.find(turn, Speaker::Model)?;
        let heard = heard::units(&entry.text, share);
        let changed = entry.heard_chars.replace(heard) != Some(heard);
        changed.then(|| Change::Entry(entry.clone()))
    }

    /// Finishes whatever is still open, for instance when the connection has ended.
    pub(crate) fn finish_all(&mut self, note: Note) -> Vec<Change> {
        let open = self.entries.iter_mut().filter(|entry| !entry.is_final);
        open.map(|entry| {
            entry.is_final = true;
            entry.note = entry.text.is_empty().then_some(note);
            Change::Entry(entry.clone())
        })
        .collect()
    }

    /// Forgets everything; ids go on counting so that late events can't hit a new entry.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    fn add(&mut self, turn: u64, speaker: Speaker, text: String, started_at: u64) -> &mut Entry {
        self.next_id += 1;
        let entry = Entry {
            id: self.next_id,
            turn,
            speaker,
            text,
            thought: String::new(),
            is_final: false,
            interrupted: false,
            heard_chars: None,
            started_at,
            note: None,
            pictures: Vec::new(),
            call: None,
            sources: None,
        };
        self.entries.push(entry);
        let last = self.entries.len() - 1;
        &mut self.entries[last]
    }

    fn find(&mut self, turn: u64, speaker: Speaker) -> Option<&mut Entry> {
        self.entries.iter_mut().rev().find(|entry| entry.turn == turn && entry.speaker == speaker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_of_one_side_and_turn_make_one_entry() {
        let mut transcript = Transcript::default();
        let Some(Change::Entry(entry)) = transcript.append(1, Speaker::User, " hel", 5) else { panic!("no entry") };
        assert_eq!((entry.text.as_str(), entry.started_at), ("hel", 5));
        let append = transcript.append(1, Speaker::User, "lo there", 9);
        assert_eq!(append, Some(Change::Append { id: entry.id, text: "lo there".into(), thought: false }));
        let Some(Change::Entry(done)) = transcript.finish(1, Speaker::User, false, None) else { panic!("no change") };
        assert_eq!((done.text.as_str(), done.is_final, done.started_at), ("hello there", true, 5));
        assert_eq!(transcript.finish(1, Speaker::User, false, None), None);
    }

    #[test]
    fn the_two_sides_of_a_turn_are_two_entries() {
        let mut transcript = Transcript::default();
        transcript.append(1, Speaker::User, "a", 0);
        transcript.append(1, Speaker::Model, "b", 0);
        transcript.append(2, Speaker::Model, "c", 0);
        assert_eq!(transcript.entries.len(), 3);
    }

    #[test]
    fn a_turn_without_words_says_so_until_a_late_word_comes() {
        let mut transcript = Transcript::default();
        transcript.open(1, Speaker::User, 0);
        let Some(Change::Entry(entry)) = transcript.finish(1, Speaker::User, false, Some(Note::NoTranscript)) else {
            panic!("no change")
        };
        assert_eq!(entry.note, Some(Note::NoTranscript));
        let Some(Change::Entry(entry)) = transcript.append(1, Speaker::User, " late", 0) else { panic!("no change") };
        assert_eq!((entry.note, entry.text.as_str()), (None, "late"));
    }

    #[test]
    fn empty_fragments_make_no_entry() {
        let mut transcript = Transcript::default();
        assert_eq!(transcript.append(1, Speaker::Model, "", 0), None);
        assert_eq!(transcript.append(1, Speaker::Model, "  ", 0), None);
    }

    #[test]
    fn a_guess_is_replaced_by_the_next_and_then_by_the_words() {
        let mut transcript = Transcript::default();
        transcript.open(1, Speaker::User, 0);
        transcript.interim(1, "Por", 0);
        let Some(Change::Entry(entry)) = transcript.interim(1, "Por cierto,", 0) else { panic!("no change") };
        assert_eq!(entry.text, "Por cierto,");
        let Some(Change::Entry(entry)) = transcript.append(1, Speaker::User, "Por cierto, cuando", 0) else {
            panic!("no change")
        };
        assert_eq!(entry.text, "Por cierto, cuando");
        assert!(matches!(transcript.append(1, Speaker::User, " ustedes", 0), Some(Change::Append { .. })));
    }

    #[test]
    fn thoughts_stay_beside_the_words() {
        let mut transcript = Transcript::default();
        let Some(Change::Entry(entry)) = transcript.think(1, "Hm.", 0) else { panic!("no entry") };
        assert_eq!((entry.text.as_str(), entry.thought.as_str()), ("", "Hm."));
        let change = transcript.think(1, " Aha.", 0);
        assert_eq!(change, Some(Change::Append { id: entry.id, text: " Aha.".into(), thought: true }));
    }

    #[test]
    fn an_answer_that_was_cut_knows_how_far_it_was_heard() {
        let mut transcript = Transcript::default();
        transcript.append(1, Speaker::Model, "It is 8,849 metres high.", 0);
        let Some(Change::Entry(entry)) = transcript.mark_heard(1, 0.5) else { panic!("no change") };
        assert_eq!(entry.heard_chars, Some(12));
        assert_eq!(transcript.mark_heard(1, 0.5), None);
        assert_eq!(transcript.mark_heard(2, 0.5), None, "nobody spoke in that turn");
        transcript.restart(1, false);
        assert_eq!(transcript.entries[0].heard_chars, None);
    }

    #[test]
    fn a_turn_said_again_begins_anew_but_typed_words_stay() {
        let mut transcript = Transcript::default();
        transcript.append(1, Speaker::User, "typed", 0);
        transcript.append(1, Speaker::Model, "half an ans", 0);
        transcript.finish(1, Speaker::Model, false, None);
        assert_eq!(transcript.restart(1, false).len(), 1);
        assert_eq!((transcript.entries[0].text.as_str(), transcript.entries[1].text.as_str()), ("typed", ""));
        assert!(!transcript.entries[1].is_final);
        transcript.restart(1, true);
        assert_eq!(transcript.entries[0].text, "");
    }
}
