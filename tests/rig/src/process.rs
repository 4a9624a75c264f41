//! Child processes that never outlive their owner.

use std::ffi::OsStr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a condition is looked at while waiting for it.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A running child, killed and reaped on drop.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts `command`; the error names the program that could not be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = std::iter::once(command.get_program()).chain(command.get_args()).find(|word| !is_prefix(word));
        let name = name.unwrap_or_default().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("could not start {name}; is it installed?"))?;
        Ok(Self { name, child })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Gives the first thread of a process that lays its priority down when it starts [`real_time`] priority again.
    pub(crate) fn make_real_time(&self) -> Result<()> {
        if may_be_real_time() {
            let id = self.id().to_string();
            Command::new(CHRT[0]).args(&CHRT[1..2]).args(["--pid", CHRT[2], &id]).status()?;
        }
        Ok(())
    }

    /// Fails when the process has already ended.
    pub fn ensure_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended with {status}", self.name),
        }
    }

    /// Waits for a natural end; kills the process and fails when `limit` passes first.
    pub fn wait(mut self, limit: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                bail!("{} was still running after {limit:?}", self.name);
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Ends the process now.
    pub fn kill(&mut self) {
        // Both fail only when it is gone already, which is what was asked for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that starts `program` with real-time priority where this user may give it, and plainly elsewhere.
///
/// On a desktop, rtkit gives it to whatever handles sound. Without it, a busy machine lets 20 ms blocks of sound fall, and a
/// test would tell of the machine instead of the program.
pub fn real_time(program: impl AsRef<OsStr>) -> Command {
    if !may_be_real_time() {
        return Command::new(program);
    }
    let mut command = Command::new(CHRT[0]);
    command.args(&CHRT[1..]).arg(program);
    command
}

const CHRT: [&str; 3] = ["chrt", "--rr", "1"];

fn may_be_real_time() -> bool {
    static ALLOWED: OnceLock<bool> = OnceLock::new();
    *ALLOWED.get_or_init(|| {
        let tried = Command::new(CHRT[0]).args(&CHRT[1..]).arg("true").stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    })
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether a word belongs to [`real_time`] and not to the program it starts.
fn is_prefix(word: &OsStr) -> bool {
    CHRT.iter().any(|prefix| word == *prefix)
}

/// Looks at `condition` until it gives a value; fails with `what` when `limit` passes first.
pub fn wait_until<T>(what: &str, limit: Duration, condition: impl FnMut() -> Option<T>) -> Result<T> {
    wait_looking_every(LOOK_EVERY, what, limit, condition)
}

/// [`wait_until`] for a condition that costs something to look at.
pub(crate) fn wait_looking_every<T>(
    pause: Duration,
    what: &str,
    limit: Duration,
    mut condition: impl FnMut() -> Option<T>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = condition() {
            return Ok(value);
        }
        if Instant::now() >= deadline {
            bail!("waited {limit:?} in vain: {what}");
        }
        thread::sleep(pause);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn is_alive(id: u32) -> bool {
        std::path::Path::new(&format!("/proc/{id}")).exists()
    }

    #[test]
    fn a_dropped_process_is_gone() {
        let process = Process::start(Command::new("sleep").arg("60")).unwrap();
        let id = process.id();
        assert!(is_alive(id));
        drop(process);
        assert!(!is_alive(id));
    }

    #[test]
    fn a_process_is_gone_after_a_panic() {
        let id = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        let shared = id.clone();
        std::thread::spawn(move || {
            let process = Process::start(Command::new("sleep").arg("60")).unwrap();
            shared.store(process.id(), std::sync::atomic::Ordering::SeqCst);
            panic!("on purpose");
        })
        .join()
        .unwrap_err();
        assert!(!is_alive(id.load(std::sync::atomic::Ordering::SeqCst)));
    }

    #[test]
    fn a_program_that_does_not_exist_is_named() {
        let error = Process::start(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(error.to_string().contains("no-such-program-here"));
    }

    #[test]
    fn waiting_in_vain_says_for_what() {
        let error = wait_until("the moon", Duration::from_millis(20), || None::<()>).unwrap_err();
        assert!(error.to_string().contains("the moon"));
    }
}
