//! The guide's recorded sentences.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::OnceLock;

use serde::Deserialize;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use crate::config::Language;
use crate::recording::{ANSWER_RATE, resample};

/// A sentence of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guide {
    /// Who speaks, and how to talk to it.
    Greeting,
    /// It can only repeat voices; press and speak.
    Typed,
    /// Nothing was heard; check the microphone.
    HeardNothing,
    /// Well done; try interrupting.
    Again,
    /// Goes before the speaker's own voice.
    Lead,
}

impl Guide {
    const ALL: [Self; 5] = [Self::Greeting, Self::Typed, Self::HeardNothing, Self::Again, Self::Lead];

    fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Typed => "typed",
            Self::HeardNothing => "heard_nothing",
            Self::Again => "again",
            Self::Lead => "lead",
        }
    }

    fn file(self, language: Language) -> &'static [u8] {
        match (language, self) {
            (Language::En, Self::Greeting) => include_bytes!("../assets/voice/en/greeting.ogg"),
            (Language::En, Self::Typed) => include_bytes!("../assets/voice/en/typed.ogg"),
            (Language::En, Self::HeardNothing) => include_bytes!("../assets/voice/en/heard_nothing.ogg"),
            (Language::En, Self::Again) => include_bytes!("../assets/voice/en/again.ogg"),
            (Language::En, Self::Lead) => include_bytes!("../assets/voice/en/lead.ogg"),
            (Language::Ja, Self::Greeting) => include_bytes!("../assets/voice/ja/greeting.ogg"),
            (Language::Ja, Self::Typed) => include_bytes!("../assets/voice/ja/typed.ogg"),
            (Language::Ja, Self::HeardNothing) => include_bytes!("../assets/voice/ja/heard_nothing.ogg"),
            (Language::Ja, Self::Again) => include_bytes!("../assets/voice/ja/again.ogg"),
            (Language::Ja, Self::Lead) => include_bytes!("../assets/voice/ja/lead.ogg"),
        }
    }
}

/// A recorded sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clip {
    /// What it says.
    pub text: String,
    /// 24 kHz mono.
    pub pcm: Vec<i16>,
}

/// A sentence of the guide; all of a language are decoded at its first use.
pub fn clip(language: Language, guide: Guide) -> &'static Clip {
    static EN: OnceLock<Vec<Clip>> = OnceLock::new();
    static JA: OnceLock<Vec<Clip>> = OnceLock::new();
    let cell = match language {
        Language::En => &EN,
        Language::Ja => &JA,
    };
    &cell.get_or_init(|| Guide::ALL.map(|guide| load(language, guide)).into())[guide as usize]
}

/// What `clips.json` says of one clip.
#[derive(Debug, Deserialize)]
struct Described {
    text: String,
}

fn load(language: Language, guide: Guide) -> Clip {
    let pcm = decode(guide.file(language)).unwrap_or_else(|error| {
        tracing::error!(clip = guide.name(), %error, "a recorded sentence is unreadable");
        Vec::new()
    });
    Clip { text: text(language, guide), pcm }
}

fn text(language: Language, guide: Guide) -> String {
    let texts: BTreeMap<String, BTreeMap<String, Described>> =
        serde_json::from_str(include_str!("../assets/voice/clips.json")).unwrap_or_default();
    let language = match language {
        Language::En => "en",
        Language::Ja => "ja",
    };
    texts.get(language).and_then(|clips| clips.get(guide.name())).map(|clip| clip.text.clone()).unwrap_or_default()
}

/// Decodes Ogg Vorbis to mono at the answer rate.
fn decode(file: &'static [u8]) -> Result<Vec<i16>, Error> {
    let source =
        MediaSourceStream::new(Box::new(Cursor::new(file)), symphonia::core::io::MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe().probe(
        Hint::new().with_extension("ogg"),
        source,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format.default_track(TrackType::Audio).ok_or(Error::Unsupported("no sound in it"))?;
    let id = track.id;
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let parameters = parameters.ok_or(Error::Unsupported("no sound in it"))?;
    let mut decoder =
        symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
    let (mut pcm, mut rate, mut block) = (Vec::new(), ANSWER_RATE, Vec::<i16>::new());
    while let Some(packet) = format.next_packet()? {
        if packet.track_id != id {
            continue;
        }
        let decoded = decoder.decode(&packet)?;
        rate = decoded.spec().rate();
        let channels = decoded.spec().channels().count().max(1);
        block.resize(decoded.samples_interleaved(), 0);
        decoded.copy_to_slice_interleaved(&mut block);
        pcm.extend(block.iter().step_by(channels));
    }
    Ok(if rate == ANSWER_RATE { pcm } else { resample(&pcm, rate) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[derive(Deserialize)]
    struct Timed {
        seconds: f64,
    }

    #[test]
    fn every_sentence_is_there_as_long_as_described_and_audible() {
        let described: BTreeMap<String, BTreeMap<String, Timed>> =
            serde_json::from_str(include_str!("../assets/voice/clips.json")).unwrap();
        for (language, name) in [(Language::En, "en"), (Language::Ja, "ja")] {
            for guide in Guide::ALL {
                let clip = clip(language, guide);
                let seconds = clip.pcm.len() as f64 / f64::from(ANSWER_RATE);
                let expected = described[name][guide.name()].seconds;
                assert!((seconds - expected).abs() < 0.1, "{guide:?} lasts {seconds} s instead of {expected} s");
                assert!(!clip.text.is_empty(), "{guide:?} has no text");
                let peak = clip.pcm.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
                assert!((3000..32_767).contains(&peak), "{guide:?} peaks at {peak}");
            }
        }
    }
}
