//! What is answered to whom.

use std::time::Duration;

use crate::clip::{Guide, clip};
use crate::config::{Language, Persona};
use crate::picture::Seen;
use crate::recording::{ANSWER_RATE, Recording};

/// What a user said and showed in one turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Spoken; empty in a typed turn.
    pub(crate) sound: Recording,
    /// Typed, alone or while speaking.
    pub(crate) text: String,
    /// Shown in it, or since the answer before.
    pub(crate) seen: Seen,
}

impl Said {
    /// A typed turn.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A spoken turn.
    pub(crate) fn speech(sound: Recording) -> Self {
        Self { sound, ..Self::default() }
    }
}

/// An answer: what is shown as heard, and what is spoken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Input transcript.
    pub(crate) heard: Option<String>,
    /// What the model thinks before it speaks.
    pub(crate) thought: Option<String>,
    /// What is said first, to pass the time; the rest is a part of its own.
    pub(crate) filler: Option<Segment>,
    /// Functions are called before the rest.
    pub(crate) calls: bool,
    /// What is spoken, in order.
    pub(crate) segments: Vec<Segment>,
    /// Words sources were looked for.
    pub(crate) sources: Option<String>,
    /// The turn is refused instead: nothing to answer in it.
    pub(crate) rejected: bool,
    /// What follows.
    pub(crate) ending: Ending,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// By `turnComplete`, after `generationComplete` or without.
    Complete {
        /// With it.
        generated: bool,
    },
    /// Not yet: it waits for results of calls.
    Waiting {
        /// `generationComplete` is sent all the same.
        generated: bool,
    },
    /// Without a word: results of calls will be told in an answer of their own.
    Left,
}

impl Default for Ending {
    fn default() -> Self {
        Self::Complete { generated: true }
    }
}

impl Answer {
    /// Nothing to answer.
    pub(crate) fn rejected() -> Self {
        Self { rejected: true, ending: Ending::Complete { generated: false }, ..Self::default() }
    }

    /// A short tone that means `words`.
    pub(crate) fn tone(words: impl Into<String>) -> Self {
        Self::tones(vec![words.into()])
    }

    /// The same for words in pieces.
    fn tones(words: Vec<String>) -> Self {
        Self { segments: vec![Segment { pcm: tone(), words }], ..Self::default() }
    }
}

/// A stretch of sound with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// At the answer rate.
    pub(crate) pcm: Vec<i16>,
    /// Output transcript in pieces that join to the whole.
    pub(crate) words: Vec<String>,
}

/// One conversation's answering side; what it remembers is part of a session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Respondent {
    persona: Persona,
    language: Language,
    rejects_silence: bool,
    greeted: bool,
    spoken_turns: u32,
}

impl Respondent {
    /// `rejects_silence` is for models that refuse near-silent turns.
    pub(crate) fn new(persona: Persona, language: Language, rejects_silence: bool) -> Self {
        Self { persona, language, rejects_silence, ..Self::default() }
    }

    /// Answers a turn.
    pub(crate) fn answer(&mut self, said: &Said) -> Answer {
        let first = !std::mem::replace(&mut self.greeted, true);
        let sound = &said.sound;
        let notes = said.seen.notes(self.language);
        let mut answer = match (self.persona, sound.is_empty()) {
            (Persona::Guide, true) if first => self.say(Guide::Greeting),
            (Persona::Guide | Persona::Echo, true) if !notes.is_empty() => return Answer::tones(notes),
            (Persona::Guide, true) => self.say(Guide::Typed),
            (Persona::Guide, false) if sound.is_near_silent() => self.say(Guide::HeardNothing),
            (Persona::Guide, false) => self.repeat(sound),
            (Persona::Echo, true) => Answer::tone(self.tone_note()),
            (Persona::Echo, false) if self.rejects_silence && sound.is_near_silent() => Answer::rejected(),
            (Persona::Echo, false) => {
                Answer { heard: Some(self.heard_note(sound)), segments: vec![self.echo(sound)], ..Answer::default() }
            }
        };
        // No sound of their own: what an echo gives back stays what it got.
        if let Some(last) = answer.segments.last_mut() {
            last.words.extend(notes);
        }
        answer
    }

    /// What is shown of speech while or after it is heard, in place of its words.
    pub(crate) fn heard(&self, sound: &Recording) -> String {
        self.heard_note(sound)
    }

    /// What is said before an answer that takes its time.
    pub(crate) fn filler(&self) -> Segment {
        let words = match self.language {
            Language::En => " (one moment)",
            Language::Ja => " (少々お待ちください)",
        };
        Segment { pcm: tone(), words: vec![words.into()] }
    }

    fn say(&self, guide: Guide) -> Answer {
        Answer { segments: vec![self.sentence(guide)], ..Answer::default() }
    }

    fn repeat(&mut self, sound: &Recording) -> Answer {
        self.spoken_turns += 1;
        let mut segments = Vec::new();
        if self.spoken_turns == 1 {
            segments.push(self.sentence(Guide::Lead));
        }
        segments.push(self.echo(sound));
        if self.spoken_turns.is_multiple_of(3) {
            segments.push(self.sentence(Guide::Again));
        }
        Answer { heard: Some(self.heard_note(sound)), segments, ..Answer::default() }
    }

