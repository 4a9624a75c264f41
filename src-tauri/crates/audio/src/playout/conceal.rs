//! A gap in mid-turn bridged: the last pitch period again and again, fading, until the sound goes on.

use super::{stretch::repeat, tail::Tail};

/// Repetitions sound at full level for 30 ms...
const HELD: f32 = 0.03;

/// ...and are gone 70 ms later.
const FADED: f32 = 0.07;

/// Silence behind them for 20 ms: the resampler holds back up to 15 ms, and not the sound's end.
const HUSHED: u32 = 50;

/// The seam to what comes next is 5 ms long.
const SEAM: u32 = 200;

/// What sounds in place of missing sound.
pub(super) struct Bridge {
    rate: u32,
    /// The period that goes round.
    lap: Vec<f32>,
    /// Makes the first repetition begin where the sound broke off; gone after half a lap.
    offset: f32,
    at: usize,
}

impl Bridge {
    /// A bridge from the end of `tail`.
    pub(super) fn from(tail: &Tail) -> Self {
        let (rate, heard) = (tail.rate(), tail.heard());
        // After less than 25 ms there is no telling what its period is: the last sample fades.
        let at = heard.len().saturating_sub(rate as usize / 100);
        let is_enough = heard.len() >= rate as usize / 40;
        let lag = repeat(heard, at, rate).filter(|_| is_enough).map_or(0, |found| found.lag);
        let begin = heard.len() - lag;
        let mut lap = heard[begin..].to_vec();
        // The end of the lap turns into what came before its begin.
        let blend = if begin >= lag { lag / 4 } else { 0 };
        for i in 0..blend {
            let (new, weight) = (begin - blend + i, (i + 1) as f32 / (blend + 1) as f32);
            let sample = &mut lap[lag - blend + i];
            *sample += (heard[new] - *sample) * weight;
        }
        let last = heard.last().copied().unwrap_or(0.0);
        let offset = if begin > 0 && lag > 0 { last - heard[begin - 1] } else { last };
        Self { rate, lap, offset, at: 0 }
    }

    /// Whether it has led into silence and has nothing more to give.
    pub(super) fn is_over(&self) -> bool {
        self.at >= self.length() + (self.rate / HUSHED) as usize
    }

    /// Appends `count` samples.
    pub(super) fn go_on(&mut self, count: usize, out: &mut Vec<f32>) {
        out.extend((self.at..self.at + count).map(|index| self.sample(index)));
        self.at += count;
    }

    /// Appends the 5 ms in which it falls silent because nothing more comes.
    pub(super) fn fall_silent(&mut self, out: &mut Vec<f32>) {
        let (begin, seam) = (out.len(), (self.rate / SEAM) as usize);
        self.go_on(seam, out);
        for (i, sample) in out[begin..].iter_mut().enumerate() {
            *sample *= 1.0 - (i + 1) as f32 / seam as f32;
        }
    }

    /// Appends what is to be heard before the `coming` samples (up to one lap, so that the phases meet), and turns the
    /// first 5 ms of `coming` from repetition to sound.
    pub(super) fn meet(&mut self, coming: &mut [f32], out: &mut Vec<f32>) {
        let seam = ((self.rate / SEAM) as usize).min(coming.len());
        let wait = if self.at < self.length() && !self.lap.is_empty() { self.meeting(&coming[..seam]) } else { 0 };
        self.go_on(wait, out);
        for (i, sample) in coming[..seam].iter_mut().enumerate() {
            let old = self.sample(self.at + i);
            *sample = old + (*sample - old) * ((i + 1) as f32 / (seam + 1) as f32);
        }
    }

    /// After how many samples the repetition is most like `coming`.
    fn meeting(&self, coming: &[f32]) -> usize {
        let product = |wait: &usize| -> f32 {
            let around = self.lap.iter().cycle().skip((self.at + wait) % self.lap.len());
            coming.iter().zip(around).map(|(new, old)| new * old).sum()
        };
        let best = (0..self.lap.len()).map(|wait| (wait, product(&wait))).max_by(|a, b| a.1.total_cmp(&b.1));
        best.map_or(0, |(wait, _)| wait)
    }

