//! What is answered to whom.

use std::time::Duration;

use crate::clip::{Guide, clip};
use crate::config::{Language, Persona};
use crate::recording::{ANSWER_RATE, Recording};

/// What a user said in one turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Sound.
    Speech(Recording),
    /// Typed text.
    Text(String),
}

/// An answer: what is shown as heard, and what is spoken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Input transcript.
    pub(crate) heard: Option<String>,
    /// What is spoken, in order.
    pub(crate) segments: Vec<Segment>,
    /// The turn is refused instead: nothing to answer in it.
    pub(crate) rejected: bool,
}

/// A stretch of sound with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// At the answer rate.
    pub(crate) pcm: Vec<i16>,
    /// Output transcript in pieces that join to the whole.
    pub(crate) words: Vec<String>,
}

/// One conversation's answering side.
#[derive(Debug)]
pub(crate) struct Respondent {
    persona: Persona,
    language: Language,
    rejects_silence: bool,
    greeted: bool,
    spoken_turns: u32,
}

impl Respondent {
    /// `greeted` is for sessions that were resumed; `rejects_silence` for models that refuse near-silent turns.
    pub(crate) fn new(persona: Persona, language: Language, rejects_silence: bool, greeted: bool) -> Self {
        Self { persona, language, rejects_silence, greeted, spoken_turns: 0 }
    }

    /// Answers a turn.
    pub(crate) fn answer(&mut self, said: &Said) -> Answer {
        let first = !std::mem::replace(&mut self.greeted, true);
        match (self.persona, said) {
            (Persona::Guide, Said::Text(_)) => self.say(if first { Guide::Greeting } else { Guide::Typed }),
            (Persona::Guide, Said::Speech(sound)) if sound.is_near_silent() => self.say(Guide::HeardNothing),
            (Persona::Guide, Said::Speech(sound)) => self.repeat(sound),
            (Persona::Echo, Said::Text(_)) => {
                let segments = vec![Segment { pcm: tone(), words: vec![self.tone_note()] }];
                Answer { segments, ..Answer::default() }
            }
            (Persona::Echo, Said::Speech(sound)) if self.rejects_silence && sound.is_near_silent() => {
                Answer { rejected: true, ..Answer::default() }
            }
            (Persona::Echo, Said::Speech(sound)) => {
                Answer { heard: Some(self.heard_note(sound)), segments: vec![self.echo(sound)], rejected: false }
            }
        }
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
        Answer { heard: Some(self.heard_note(sound)), segments, rejected: false }
    }

    fn sentence(&self, guide: Guide) -> Segment {
        let clip = clip(self.language, guide);
        Segment { pcm: clip.pcm.clone(), words: pieces(&clip.text) }
    }

    fn echo(&self, sound: &Recording) -> Segment {
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
        Said::Speech(sound)
    }

    fn guide() -> Respondent {
        Respondent::new(Persona::Guide, Language::En, true, false)
    }

    fn text_of(answer: &Answer) -> String {
        answer.segments.iter().flat_map(|segment| segment.words.iter()).cloned().collect()
    }

    #[test]
    fn the_guide_greets_once_and_then_explains_that_it_cannot_read() {
        let mut guide = guide();
        let greeting = clip(Language::En, Guide::Greeting);
        assert_eq!(guide.answer(&Said::Text("hello".into())).segments[0].pcm, greeting.pcm);
        let typed = clip(Language::En, Guide::Typed);
        assert_eq!(text_of(&guide.answer(&Said::Text("hello".into()))), typed.text);
    }

    #[test]
    fn a_resumed_session_is_not_greeted_again() {
        let mut guide = Respondent::new(Persona::Guide, Language::Ja, true, true);
        assert_eq!(text_of(&guide.answer(&Said::Text("hello".into()))), clip(Language::Ja, Guide::Typed).text);
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
        let answer = Respondent::new(Persona::Guide, Language::Ja, true, true).answer(&speech(57_600));
        assert_eq!(answer.heard.as_deref(), Some(" (2.4秒 話しました)"));
    }

    #[test]
    fn a_silent_turn_sends_people_to_their_microphone() {
        let mut silence = Recording::default();
        silence.push(16_000, &vec![0; 16_000]);
        let answer = guide().answer(&Said::Speech(silence));
        assert_eq!(answer.segments[0].pcm, clip(Language::En, Guide::HeardNothing).pcm);
        assert_eq!(answer.heard, None);
    }

    #[test]
    fn the_echo_returns_what_it_got_and_nothing_else() {
        let Said::Speech(sound) = speech(30_000) else { unreachable!() };
        let expected = sound.at_answer_rate();
        let answer = Respondent::new(Persona::Echo, Language::En, true, false).answer(&Said::Speech(sound));
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
