//! Processor time and memory.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Map, Value, json};
use vivavoce_rig::{FIRST, Sound, speak};
use vivavoce_simulator::ServerConfig;

use super::{Bench, USUAL};
use crate::cost::{Cost, Watch};
use crate::report::{Promise, Section, Table};
use crate::service::Service;
use crate::twin::{Talk, Twin};

pub(super) const TITLE: &str = "Processor and memory";

const METHOD: &str = "\
A conversation of one minute, in which a voice speaks for some seconds and is echoed by the service, again and again, with all \
processing there is; the same in the twin's usual period, which is what is promised; half a minute connected without talking; \
and half a minute with a service that can't be reached. Percent are of one core, user and system time; memory is the twin's own \
share (PSS) and all that is resident (RSS), each at most.";

const SENTENCE: &str = "Please tell me what the weather will be in Tokyo tomorrow morning.";
/// Nothing listens there.
const NOWHERE: &str = "ws://127.0.0.1:9";
/// What a start costs is no concern of what comes after it.
const SETTLING: Duration = Duration::from_secs(2);

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let mut costs = vec![conversation(bench, &bench.twin)?];
    if bench.twin.period != USUAL {
        costs.push(conversation(bench, &Twin { period: USUAL, ..bench.twin.clone() })?);
    }
    costs.push(connected(bench)?);
    costs.push(unreachable(bench)?);
    let mut table = Table::new(&["", "processor", "PSS", "RSS", "PSS at the end", "threads"]);
    let mut threads = Table::new(&["by thread", "the dearest, % of one core"]);
    let mut data = Map::new();
    for (name, cost) in &costs {
        let mib = |value: f64| format!("{value:.1} MiB");
        table.row([
            name.clone(),
            format!("{:.2} %", cost.percent),
            mib(cost.peak.pss),
            mib(cost.peak.rss),
            mib(cost.end.pss),
            cost.threads.to_string(),
        ]);
        let dear = cost.by_thread.iter().filter(|(_, percent)| *percent >= 0.01);
        let dear = dear.map(|(thread, percent)| format!("`{thread}` {percent:.2}")).collect::<Vec<_>>().join(", ");
        threads.row([name.clone(), dear]);
        data.insert(name.clone(), json_of(cost));
    }
    let of = |index: usize, part: fn(&Cost) -> f64| costs.get(index).map(|(_, cost)| part(cost));
    let idle = costs.len() - 2;
    Ok(Section {
        name: "cost",
        title: TITLE,
        method: METHOD,
        promises: vec![
            Promise::at_most("processor in a conversation, usual period", 4.0, of(idle - 1, |cost| cost.percent), "%"),
            Promise::at_most("memory in a conversation, PSS", 25.0, of(0, |cost| cost.peak.pss), "MiB"),
            Promise::at_most("processor when connected and not talking", 1.0, of(idle, |cost| cost.percent), "%"),
        ],
        tables: vec![table, threads],
        data: data.into(),
        late_ms: 0.0,
    })
}

/// A conversation of a minute.
fn conversation(bench: &Bench, twin: &Twin) -> Result<(String, Cost)> {
    let sound = Sound::start()?;
    let service = Service::start(ServerConfig { record: false, ..ServerConfig::echo() })?;
    let processing = bench.most_processing();
    let mut talk = twin.talk(&sound, &service.url(), bench.arguments(processing))?;
    talk.wait_for("ready")?;
    let voice = speak(SENTENCE)?;
    let end = Instant::now() + Duration::from_secs(bench.amount(60, 10));
    let watch = Watch::start(talk.id());
    while Instant::now() < end {
        talk.say("talk on")?;
        talk.wait_for_state("listening")?;
        sound.feed(&voice, FIRST.mic_feed)?.wait()?;
        talk.say("talk off")?;
        talk.wait_for("audio_finished")?;
    }
    let cost = watch.end();
    talk.quit()?;
    Ok((format!("conversation, period {} ms, {}", twin.period.as_millis(), processing.title()), cost))
}

fn connected(bench: &Bench) -> Result<(String, Cost)> {
    let sound = Sound::start()?;
    let service = Service::start(ServerConfig::echo())?;
    let mut talk = bench.twin.talk(&sound, &service.url(), bench.arguments(bench.most_processing()))?;
    talk.wait_for("ready")?;
    let cost = rest(bench, &talk);
    talk.quit()?;
    Ok(("connected, not talking".to_owned(), cost))
}

fn unreachable(bench: &Bench) -> Result<(String, Cost)> {
    let sound = Sound::start()?;
    let talk = bench.twin.talk(&sound, NOWHERE, bench.arguments(bench.most_processing()))?;
    let cost = rest(bench, &talk);
    talk.quit()?;
    Ok(("never connected".to_owned(), cost))
}

/// Half a minute in which nothing is asked of the twin.
fn rest(bench: &Bench, talk: &Talk) -> Cost {
    thread::sleep(SETTLING);
    let watch = Watch::start(talk.id());
    thread::sleep(Duration::from_secs(bench.amount(30, 5)));
    watch.end()
}

fn json_of(cost: &Cost) -> Value {
    let by_thread: Map<String, Value> =
        cost.by_thread.iter().map(|(name, percent)| (name.clone(), json!(percent))).collect();
    json!({
        "percent": cost.percent,
        "peak_pss_mib": cost.peak.pss,
        "peak_rss_mib": cost.peak.rss,
        "end_pss_mib": cost.end.pss,
        "threads": cost.threads,
        "percent_by_thread": by_thread,
    })
}
