//! A room in which the microphone hears the speaker: synthetic, repeatable, and as unkind as real ones.
//!
//! The speaker's and the microphone's clocks differ, their callbacks run late, the sound takes its time and comes back from
//! the walls. What comes out of the whole front (resampling, reference, processing) can be compared with what went in.

use std::time::Duration;

use crate::{front::Front, message::CAPTURE_RATE, options::Processing, reference::Reference, report::EchoReport};

/// One room with its devices. Everything is at 16 kHz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// From the hand-over of a sample to the speaker's device until it is captured.
    pub delay: Duration,
    /// From half-time on, another delay.
    pub later: Option<Duration>,
    /// Loudness of the echo relative to what is played, in dB.
    pub echo_db: f32,
    /// By how many millionths the speaker's clock is faster than the microphone's.
    pub drift_ppm: f64,
    /// The room's own noise in dBFS (RMS).
    pub noise_dbfs: f32,
    /// Callbacks run late by up to this.
    pub jitter: Duration,
    /// Of the speaker's callbacks.
    pub period: Duration,
    /// Of the walls and of the jitter.
    pub seed: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            delay: Duration::from_millis(60),
            later: None,
            echo_db: -6.0,
            drift_ppm: 0.0,
            noise_dbfs: -65.0,
            jitter: Duration::from_millis(3),
            period: Duration::from_millis(10),
            seed: 1,
        }
    }
}

/// What became of it, sample for sample at the same time.
pub struct Heard {
    /// What the microphone captured.
    pub captured: Vec<f32>,
    /// Of that, the echo alone.
    pub echo: Vec<f32>,
    /// What would be sent.
    pub sent: Vec<f32>,
    /// What the meter says at the end.
    pub report: EchoReport,
}

/// Length of the room's answer in samples: 100 ms.
const WALLS: usize = 1_600;

/// Samples of a microphone's callback: 10 ms.
const CAPTURED: usize = 160;

impl Room {
    /// Plays `far` while somebody in the room says `near`, and processes what the microphone hears.
    pub fn hold(&self, processing: Processing, far: &[f32], near: &[f32]) -> Heard {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let heard_far = self.through_walls(far, &mut random);
        let (mut front, mut reference) = (Front::new(CAPTURE_RATE, processing, 0.0), Reference::new());
        let speaker_rate = f64::from(CAPTURE_RATE) * (1.0 + self.drift_ppm * 1e-6);
        let chunk = (self.period.as_secs_f64() * f64::from(CAPTURE_RATE)) as usize;
        let noise = 10.0_f32.powf(self.noise_dbfs / 20.0) * 3.0_f32.sqrt();
        let mut late = fastrand::Rng::with_seed(self.seed + 1);
        let mut jitter = || late.f64() * self.jitter.as_secs_f64();
        reference.restart(CAPTURE_RATE);
        let (mut captured, mut echoes, mut sent) = (Vec::new(), Vec::new(), Vec::new());
        let mut handed = 0;
        for begin in (0..near.len().min(far.len())).step_by(CAPTURED) {
            let end = begin + CAPTURED;
            let now = end as f64 / f64::from(CAPTURE_RATE);
            // Handed over before now, by the speaker's clock.
            while (handed + chunk) as f64 / speaker_rate + self.jitter.as_secs_f64() < now
                && handed + chunk <= far.len()
            {
                handed += chunk;
                let at = handed as f64 / speaker_rate + jitter();
                reference.played(&far[handed - chunk..handed], handed as u64, nanos(at));
            }
            let block: Vec<f32> = (begin..end)
                .map(|index| {
                    let time = index as f64 / f64::from(CAPTURE_RATE);
                    let delay = self.later.filter(|_| index > near.len() / 2).unwrap_or(self.delay);
                    let echo = at(&heard_far, (time - delay.as_secs_f64()) * speaker_rate);
                    echoes.push(echo);
                    echo + near.get(index).copied().unwrap_or(0.0) + noise * (2.0 * random.f32() - 1.0)
                })
                .collect();
            captured.extend(&block);
            let arrived = nanos(now + jitter() - 0.01);
            front.push(&block, arrived, arrived, &mut reference);
            while let Some(piece) = front.pop() {
                sent.extend(piece.samples);
            }
        }
        Heard { captured, echo: echoes, sent, report: front.echo() }
    }

    /// The sound as it comes back, before its delay: straight, and from walls that swallow it within 100 ms.
    fn through_walls(&self, far: &[f32], random: &mut fastrand::Rng) -> Vec<f32> {
        let mut walls: Vec<f32> = (0..WALLS)
            .map(|index| {
                let fade = (-6.9 * index as f32 / WALLS as f32).exp();
                if index == 0 { 1.0 } else { 0.15 * fade * (2.0 * random.f32() - 1.0) }
            })
            .collect();
        let energy = walls.iter().map(|tap| tap * tap).sum::<f32>().sqrt();
        let gain = 10.0_f32.powf(self.echo_db / 20.0) / energy;
        for tap in &mut walls {
            *tap *= gain;
        }
        let mut heard = vec![0.0; far.len()];
        for (index, sample) in far.iter().enumerate().filter(|(_, sample)| **sample != 0.0) {
            let reach = WALLS.min(far.len() - index);
            for (slot, tap) in heard[index..index + reach].iter_mut().zip(&walls) {
                *slot += sample * tap;
            }
        }
        heard
    }
}

/// The value between samples, by a windowed sinc of 16 points.
fn at(samples: &[f32], position: f64) -> f32 {
    let base = position.floor();
    let offset = position - base;
    (-7..=8)
        .map(|step| {
            let index = base as i64 + step;
            let sample = usize::try_from(index).ok().and_then(|index| samples.get(index)).copied().unwrap_or(0.0);
            let x = step as f64 - offset;
            let sinc = if x.abs() < 1e-9 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
            let window = 0.5 + 0.5 * (std::f64::consts::PI * x / 8.5).cos();
            sample * (sinc * window) as f32
        })
        .sum()
}

fn nanos(seconds: f64) -> u64 {
    // The clock has been running for a while when the room is entered.
    ((seconds + 10.0) * 1e9) as u64
}
