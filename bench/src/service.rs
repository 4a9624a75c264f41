//! A Live server in this process that remembers what it was sent.

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};
use vivavoce_simulator::{Server, ServerConfig, TurnRecord};

use crate::line::Line;
use crate::twin::LIMIT;

/// A running server; ends on drop.
pub(crate) struct Service {
    server: Server,
    line: Option<Line>,
    runtime: Runtime,
}

impl Service {
    /// Starts one.
    pub(crate) fn start(config: ServerConfig) -> Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let server = {
            let _inside = runtime.enter();
            Server::bind(config)?
        };
        Ok(Self { server, line: None, runtime })
    }

    /// The same, with a line to it that delays whatever it sends by 0 to `most_ms` milliseconds, in order.
    pub(crate) fn with_jitter(config: ServerConfig, most_ms: u64, seed: u64) -> Result<Self> {
        let mut service = Self::start(config)?;
        let line = service.runtime.block_on(Line::to(service.server.address(), most_ms, seed))?;
        service.line = Some(line);
        Ok(service)
    }

    /// Its address for `--endpoint`.
    pub(crate) fn url(&self) -> String {
        self.line.as_ref().map_or_else(|| self.server.url(), |line| format!("ws://{}", line.address()))
    }

    /// A user turn (from 1) that held something, once it has ended. To cut an answer, the twin opens and closes a turn with
    /// nothing in it; those don't count.
    pub(crate) fn turn(&self, turn: usize) -> Result<TurnRecord> {
        let observed = self.server.observed();
        let ended = observed.wait_for(|connections| {
            let turns = &connections.first()?.turns;
            turns.iter().filter(|turn| turn.ended_at.is_some() && !turn.dropped).nth(turn - 1).cloned()
        });
        let ended = async { tokio::time::timeout(LIMIT, ended).await };
        self.runtime.block_on(ended).with_context(|| format!("the service did not see turn {turn} end"))
    }
}
