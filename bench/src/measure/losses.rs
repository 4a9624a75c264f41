//! Samples on their way in and out.

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use vivavoce_rig::compare::{self, Match};
use vivavoce_rig::{FIRST, Signal, Sound, speak};
use vivavoce_simulator::ServerConfig;

use super::{Bench, HEARD, Processing};
use crate::listener::{Listener, RATE};
use crate::report::{Promise, Section, Table};
use crate::service::Service;
use crate::twin::LIMIT;

pub(super) const TITLE: &str = "Losses";

const METHOD: &str = "\
Speech is fed to the microphone in a held turn and compared, in the telephone band, with what the service was sent and with what the \
speaker's monitor heard of its echo. *Correlation* is 1 for the same sound at any level. *Drift* is the largest distance of any \
100 ms piece from its place, in samples at 16 kHz: a lost or doubled sample would move all that follows. Processing changes \
the sound on purpose, its phase too, so its rows show how much, and whether anything was lost is told by the bursts of the first \
measurement. A client that does nothing but listen, with the twin's period, shows what the microphone itself gave.";

const SENTENCE: &str =
    "Please tell me what the weather will be in Tokyo tomorrow morning, and whether I need an umbrella.";
/// A client that only listens to the microphone in the same run: what is lost there the twin can't have.
const WITNESS: &str = "microphone to a listener";
/// Correlation from which a sound counts as the same.
const SAME: f64 = 0.99;

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let voice = speak(&[SENTENCE; 5][..bench.amount(5, 1)].join(" "))?;
    let mut table = Table::new(&["", "correlation", "drift", "pieces compared", "level"]);
    let (mut promises, mut data) = (Vec::new(), Map::new());
    for processing in bench.processings() {
        let title = processing.title();
        let mut numbers = Map::new();
        for (way, found) in run(bench, *processing, &voice)? {
            let Match { correlation, gain, drift, pieces, .. } = found;
            table.row([
                format!("{way}, {title}"),
                format!("{correlation:.4}"),
                drift.to_string(),
                pieces.to_string(),
                format!("{gain:+.1} dB"),
            ]);
            if *processing == Processing::Off && way != WITNESS {
                promises.push(Promise {
                    what: format!("nothing lost, {way}"),
                    limit: format!("correlation ≥ {SAME}, drift 0"),
                    measured: format!("{correlation:.4}, {drift}"),
                    kept: correlation >= SAME && drift == 0 && pieces > 0,
                });
            }
            numbers.insert(way.to_owned(), json_of(found));
        }
        data.insert(processing.name().to_owned(), numbers.into());
    }
    Ok(Section {
        name: "losses",
        title: TITLE,
        method: METHOD,
        tables: vec![table],
        promises,
        data: data.into(),
        late_ms: 0.0,
    })
}

fn run(bench: &Bench, processing: Processing, voice: &Signal) -> Result<Vec<(&'static str, Match)>> {
    let sound = Sound::start()?;
    let service = Service::start(ServerConfig::echo())?;
    let mut talk = bench.twin.talk(&sound, &service.url(), bench.arguments(processing))?;
    talk.wait_for("ready")?;
    // With the twin's own period: a shorter one would bring the twin its sound in smaller steps.
    let witness = Listener::start(&sound, FIRST.mic, bench.twin.period)?;
    let listener = Listener::start(&sound, &format!("{}.monitor", FIRST.speaker), bench.listener)?;
    talk.say("talk on")?;
    talk.wait_for_state("listening")?;
    sound.feed(voice, FIRST.mic_feed)?.wait()?;
    talk.say("talk off")?;
    talk.wait_for("audio_finished")?;
    listener.wait_for_silence(std::time::Duration::from_secs(1), HEARD, LIMIT)?;
    talk.quit()?;
    let sent = Signal::from_pcm(16_000, &service.turn(1)?.pcm());
    let ways = [
        (WITNESS, Signal::from_pcm(RATE, &witness.so_far().samples)),
        ("microphone to service", sent),
        ("microphone to service to speaker", Signal::from_pcm(RATE, &listener.so_far().samples)),
    ];
    let find = |(way, heard): (&'static str, Signal)| {
        let found = compare::find(voice, &heard).with_context(|| format!("no voice was heard: {way}"))?;
        Ok((way, found))
    };
    ways.into_iter().map(find).collect()
}

fn json_of(found: Match) -> Value {
    let Match { correlation, gain, drift, pieces, .. } = found;
    json!({"correlation": correlation, "gain_db": gain, "drift_samples": drift, "pieces": pieces})
}
