//! An interrupted answer falls silent at once and is never heard again.
//!
//! How late is late? The virtual speaker plays a sample some 20 to 60 ms after the program gave it away (PulseAudio's buffer of
//! two periods and the speaker's own), and the recording starts at an unknown instant. Both are the same for every sample of one
//! recording, so they are taken out by the answer's own start: `audio_first_played` says when its first sample was given to the
//! device, and the recording says when that sample was heard. An answer to be cut is never the first on its stream, whose first
//! period is given away twice as early as all others.

use std::time::Duration;

use vivavoce_rig::{FIRST, Recording, Signal, Sound, compare};

use crate::cli::{Cli, time};
use crate::service::Service;
use crate::steady::on_a_steady_machine;

/// What `--period-ms` is by default.
const PERIOD: Duration = Duration::from_millis(20);
/// The fade that avoids a click.
const FADE: Duration = Duration::from_millis(5);
/// What measuring adds: 1 ms steps at three places, a resampler's ringing, and the way of a line through a pipe to the
/// program's two threads on a busy machine.
const MEASURING: Duration = Duration::from_millis(10);
/// How long nothing may be heard after a cut.
const QUIET: Duration = Duration::from_millis(1500);
/// Louder than this is heard, in decibels below full scale.
const HEARD: f32 = -50.0;
/// Tones that the answers are made of.
const FIRST_TONE: f64 = 700.0;
const SECOND_TONE: f64 = 1900.0;

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn stop_silences_the_speaker_within_a_period() {
    on_a_steady_machine(|| {
        let mut talk = Conversation::with_long_answer(&[]);
        let at = talk.cli.say("stop");
        talk.cli.wait_for_event("interrupted");
        talk.assert_silent_after(at);
        talk.cli.quit();
    });
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn a_new_press_silences_the_speaker_within_a_period_and_nothing_old_is_heard_later() {
    on_a_steady_machine(|| {
        let mut talk = Conversation::with_long_answer(&[]);
        let at = talk.cli.say("talk on");
        talk.cli.wait_for_event("interrupted");
        talk.assert_silent_after(at);

        let second = Signal::tone(48_000, SECOND_TONE, 0.3, Duration::from_secs(1));
        talk.sound.feed(&second, FIRST.mic_feed).unwrap().wait().unwrap();
        let from = talk.speaker.length();
        talk.cli.say("talk off");
        talk.cli.wait_for_event("audio_finished");
        let heard = talk.speaker.stop();
        let later = heard.part(from, heard.length());
        assert!(later.resampled(16_000, 4000.0).level() > -40.0, "the second answer was not heard");
        let old = level_at(&later, FIRST_TONE);
        assert!(old < -60.0, "{old} dBFS of the cut answer came after it");
        talk.cli.quit();
    });
}

#[test]
#[ignore = "needs virtual devices: cargo xtask test"]
fn the_services_interrupted_silences_the_speaker_within_a_period() {
    on_a_steady_machine(|| {
        let mut talk = Conversation::with_long_answer(&["--mode", "hands-free"]);
        let voice = vivavoce_rig::speak("Wait, please stop for a moment, I have another question.").unwrap();
        let feed = talk.sound.feed(&voice, FIRST.mic_feed).unwrap();
        talk.cli.wait_for_event("interrupted");
        let at = talk.service.interrupted_at(2);
        talk.assert_silent_after(at);
        feed.wait().unwrap();
        talk.cli.quit();
    });
}

/// A conversation in the middle of an answer of several seconds.
struct Conversation {
    cli: Cli,
    service: Service,
    speaker: Recording,
    /// When the answer's first sample was given to the device.
    given: u64,
    /// When, in the recording, it was heard.
    heard: Duration,
    sound: Sound,
}

impl Conversation {
    fn with_long_answer(arguments: &[&str]) -> Self {
        let sound = Sound::start().unwrap();
        let service = Service::echo_in_real_time();
        let url = service.url();
        let mut all = vec!["--endpoint", &url];
        all.extend(arguments);
        let mut cli = Cli::talk(&sound, &all);
        cli.wait_for_event("ready");
        // The first answer on the stream; see above.
        cli.say("say hello");
        cli.wait_for_event("audio_finished");

        let speaker = sound.record(FIRST.speaker).unwrap();
        // Its end is still on its way through the virtual speaker when the program has given it away.
        let quiet = speaker
            .wait_for("silence after the first answer", Duration::from_secs(20), |heard| {
                compare::silent_from(heard, Duration::ZERO, Duration::from_millis(300), HEARD)
            })
            .unwrap();
        let question = Signal::tone(48_000, FIRST_TONE, 0.3, Duration::from_secs(6));
        cli.say("talk on");
        cli.wait_for_state("listening");
        sound.feed(&question, FIRST.mic_feed).unwrap().wait().unwrap();
        if arguments.is_empty() {
            cli.say("talk off");
        }
        let given = time(&cli.wait_for_event("audio_first_played"));
        let onset = speaker
            .wait_for("the answer to be heard", Duration::from_secs(20), |heard| {
                compare::first_sound(heard, quiet, HEARD)
            })
            .unwrap();
        // The answer begins with the silence before the tone, which the service heard as well.
        let asked = service.sound_of(2);
        let lead = compare::first_sound(&asked, Duration::ZERO, HEARD).unwrap();
        let heard = onset.checked_sub(lead).unwrap();
        speaker
            .wait_for("a second of the answer", Duration::from_secs(20), |signal| {
                (signal.length() > onset + Duration::from_secs(1)).then_some(())
            })
            .unwrap();
        Self { cli, service, speaker, given, heard, sound }
    }

    /// Fails unless the speaker fell silent a period and a fade after `at`, and stayed so.
    fn assert_silent_after(&self, at: u64) {
        let asked = self.heard + Duration::from_micros(at - self.given);
        let silent = self
            .speaker
            .wait_for("silence", Duration::from_secs(20), |heard| compare::silent_from(heard, asked, QUIET, HEARD))
            .unwrap();
        let took = silent.saturating_sub(asked);
        eprintln!("silent {took:?} after it was asked for");
        assert!(took <= PERIOD + FADE + MEASURING, "it took {took:?} to fall silent");
    }
}

/// The level of one tone in a signal, in decibels below full scale.
fn level_at(signal: &Signal, hz: f64) -> f32 {
    let step = std::f64::consts::TAU * hz / f64::from(signal.rate);
    let (mut re, mut im) = (0.0, 0.0);
    for (index, sample) in signal.samples.iter().enumerate() {
        let angle = step * index as f64;
        re += f64::from(*sample) * angle.cos();
        im += f64::from(*sample) * angle.sin();
    }
    let amplitude = 2.0 * re.hypot(im) / signal.samples.len() as f64;
    (20.0 * (amplitude / std::f64::consts::SQRT_2).max(1e-9).log10()) as f32
}
