//! Echo, noise, gain and rumble: what is done to the microphone's sound, 10 ms at a time.
//!
//! The work is WebRTC's audio processing in its Rust port (`sonora`): AEC3, noise suppression, AGC2 and a high-pass. What is
//! ours is when each part runs, how much it delays, and what a person is told of the echo.

mod meter;

use sonora::{
    AudioProcessing, Config, StreamConfig,
    config::{
        AdaptiveDigital, EchoCanceller, GainController2, HighPassFilter, NoiseSuppression, NoiseSuppressionLevel,
    },
};

use self::meter::EchoMeter;
use crate::{front::BLOCK, message::CAPTURE_RATE, options::Processing, report::EchoReport};

/// Samples that the echo canceller is late: its blocks of 64 and their overlap. Measured by a test.
const ECHO_DELAY: usize = 128;

/// Samples that the noise suppression is late: the overlap of its windows of 256.
const NOISE_DELAY: usize = 96;

/// The processing of one microphone stream.
pub(crate) struct Processor {
    processing: Processing,
    /// `None` while nothing is to be done.
    work: Option<Box<AudioProcessing>>,
    meter: EchoMeter,
}

impl Processor {
    /// With nothing learnt yet.
    pub(crate) fn new(processing: Processing) -> Self {
        Self { processing, work: work(processing), meter: EchoMeter::new() }
    }

    /// Another choice from the next block on. What was learnt about the room is kept as long as the canceller stays on.
    pub(crate) fn set(&mut self, processing: Processing) {
        if processing == self.processing {
            return;
        }
        let keeps = processing.echo == self.processing.echo && processing != Processing::OFF;
        match &mut self.work {
            Some(work) if keeps => work.apply_config(config(processing)),
            work => {
                *work = self::work(processing);
                self.meter = EchoMeter::new();
            }
        }
        self.processing = processing;
    }

    /// Samples by which what comes out is later than what goes in.
    pub(crate) fn delay(&self) -> usize {
        let echo = if self.processing.echo { ECHO_DELAY } else { 0 };
        let noise = if self.processing.noise { NOISE_DELAY } else { 0 };
        echo + noise
    }

    /// How well the echo is removed.
    pub(crate) fn report(&self) -> EchoReport {
        let delay = self.work.as_ref().and_then(|work| work.statistics().delay_ms);
        if self.processing.echo {
            self.meter.report(delay.and_then(|delay| u32::try_from(delay).ok()))
        } else {
            EchoReport::default()
        }
    }

    /// Takes 10 ms of what was played (`far`) and of what was heard at that time, and leaves what is to be sent.
    pub(crate) fn process(&mut self, far: &[f32; BLOCK], near: &mut [f32; BLOCK]) {
        let Some(work) = &mut self.work else {
            return;
        };
        let heard = *near;
        let mut played = [0.0; BLOCK];
        let render = work.process_render_f32(&[far], &mut [&mut played]);
        let capture = work.process_capture_f32(&[&heard], &mut [near]);
        debug_assert!(render.is_ok() && capture.is_ok(), "both blocks have the length the format says");
        if self.processing.echo {
            self.meter.note(far, &heard, near);
        }
    }
}

fn work(processing: Processing) -> Option<Box<AudioProcessing>> {
    if processing == Processing::OFF {
        return None;
    }
    let format = StreamConfig::new(CAPTURE_RATE, 1);
    let builder = AudioProcessing::builder().config(config(processing)).capture_config(format).render_config(format);
    Some(Box::new(builder.build()))
}

fn config(processing: Processing) -> Config {
    Config {
        echo_canceller: processing.echo.then(EchoCanceller::default),
        high_pass_filter: processing.high_pass.then(HighPassFilter::default),
        noise_suppression: processing
            .noise
            .then(|| NoiseSuppression { level: NoiseSuppressionLevel::Moderate, ..NoiseSuppression::default() }),
        gain_controller2: processing.gain.then(|| GainController2 {
            // Speech recognition needs no loudness; what helps is that a far voice isn't lost. Quiet noise must not grow.
            adaptive_digital: Some(AdaptiveDigital {
                headroom_db: 6.0,
                max_gain_db: 24.0,
                initial_gain_db: 0.0,
                max_gain_change_db_per_second: 3.0,
                max_output_noise_level_dbfs: -50.0,
            }),
            ..GainController2::default()
        }),
        ..Config::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const EACH: [Processing; 6] = [
        Processing { echo: true, ..Processing::OFF },
        Processing { noise: true, ..Processing::OFF },
        Processing { gain: true, ..Processing::OFF },
        Processing { high_pass: true, ..Processing::OFF },
        Processing { echo: true, noise: true, ..Processing::OFF },
        Processing::ALL,
    ];

    /// Words of noise: loud for 200 ms, silent for 200.
    fn words(seconds: usize) -> Vec<f32> {
        let mut random = fastrand::Rng::with_seed(3);
        let mut low = 0.0;
        (0..seconds * 16_000)
            .map(|index| {
                low = 0.7 * low + 0.3 * (random.f32() - 0.5);
                if index / 3_200 % 2 == 0 { 0.5 * low } else { 1e-4 * random.f32() }
            })
            .collect()
    }

    fn processed(processing: Processing, sound: &[f32]) -> Vec<f32> {
        let mut processor = Processor::new(processing);
        let mut out = Vec::new();
        for block in sound.chunks_exact(BLOCK) {
            let mut near: [f32; BLOCK] = block.try_into().unwrap();
            processor.process(&[0.0; BLOCK], &mut near);
            out.extend(near);
        }
        out
    }

    /// By how many samples `late` follows `early`: the best of all up to 400.
    fn lag(early: &[f32], late: &[f32]) -> usize {
        let at = |lag: usize| -> f32 { early[16_000..].iter().zip(&late[16_000 + lag..]).map(|(a, b)| a * b).sum() };
        (0..400).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap()
    }

    #[test]
    fn nothing_to_do_leaves_every_bit() {
        let sound = words(1);
        assert_eq!(processed(Processing::OFF, &sound), sound);
    }

    #[test]
    fn the_delay_is_what_is_said() {
        let sound = words(4);
        for processing in EACH {
            let said = Processor::new(processing).delay();
            let found = lag(&sound, &processed(processing, &sound));
            assert!(found.abs_diff(said) <= 3, "{processing:?}: {found} samples, {said} said");
        }
    }

    #[test]
    fn steady_noise_is_lowered_and_a_voice_stays() {
        let mut random = fastrand::Rng::with_seed(5);
        let noise: Vec<f32> = (0..160_000).map(|_| 0.01 * (random.f32() - 0.5)).collect();
        let out = processed(Processing { noise: true, ..Processing::OFF }, &noise);
        let power = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
        let lowered = 10.0 * (power(&noise[80_000..]) / power(&out[80_000..])).log10();
        assert!(lowered > 8.0, "lowered by {lowered} dB");
    }

    #[test]
    fn gain_lifts_a_quiet_voice_and_leaves_quiet_noise_alone() {
        let mut random = fastrand::Rng::with_seed(5);
        let noise: Vec<f32> = (0..320_000).map(|_| 0.001 * (random.f32() - 0.5)).collect();
        let out = processed(Processing { gain: true, ..Processing::OFF }, &noise);
        let peak = out.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        assert!(peak < 0.01, "noise of -66 dBFS grew to a peak of {peak}");
    }
}
