//! Gaps in answers that come unevenly.

use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use vivavoce_rig::{FIRST, Signal, Sound};
use vivavoce_simulator::{Fault, FaultAction, ServerConfig};

use super::{Bench, HEARD, Processing, USUAL};
use crate::cost::{self, Watch};
use crate::listener::{Listener, RATE};
use crate::report::{Promise, Section, Table};
use crate::service::Service;
use crate::twin::{LIMIT, Twin};

pub(super) const TITLE: &str = "Jitter";

const METHOD: &str = "\
A held tone is echoed by the simulator at four times and at once real time, over a line that delays each message by 0 to 200 ms, in \
order, in the twin's usual period of 20 ms. A listener on the speaker's monitor looks for silence of 3 ms or more inside each answer, \
and compares the tone's length with what was sent. A shorter period is shown without a promise: the device then has one period in \
hand, and a machine that leaves ready programs waiting for longer makes a gap that has nothing to do with the network. *Burst* is a typed turn answered by repeated tones that are written at once; memory is the twin's (PSS).";

/// Delay of a message at most, ms.
const JITTER: u64 = 200;
/// A gap that is heard.
const GAP: Duration = Duration::from_millis(3);
/// What a break in the tone lasts at most within one answer.
const END: Duration = Duration::from_millis(1500);
/// After this, memory has been given back.
const SETTLING: Duration = Duration::from_secs(5);

/// An answer as it was heard, ms.
#[derive(Clone, Copy, Debug)]
struct Answer {
    sent: f64,
    heard: f64,
    gaps: usize,
    silent: f64,
    longest: f64,
}

/// An answer that came at once.
struct Burst {
    answer: Answer,
    seconds: u64,
    /// MiB before, at most and after it.
    memory: [f64; 3],
}

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let usual = Twin { period: USUAL, ..bench.twin.clone() };
    let fast = replies(bench, &usual, 4.0)?;
    let slow = replies(bench, &usual, 1.0)?;
    let short = if bench.twin.period < USUAL { replies(bench, &bench.twin, 4.0)? } else { Vec::new() };
    let burst = burst(bench, &usual)?;
    let columns = ["answer", "sent", "heard", "gaps ≥ 3 ms", "silence in them", "longest"];
    let mut table = Table::new(&columns);
    let in_short = format!("4 × real time, period {} ms", bench.period_ms());
    for (name, answers) in [("4 × real time", &fast), ("real time", &slow), (&in_short, &short)] {
        for (index, answer) in answers.iter().enumerate() {
            answer.write(&format!("{name}, {}", index + 1), &mut table);
        }
    }
    burst.answer.write(&format!("burst of {} s", burst.seconds), &mut table);
    let [before, most, after] = burst.memory;
    let mut memory = Table::new(&["burst: memory, MiB", "before", "at most", "5 s after its end"]);
    memory.row(["PSS".to_owned(), format!("{before:.1}"), format!("{most:.1}"), format!("{after:.1}")]);
    let most_of = |answers: &[Answer], part: fn(&Answer) -> f64| answers.iter().map(part).reduce(f64::max);
    let missing = |answer: &Answer| (answer.sent + answer.silent - answer.heard).max(0.0);
    let json = |answers: &[Answer]| answers.iter().map(Answer::json).collect::<Vec<_>>();
    Ok(Section {
        name: "jitter",
        title: TITLE,
        method: METHOD,
        tables: vec![table, memory],
        promises: vec![
            Promise::at_most("jitter at 4 × real time: gaps", 0.0, most_of(&fast, |answer| answer.gaps as f64), "gaps"),
            Promise::at_most("jitter in real time: gaps", 1.0, most_of(&slow, |answer| answer.gaps as f64), "gaps"),
            Promise::at_most("jitter in real time: silence", 100.0, most_of(&slow, |answer| answer.silent), "ms"),
            Promise::at_most(
                "jitter: sound missing",
                5.0,
                fast.iter().chain(&slow).map(missing).reduce(f64::max),
                "ms",
            ),
            Promise::at_most("burst: sound missing", 5.0, Some(missing(&burst.answer)), "ms"),
            Promise::at_most("burst: memory kept after it", 2.0, Some(after - before), "MiB"),
        ],
        data: json!({
            "pace_4": json(&fast),
            "pace_1": json(&slow),
            "pace_4_short_period": json(&short),
            "burst": burst.answer.json(),
            "burst_memory_mib": {"before": before, "most": most, "after": after},
        }),
        late_ms: 0.0,
    })
}