    fn sentence(&self, guide: Guide) -> Segment {
        let clip = clip(self.language, guide);
        Segment { pcm: clip.pcm.clone(), words: pieces(&clip.text) }
    }

    /// A sound as it came.
    pub(crate) fn echo(&self, sound: &Recording) -> Segment {
        let seconds = tenths(sound.duration());
        let note = match self.language {
            Language::En => format!(" (your own voice, {seconds} s)"),
            Language::Ja => format!(" (あなたの声 {seconds}秒)"),
        };
        Segment { pcm: sound.at_answer_rate(), words: vec![note] }
    }

    fn heard_note(&self, sound: &Recording) -> String {
        let seconds = tenths(sound.duration());
        match self.language {
            Language::En => format!(" (you spoke for {seconds} s)"),
            Language::Ja => format!(" ({seconds}秒 話しました)"),
        }
    }

    fn tone_note(&self) -> String {
        match self.language {
            Language::En => " (a tone)".into(),
            Language::Ja => " (発信音)".into(),
        }
    }
}

fn tenths(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}

/// 0.4 s of 440 Hz at -20 dBFS with 10 ms ramps.
fn tone() -> Vec<i16> {
    let length = ANSWER_RATE as usize * 2 / 5;
    let ramp = f64::from(ANSWER_RATE) / 100.0;
    let step = std::f64::consts::TAU * 440.0 / f64::from(ANSWER_RATE);
    (0..length)
        .map(|n| {
            let edge = (n.min(length - 1 - n) as f64 / ramp).min(1.0);
            (4634.0 * edge * (step * n as f64).sin()).round() as i16
        })
        .collect()
}

/// Cuts a text as the service does: a few words at a time where there are spaces, a few characters where there are none.
fn pieces(text: &str) -> Vec<String> {
    const WORDS: usize = 3;
    const CHARACTERS: usize = 8;
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    if words.len() > 1 {
        return words.chunks(WORDS).map(<[&str]>::concat).collect();
    }
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(CHARACTERS).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn speech(samples: usize) -> Said {
        let mut sound = Recording::default();
        sound.push(ANSWER_RATE, &(0..samples).map(|n| (n * 997 % 12_000) as i16 - 6000).collect::<Vec<_>>());
        Said::speech(sound)
    }

    fn guide() -> Respondent {
        Respondent::new(Persona::Guide, Language::En, true)
    }

    fn text_of(answer: &Answer) -> String {
        answer.segments.iter().flat_map(|segment| segment.words.iter()).cloned().collect()
    }

    #[test]
    fn the_guide_greets_once_and_then_explains_that_it_cannot_read() {
        let mut guide = guide();
        let greeting = clip(Language::En, Guide::Greeting);
        assert_eq!(guide.answer(&Said::text("hello")).segments[0].pcm, greeting.pcm);
        let typed = clip(Language::En, Guide::Typed);
        assert_eq!(text_of(&guide.answer(&Said::text("hello"))), typed.text);
    }

    #[test]
    fn the_guide_leads_in_once_and_encourages_every_third_time() {
        let mut guide = guide();
        let shapes: Vec<usize> = (0..6).map(|_| guide.answer(&speech(24_000)).segments.len()).collect();
        assert_eq!(shapes, [2, 1, 2, 1, 1, 2]);
    }

    #[test]
    fn transcripts_say_what_they_are() {
        let answer = guide().answer(&speech(57_600));
        assert_eq!(answer.heard.as_deref(), Some(" (you spoke for 2.4 s)"));
        assert_eq!(answer.segments[1].words, [" (your own voice, 2.4 s)"]);
        let answer = Respondent::new(Persona::Guide, Language::Ja, true).answer(&speech(57_600));
        assert_eq!(answer.heard.as_deref(), Some(" (2.4秒 話しました)"));
    }

    #[test]
    fn a_silent_turn_sends_people_to_their_microphone() {
        let mut silence = Recording::default();
        silence.push(16_000, &vec![0; 16_000]);
        let answer = guide().answer(&Said::speech(silence));
        assert_eq!(answer.segments[0].pcm, clip(Language::En, Guide::HeardNothing).pcm);
        assert_eq!(answer.heard, None);
    }

    #[test]
    fn the_echo_returns_what_it_got_and_nothing_else() {
        let said = speech(30_000);
        let expected = said.sound.at_answer_rate();
        let answer = Respondent::new(Persona::Echo, Language::En, true).answer(&said);
        assert_eq!(answer.segments.len(), 1);
        assert_eq!(answer.segments[0].pcm, expected);
    }

    #[test]
    fn pieces_join_to_the_whole() {
        for text in ["Hello, I am the guide of Vivavoce.", "こんにちは、ビバボーチェの案内役です。", "One", ""]
        {
            assert_eq!(pieces(text).concat(), text);
        }
        assert_eq!(pieces("a b c d e"), ["a b c ", "d e"]);
    }
}
