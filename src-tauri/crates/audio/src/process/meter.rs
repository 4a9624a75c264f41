//! How much of the echo is removed, measured at both ends of the canceller.
//!
//! While something is played, the power of what was heard is compared with the power of what is left, 10 ms by 10 ms. Where
//! somebody speaks as well, much is left, and rightly: so only the best third of the blocks counts.

use std::collections::VecDeque;

use crate::{
    front::BLOCK,
    report::{EchoReport, EchoState},
};

/// Blocks that are looked at: 3 s of played sound.
const WINDOW: usize = 300;

/// Blocks before anything is said: half a second.
const ENOUGH: usize = 50;

/// Played sound after which a canceller that doesn't work won't: 5 s.
const PATIENCE: usize = 500;

/// An echo may come this many blocks after its cause: 400 ms.
const REACH: usize = 40;

/// Played sound quieter than this makes no echo worth the name: -50 dBFS.
const FAR_FLOOR: f32 = 1e-5;

/// Removed echo from which it works, in dB; less than [`POOR`] is none.
const GOOD: f32 = 20.0;
const POOR: f32 = 10.0;

/// An echo this much above the room's own noise can be measured: 6 dB.
const AUDIBLE: f32 = 4.0;

/// Powers of one block: what was heard, and what of it is left.
#[derive(Clone, Copy)]
struct Pair {
    heard: f32,
    left: f32,
}

/// See the module's documentation.
pub(crate) struct EchoMeter {
    /// What was heard in the last block; the canceller is a block late.
    heard: Option<f32>,
    window: VecDeque<Pair>,
    /// Blocks since something was played.
    since: usize,
    /// Blocks with something played, in all.
    active: usize,
    /// Power of the room without any echo, followed slowly.
    noise: Option<f32>,
}

impl EchoMeter {
    pub(crate) fn new() -> Self {
        Self { heard: None, window: VecDeque::with_capacity(WINDOW), since: usize::MAX, active: 0, noise: None }
    }

    /// Takes one block of what was played, heard, and is left.
    pub(crate) fn note(&mut self, far: &[f32; BLOCK], heard: &[f32; BLOCK], left: &[f32; BLOCK]) {
        let Some(heard) = self.heard.replace(power(heard)) else {
            return;
        };
        let plays = power(far) > FAR_FLOOR;
        self.since = if plays { 0 } else { self.since.saturating_add(1) };
        if self.since > REACH {
            let noise = self.noise.get_or_insert(heard);
            *noise = if heard < *noise { heard } else { *noise * 1.005 };
            return;
        }
        if plays {
            self.active += 1;
        }
        if self.window.len() == WINDOW {
            self.window.pop_front();
        }
        self.window.push_back(Pair { heard, left: power(left) });
    }

    /// What it comes to, with the canceller's own estimate of the delay in ms.
    pub(crate) fn report(&self, delay_ms: Option<u32>) -> EchoReport {
        if self.active < ENOUGH {
            return EchoReport::default();
        }
        let (heard, left) = self.best_third();
        let removed = 10.0 * (heard.max(1e-12) / left.max(1e-12)).log10();
        let is_audible = heard > AUDIBLE * self.noise.unwrap_or(0.0).max(1e-9);
        let state = match () {
            () if !is_audible || removed >= GOOD => EchoState::Converged,
            () if self.active >= PATIENCE && removed < POOR => EchoState::Failing,
            () => EchoState::Learning,
        };
        EchoReport { state, removed_db: is_audible.then(|| removed.round()), delay_ms }
    }

    /// Mean powers of the third of the blocks in which the least of what was heard is left. Blocks in which nothing was heard say
    /// nothing.
    fn best_third(&self) -> (f32, f32) {
        let loudest = self.window.iter().fold(0.0_f32, |loudest, pair| loudest.max(pair.heard));
        let mut telling: Vec<Pair> = self.window.iter().filter(|pair| pair.heard > loudest * 1e-3).copied().collect();
        telling.sort_by(|a, b| (a.left * b.heard).total_cmp(&(b.left * a.heard)));
        let best = &telling[..telling.len().div_ceil(3)];
        let (heard, left) = best.iter().fold((0.0, 0.0), |(heard, left), pair| (heard + pair.heard, left + pair.left));
        let count = best.len().max(1) as f32;
        (heard / count, left / count)
    }
}

fn power(block: &[f32; BLOCK]) -> f32 {
    block.iter().map(|sample| sample * sample).sum::<f32>() / BLOCK as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A meter after some seconds of played sound whose echo is `heard` loud and `left` loud after cancelling.
    fn after(seconds: usize, heard: f32, left: f32) -> EchoReport {
        let mut meter = EchoMeter::new();
        for _ in 0..200 {
            meter.note(&[0.0; BLOCK], &[1e-3; BLOCK], &[1e-3; BLOCK]);
        }
        for _ in 0..seconds * 100 {
            meter.note(&[0.1; BLOCK], &[heard; BLOCK], &[left; BLOCK]);
        }
        meter.report(Some(40))
    }

    #[test]
    fn nothing_is_said_before_anything_was_played() {
        assert_eq!(after(0, 0.1, 0.1), EchoReport::default());
    }

    #[test]
    fn the_removed_decibels_are_told() {
        let report = after(4, 0.1, 0.001);
        assert_eq!(report.state, EchoState::Converged);
        assert!(report.removed_db.is_some_and(|removed| (removed - 40.0).abs() < 1.0), "{report:?}");
    }

    #[test]
    fn an_echo_that_stays_is_a_failure_after_five_seconds_and_not_before() {
        assert_eq!(after(4, 0.1, 0.08).state, EchoState::Learning);
        assert_eq!(after(6, 0.1, 0.08).state, EchoState::Failing);
    }

    #[test]
    fn without_an_echo_nothing_needs_removing() {
        let report = after(6, 1e-3, 1e-3);
        assert_eq!((report.state, report.removed_db), (EchoState::Converged, None));
    }

    #[test]
    fn somebody_who_speaks_half_of_the_time_is_no_echo() {
        let mut meter = EchoMeter::new();
        for block in 0..1_000 {
            let left = if block / 100 % 2 == 0 { 0.001 } else { 0.09 };
            meter.note(&[0.1; BLOCK], &[0.1; BLOCK], &[left; BLOCK]);
        }
        assert_eq!(meter.report(None).state, EchoState::Converged);
    }
}