/// Echoes of a tone over an uneven line.
fn replies(bench: &Bench, twin: &Twin, pace: f32) -> Result<Vec<Answer>> {
    let sound = Sound::start()?;
    let service = Service::with_jitter(ServerConfig { pace, ..ServerConfig::echo() }, JITTER, bench.random().u64(..))?;
    let mut talk = twin.talk(&sound, &service.url(), bench.arguments(Processing::Off))?;
    talk.wait_for("ready")?;
    let listener = Listener::start(&sound, &format!("{}.monitor", FIRST.speaker), bench.listener)?;
    let length = Duration::from_secs(bench.amount(20, 5));
    let tone = Signal::tone(RATE, 700.0, 0.3, length);
    let mut answers = Vec::new();
    for turn in 1..=bench.amount(3, 1) {
        talk.say("talk on")?;
        talk.wait_for_state("listening")?;
        sound.feed(&tone, FIRST.mic_feed)?.wait()?;
        let from = listener.length();
        talk.say("talk off")?;
        listener.wait_for_sound(from, HEARD, LIMIT)?;
        listener.wait_for_silence(END, HEARD, length + LIMIT)?;
        let asked = service.turn(turn)?.pcm();
        let heard = listener.so_far();
        answers.push(Answer::of(loud_ms(&asked, 16_000), &heard.samples[from..])?);
    }
    talk.quit()?;
    Ok(answers)
}

/// A long answer that is sent at once.
fn burst(bench: &Bench, twin: &Twin) -> Result<Burst> {
    let seconds = bench.amount(60, 5);
    let sound = Sound::start()?;
    let long = Fault { connection: None, turn: Some(2), action: FaultAction::Burst { seconds: Some(seconds) } };
    let service = Service::start(ServerConfig::echo().with(long))?;
    let mut talk = twin.talk(&sound, &service.url(), bench.arguments(Processing::Off))?;
    talk.wait_for("ready")?;
    // What the first answer takes for itself is no concern of the burst's.
    talk.say("say first")?;
    talk.wait_for("audio_finished")?;
    let listener = Listener::start(&sound, &format!("{}.monitor", FIRST.speaker), bench.listener)?;
    listener.wait_for_silence(END, HEARD, LIMIT)?;
    let before = cost::memory(talk.id()).pss;
    let watch = Watch::start(talk.id());
    let from = listener.length();
    talk.say("say second")?;
    listener.wait_for_sound(from, HEARD, LIMIT)?;
    listener.wait_for_silence(END, HEARD, Duration::from_secs(seconds) + LIMIT)?;
    let most = watch.end().peak.pss;
    thread::sleep(SETTLING);
    let after = cost::memory(talk.id()).pss;
    talk.quit()?;
    let heard = listener.so_far();
    let answer = Answer::of(seconds as f64 * 1000.0, &heard.samples[from..])?;
    Ok(Burst { answer, seconds, memory: [before, most, after] })
}

impl Answer {
    fn of(sent: f64, heard: &[i16]) -> Result<Self> {
        let level = (HEARD * 32_768.0) as u16;
        let loud: Vec<usize> = heard
            .iter()
            .enumerate()
            .filter(|(_, sample)| sample.unsigned_abs() > level)
            .map(|(index, _)| index)
            .collect();
        ensure!(!loud.is_empty(), "no answer was heard");
        let ms = |samples: usize| samples as f64 * 1000.0 / f64::from(RATE);
        let gaps = loud.windows(2).map(|pair| ms(pair[1] - pair[0] - 1));
        let gaps: Vec<f64> = gaps.filter(|gap| *gap >= GAP.as_secs_f64() * 1000.0).collect();
        Ok(Self {
            sent,
            heard: ms(loud[loud.len() - 1] + 1 - loud[0]),
            gaps: gaps.len(),
            silent: gaps.iter().fold(0.0, |sum, gap| sum + gap),
            longest: gaps.iter().copied().fold(0.0, f64::max),
        })
    }

    fn write(&self, name: &str, table: &mut Table) {
        let number = |value: f64| format!("{value:.1}");
        let Self { sent, heard, gaps, silent, longest } = *self;
        table.row([name.to_owned(), number(sent), number(heard), gaps.to_string(), number(silent), number(longest)]);
    }

    fn json(&self) -> Value {
        let Self { sent, heard, gaps, silent, longest } = *self;
        json!({"sent_ms": sent, "heard_ms": heard, "gaps": gaps, "silent_ms": silent, "longest_ms": longest})
    }
}

/// From the first to the last loud sample, ms.
fn loud_ms(pcm: &[i16], rate: u32) -> f64 {
    let level = (HEARD * 32_768.0) as u16;
    let is_loud = |sample: &i16| sample.unsigned_abs() > level;
    let (first, last) = (pcm.iter().position(is_loud), pcm.iter().rposition(is_loud));
    first.zip(last).map_or(0.0, |(first, last)| (last + 1 - first) as f64 * 1000.0 / f64::from(rate))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_gap_of_three_milliseconds_is_found_and_a_shorter_one_is_not() {
        let tone: Vec<i16> = Signal::tone(RATE, 700.0, 0.3, Duration::from_millis(200))
            .samples
            .iter()
            .map(|sample| (sample * 32_767.0) as i16)
            .collect();
        let silence = |ms: usize| vec![0; ms * RATE as usize / 1000];
        let heard = [silence(50), tone.clone(), silence(2), tone.clone(), silence(4), tone, silence(50)].concat();
        let answer = Answer::of(600.0, &heard).unwrap();
        assert_eq!(answer.gaps, 1);
        assert!((answer.silent - 4.0).abs() < 0.2, "{answer:?}");
        assert!((answer.heard - 606.0).abs() < 0.2, "{answer:?}");
        assert!(Answer::of(0.0, &silence(10)).is_err());
    }
}