    fn sample(&self, index: usize) -> f32 {
        let half = (self.lap.len() / 2).max(self.rate as usize / 400);
        let offset = if index < half { self.offset * (1.0 - index as f32 / half as f32) } else { 0.0 };
        let round = self.lap.get(index % self.lap.len().max(1)).copied().unwrap_or(0.0);
        let faded = index.saturating_sub((HELD * self.rate as f32) as usize) as f32 / (FADED * self.rate as f32);
        (round + offset) * (1.0 - faded).max(0.0)
    }

    fn length(&self) -> usize {
        (HELD * self.rate as f32) as usize + (FADED * self.rate as f32) as usize
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    const RATE: u32 = 24_000;

    fn tone(samples: usize) -> Vec<f32> {
        (0..samples).map(|i| 0.5 * (TAU * 150.0 * i as f32 / RATE as f32 + 1.0).sin()).collect()
    }

    fn after(sound: &[f32]) -> Bridge {
        let mut tail = Tail::new(RATE);
        tail.passed(sound);
        Bridge::from(&tail)
    }

    fn steepest(sound: &[f32]) -> f32 {
        sound.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }

    fn all(mut bridge: Bridge) -> Vec<f32> {
        let mut out = Vec::new();
        while !bridge.is_over() {
            bridge.go_on(240, &mut out);
        }
        out
    }

    #[test]
    fn a_tone_goes_on_for_thirty_milliseconds_and_is_gone_after_a_hundred() {
        let sound = tone(960 + 720);
        let bridge = all(after(&sound[..960]));
        let off = bridge.iter().zip(&sound[960..]).map(|(found, wanted)| (found - wanted).abs()).fold(0.0, f32::max);
        assert!(off < 0.02, "off by {off}");
        assert_eq!(bridge.len(), 2_880);
        assert!(bridge[2_400..].iter().all(|sample| *sample == 0.0));
        assert!(bridge[1_440..1_680].iter().any(|sample| sample.abs() > 0.2));
    }

    #[test]
    fn nothing_clicks_however_little_there_was() {
        for samples in [1, 50, 239, 240, 300, 500, 960] {
            let sound = tone(samples);
            let joined = [sound.clone(), all(after(&sound))].concat();
            assert!(steepest(&joined) < 0.03, "a step of {} after {samples}", steepest(&joined));
        }
    }

    #[test]
    fn silence_stays_silence() {
        assert!(all(after(&[0.0; 960])).iter().all(|sample| *sample == 0.0));
    }

    #[test]
    fn what_comes_joins_in_phase() {
        let sound = tone(960 + 480);
        for missed in [0, 37, 80, 123] {
            let mut bridge = after(&sound[..960]);
            let mut out = sound[..960].to_vec();
            bridge.go_on(480 + missed, &mut out);
            let mut coming = sound[960..1_200].to_vec();
            bridge.meet(&mut coming, &mut out);
            out.extend(&coming);
            assert!(steepest(&out) < 0.5 * TAU * 150.0 / 24_000.0 * 1.15, "a step of {}", steepest(&out));
            assert_eq!(coming[120..], sound[1_080..1_200]);
            let added = out.len() - 1_200;
            let periods = added as f32 / 160.0;
            assert!((periods - periods.round()).abs() < 0.05, "{periods} periods");
        }
    }

    #[test]
    fn an_end_is_a_fade_of_five_milliseconds() {
        let sound = tone(960);
        let (mut bridge, mut out) = (after(&sound), sound);
        bridge.go_on(100, &mut out);
        bridge.fall_silent(&mut out);
        assert_eq!((out.len(), out.last().copied()), (960 + 100 + 120, Some(0.0)));
        assert!(steepest(&out) < 0.03);
    }
}
