//! From the launch to a session.

use anyhow::Result;
use serde_json::json;
use vivavoce_rig::Sound;
use vivavoce_simulator::ServerConfig;

use super::Bench;
use crate::report::{Promise, Section, Table};
use crate::service::Service;
use crate::statistics::{Spread, json_of};

pub(super) const TITLE: &str = "Start";

const METHOD: &str = "\
From just before the twin's process is made to its event `ready`, on loopback: the program is loaded, the connection made, the session \
set up. *Floor* is the same program printing its version.";

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let sound = Sound::start()?;
    let service = Service::start(ServerConfig::echo())?;
    let (mut ready, mut floor) = (Vec::new(), Vec::new());
    // The first run reads the program from disk.
    for _ in 0..=bench.amount(20, 5) {
        floor.push(bench.twin.launch(&sound)?);
        let mut talk = bench.twin.talk(&sound, &service.url(), &[])?;
        let event = talk.wait_for("ready")?;
        ready.push((event.at - talk.started) / 1000.0);
        talk.quit()?;
    }
    let (ready, floor) = (Spread::of(ready.into_iter().skip(1)), Spread::of(floor.into_iter().skip(1)));
    let mut table = Table::of_times("");
    table.times("**launch to ready**", ready);
    table.times("floor: launch to end of `--version`", floor);
    Ok(Section {
        name: "start",
        title: TITLE,
        method: METHOD,
        tables: vec![table],
        promises: vec![Promise::at_most("launch to ready: median", 100.0, ready.map(|ready| ready.median), "ms")],
        data: json!({
            "ready_ms": json_of(ready),
            "floor_ms": json_of(floor),
            "ratio_to_floor": ready.zip(floor).map(|(ready, floor)| ready.median / floor.median),
        }),
        late_ms: 0.0,
    })
}
