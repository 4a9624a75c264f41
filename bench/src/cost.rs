//! What a process costs: processor time by thread, memory.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Ticks of `/proc/PID/stat` a second: fixed in Linux's interface to programs.
const TICKS: f64 = 100.0;
/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Memory of a process, MiB.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Its share of what is resident: shared pages count in parts.
    pub(crate) pss: f64,
    /// All that is resident.
    pub(crate) rss: f64,
}

/// Memory now; zero of a process that is gone.
pub(crate) fn memory(id: u32) -> Memory {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let field = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1024.0
    };
    Memory { pss: field("Pss:"), rss: field("Rss:") }
}

/// Number of threads now.
pub(crate) fn threads(id: u32) -> usize {
    fs::read_dir(format!("/proc/{id}/task")).map_or(0, Iterator::count)
}

/// Looks at a process over a stretch of time.
pub(crate) struct Watch {
    id: u32,
    started: Instant,
    ticks: f64,
    threads: BTreeMap<u32, (String, f64)>,
    stop: Arc<AtomicBool>,
    peak_pss_kb: Arc<AtomicU64>,
    peak_rss_kb: Arc<AtomicU64>,
    watcher: Option<JoinHandle<()>>,
}

/// What was seen.
#[derive(Clone, Debug)]
pub(crate) struct Cost {
    /// Percent of one core, user and system.
    pub(crate) percent: f64,
    /// The same by thread, the dearest first. A library's threads have the name of the one that started them, so each has
    /// a number: the order in which they were started.
    pub(crate) by_thread: Vec<(String, f64)>,
    /// The most memory.
    pub(crate) peak: Memory,
    /// Memory at the end.
    pub(crate) end: Memory,
    /// Threads at the end.
    pub(crate) threads: usize,
}

impl Watch {
    /// Watches from now on.
    pub(crate) fn start(id: u32) -> Self {
        let (stop, peak_pss_kb, peak_rss_kb) =
            (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let (told, pss, rss) = (Arc::clone(&stop), Arc::clone(&peak_pss_kb), Arc::clone(&peak_rss_kb));
        let watcher = thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                let now = memory(id);
                pss.fetch_max((now.pss * 1024.0) as u64, Ordering::Relaxed);
                rss.fetch_max((now.rss * 1024.0) as u64, Ordering::Relaxed);
                thread::park_timeout(LOOK_EVERY);
            }
        });
        let (ticks, threads) = (ticks(id), thread_seconds(id));
        Self { id, started: Instant::now(), ticks, threads, stop, peak_pss_kb, peak_rss_kb, watcher: Some(watcher) }
    }

    /// What it cost until now.
    pub(crate) fn end(mut self) -> Cost {
        let wall = self.started.elapsed().as_secs_f64();
        let used = (ticks(self.id) - self.ticks) / TICKS;
        let mut of_a_name = BTreeMap::<String, u32>::new();
        let mut by_thread: Vec<(String, f64)> = thread_seconds(self.id)
            .into_iter()
            .map(|(thread, (name, seconds))| {
                let before = self.threads.get(&thread).map_or(0.0, |(_, seconds)| *seconds);
                let number = of_a_name.entry(name.clone()).or_default();
                *number += 1;
                (format!("{name} {number}"), (seconds - before) / wall * 100.0)
            })
            .collect();
        by_thread.sort_by(|a, b| b.1.total_cmp(&a.1));
        let end = memory(self.id);
        self.finish();
        let peak = |kilobytes: &AtomicU64| kilobytes.load(Ordering::Relaxed) as f64 / 1024.0;
        Cost {
            percent: used / wall * 100.0,
            by_thread,
            peak: Memory { pss: peak(&self.peak_pss_kb).max(end.pss), rss: peak(&self.peak_rss_kb).max(end.rss) },
            end,
            threads: threads(self.id),
        }
    }

    fn finish(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(watcher) = self.watcher.take() {
            watcher.thread().unpark();
            let _ = watcher.join();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.finish();
    }
}

/// User and system time of a process in ticks.
fn ticks(id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name, the second field, may hold anything; what follows it doesn't hold a bracket.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum()
}

/// Name and processor time (seconds, to the nanosecond) of each thread, by its id.
fn thread_seconds(id: u32) -> BTreeMap<u32, (String, f64)> {
    let mut found = BTreeMap::new();
    let Ok(tasks) = fs::read_dir(format!("/proc/{id}/task")) else { return found };
    for task in tasks.flatten() {
        let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        let nanoseconds: f64 = read("schedstat").split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0.0);
        if let Some(thread) = task.file_name().to_str().and_then(|name| name.parse().ok()) {
            found.insert(thread, (read("comm").trim().to_owned(), nanoseconds / 1e9));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_process_is_seen_to_be_busy_and_to_have_memory() {
        let id = std::process::id();
        let before = ticks(id);
        let watch = Watch::start(id);
        while ticks(id) < before + 5.0 {
            std::hint::spin_loop();
        }
        let cost = watch.end();
        assert!(cost.percent > 0.0, "{cost:?}");
        assert!(cost.by_thread.iter().any(|(_, percent)| *percent > 0.0), "{cost:?}");
        assert!(cost.peak.pss > 0.0 && cost.peak.rss >= cost.peak.pss && cost.threads > 0, "{cost:?}");
    }
}
