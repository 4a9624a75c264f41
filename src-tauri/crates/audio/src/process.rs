//! Echo, noise, gain and rumble: what is done to the microphone's sound, 10 ms at a time.
//!
//! The work is WebRTC's audio processing in its Rust port (`aec3`): AEC3, noise suppression, AGC2 and a high-pass, in
//! WebRTC's order. What is ours is when each part runs, how much it delays, and what a person is told of the echo.

mod meter;

use aec3::{
    api::{config::EchoCanceller3Config, control::EchoControl as _},
    audio_processing::{
        aec3::echo_canceller3::EchoCanceller3,
        agc2::input_volume_controller::Config as VolumeConfig,
        audio_buffer::AudioBuffer,
        gain_controller2::{
            AdaptiveDigitalControllerConfig, GainController2, GainController2Config, InputVolumeControllerRuntimeConfig,
        },
        high_pass_filter::HighPassFilter,
        ns::{
            noise_suppressor::NoiseSuppressor,
            ns_config::{NsConfig, SuppressionLevel},
        },
        stream_config::StreamConfig,
    },
};

use self::meter::EchoMeter;
use crate::{front::BLOCK, message::CAPTURE_RATE, options::Processing, report::EchoReport};

/// Samples that the echo canceller is late: its blocks of 64 and their overlap. Measured by a test.
const ECHO_DELAY: usize = 128;

/// Samples that the noise suppression is late: the overlap of its windows of 256.
const NOISE_DELAY: usize = 96;

/// Noise suppression stronger than WebRTC's usual 12 dB: it takes what the canceller leaves of a loud echo in a noisy room
/// from 33 to 35 dB removed, and costs a voice that speaks over it nothing that could be measured.
const NOISE: NsConfig =
    NsConfig { target_level: SuppressionLevel::K18dB, analyze_linear_aec_output_when_available: false };

/// Speech recognition needs no loudness; what helps is that a far voice isn't lost. Quiet noise must not grow.
const GAIN: AdaptiveDigitalControllerConfig = AdaptiveDigitalControllerConfig {
    enabled: true,
    headroom_db: 6.0,
    max_gain_db: 24.0,
    initial_gain_db: 0.0,
    max_gain_change_db_per_second: 3.0,
    max_output_noise_level_dbfs: -50.0,
};

/// The processing of one microphone stream. It can't change threads.
pub(crate) struct Processor {
    processing: Processing,
    format: StreamConfig,
    far: AudioBuffer,
    near: AudioBuffer,
    high_pass: Option<HighPass>,
    echo: Option<EchoCanceller3>,
    noise: Option<NoiseSuppressor>,
    gain: Option<GainController2>,
    meter: EchoMeter,
}

impl Processor {
    /// With nothing learnt yet.
    pub(crate) fn new(processing: Processing) -> Self {
        let mut processor = Self {
            processing: Processing::OFF,
            format: StreamConfig::new(RATE, 1, false),
            far: buffer(),
            near: buffer(),
            high_pass: None,
            echo: None,
            noise: None,
            gain: None,
            meter: EchoMeter::new(),
        };
        processor.set(processing);
        processor
    }

    /// Another choice from the next block on. What a part has learnt is kept as long as it stays on.
    pub(crate) fn set(&mut self, processing: Processing) {
        if processing.echo != self.processing.echo {
            self.meter = EchoMeter::new();
        }
        keep(&mut self.high_pass, processing.high_pass, HighPass::new);
        keep(&mut self.echo, processing.echo, canceller);
        keep(&mut self.noise, processing.noise, || NoiseSuppressor::new(NOISE, RATE, 1));
        keep(&mut self.gain, processing.gain, gain);
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
        self.echo.as_ref().map_or_else(EchoReport::default, |echo| {
            let delay_ms = u32::try_from(echo.metrics().delay_ms).ok().filter(|delay| *delay > 0);
            self.meter.report(delay_ms)
        })
    }

    /// Takes 10 ms of what was played (`far`) and of what was heard at that time, and leaves what is to be sent.
    pub(crate) fn process(&mut self, far: &[f32; BLOCK], near: &mut [f32; BLOCK]) {
        if self.processing == Processing::OFF {
            return;
        }
        let heard = *near;
        self.near.copy_from(&[&heard], &self.format);
        if let Some(echo) = &mut self.echo {
            self.far.copy_from(&[far], &self.format);
            echo.analyze_render(&mut self.far);
            echo.analyze_capture(&mut self.near);
        }
        if let Some(high_pass) = &mut self.high_pass {
            high_pass.process(&mut self.near);
        }
        if let Some(echo) = &mut self.echo {
            echo.process_capture(&mut self.near, false);
        }
        if let Some(noise) = &mut self.noise {
            noise.analyze(&self.near);
            noise.process(&mut self.near);
        }
        if let Some(gain) = &mut self.gain {
            gain.process(false, &mut self.near);
        }
        self.near.copy_to_stream(&self.format, &mut [near]);
        if self.echo.is_some() {
            self.meter.note(far, &heard, near);
        }
    }
}

const RATE: usize = CAPTURE_RATE as usize;

/// 10 ms of one channel.
fn buffer() -> AudioBuffer {
    AudioBuffer::from_sample_rates(RATE, 1, RATE, 1, RATE)
}

/// Makes what is wanted and isn't there, and drops what isn't wanted.
fn keep<T>(part: &mut Option<T>, wanted: bool, make: impl FnOnce() -> T) {
    match (wanted, part.is_some()) {
        (true, false) => *part = Some(make()),
        (false, true) => *part = None,
        _ => {}
    }
}

fn canceller() -> EchoCanceller3 {
    EchoCanceller3::new(EchoCanceller3Config::default(), CAPTURE_RATE as i32, 1, 1)
}

fn gain() -> GainController2 {
    let config = GainController2Config {
        adaptive_digital: GAIN,
        // The device's own volume is the person's.
        input_volume_controller: InputVolumeControllerRuntimeConfig { enabled: false },
        ..GainController2Config::default()
    };
    GainController2::new(config, VolumeConfig::default(), RATE, 1, true)
}

/// The high-pass, with the samples where it wants them.
struct HighPass {
    filter: HighPassFilter,
    samples: [Vec<f32>; 1],
}

impl HighPass {
    fn new() -> Self {
        Self { filter: HighPassFilter::new(CAPTURE_RATE as i32, 1), samples: [vec![0.0; BLOCK]] }
    }

    fn process(&mut self, sound: &mut AudioBuffer) {
        self.samples[0].copy_from_slice(sound.channel(0));
        self.filter.process(&mut self.samples);
        sound.channel_mut(0).copy_from_slice(&self.samples[0]);
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
