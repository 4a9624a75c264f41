//! WAV files standing in for devices.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{fs, ops::Range, path::Path, time::Duration};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use support::{Rig, assert_same, count, pcm};
use tempfile::TempDir;
use vivavoce_audio::{
    AudioCommand, AudioError, AudioEvent, DeviceId, Direction, DuplexConfig, GateMode, WavProblem, sim::SimHost,
};

fn spec(bits_per_sample: u16, sample_format: SampleFormat) -> WavSpec {
    WavSpec { channels: 1, sample_rate: 16_000, bits_per_sample, sample_format }
}

fn speech(range: Range<u64>) -> Vec<i16> {
    range.map(count).collect()
}

fn write_speech(path: &Path, seconds: u64) {
    let mut wav = WavWriter::create(path, spec(16, SampleFormat::Int)).unwrap();
    for i in 0..16_000 * seconds {
        wav.write_sample(count(i)).unwrap();
    }
    wav.finalize().unwrap();
}

fn reading(path: &Path) -> Rig {
    let input = DeviceId::wav(path);
    Rig::with(SimHost::new(), DuplexConfig { input: vec![input], ..DuplexConfig::default() })
}

fn writing(path: &Path, keep_open: Duration) -> Rig {
    let output = DeviceId::wav(path);
    let config = DuplexConfig { output: vec![output], keep_open, ..DuplexConfig::default() };
    Rig::with(SimHost::new(), config)
}

fn problem(path: &Path) -> WavProblem {
    let rig = reading(path);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(3_000);
    let events = rig.news();
    let [AudioEvent::Failed { direction, error: AudioError::Wav { path: told, problem } }] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!((*direction, told.as_path()), (Direction::Input, path));
    problem.clone()
}

#[test]
fn a_file_speaks_from_its_first_sample_at_the_pace_of_the_clock() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("speech.wav");
    write_speech(&path, 1);
    let rig = reading(&path);
    rig.send(AudioCommand::OpenGate(GateMode::Held));
    rig.run(300);
    assert_eq!(pcm(&rig.news()).len(), 4_800);
    rig.run(700);
    rig.close_gate(0);
    rig.run(50);
    assert_same(&pcm(&rig.news()), &speech(4_800..16_000));
}

#[test]
fn a_file_waits_while_the_gate_is_shut_and_is_silent_after_its_end() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("speech.wav");
    write_speech(&path, 1);
    let rig = reading(&path);
    let mut heard = Vec::new();
    for _ in 0..2 {
        rig.send(AudioCommand::OpenGate(GateMode::Held));
        rig.run(600);
        rig.close_gate(0);
        // Longer than devices are kept open.
        rig.run(35_000);
        heard.extend(pcm(&rig.news()));
    }
    assert_eq!(heard.len(), 19_200);
    assert_same(&heard[..16_000], &speech(0..16_000));
    assert!(heard[16_000..].iter().all(|sample| *sample == 0));
}

#[test]
fn every_supported_encoding_is_understood() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("speech.wav");
    for (bits, format) in [
        (8, SampleFormat::Int),
        (16, SampleFormat::Int),
        (24, SampleFormat::Int),
        (32, SampleFormat::Int),
        (32, SampleFormat::Float),
    ] {
        let stereo = WavSpec { channels: 2, ..spec(bits, format) };
        let mut wav = WavWriter::create(&path, stereo).unwrap();
        for _ in 0..8_000 * 2 {
            match format {
                SampleFormat::Float => wav.write_sample(0.25_f32).unwrap(),
                SampleFormat::Int => wav.write_sample(1_i32 << (bits - 3)).unwrap(),
            }
        }
        wav.finalize().unwrap();
        let rig = reading(&path);
        rig.send(AudioCommand::OpenGate(GateMode::Held));
        rig.run(300);
        let heard = pcm(&rig.news());
        assert_same(&heard, &[8_192; 4_800]);
    }
}

#[test]
fn files_that_cannot_speak_say_why() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("speech.wav");
    assert_eq!(problem(&path), WavProblem::NotFound);

    fs::write(&path, "ID3 something that is not a WAV file at all, but long enough for one").unwrap();
    assert_eq!(problem(&path), WavProblem::NotWav);
    fs::write(&path, "RI").unwrap();
    assert_eq!(problem(&path), WavProblem::NotWav);

    WavWriter::create(&path, spec(16, SampleFormat::Int)).unwrap().finalize().unwrap();
    assert_eq!(problem(&path), WavProblem::Empty);

    write_speech(&path, 1);
    let mut bytes = fs::read(&path).unwrap();
    // Format tag 6: A-law.
    bytes[20] = 6;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(problem(&path), WavProblem::Unsupported { .. }));

    assert!(matches!(problem(folder.path()), WavProblem::Unreadable { .. }));
}

#[test]
fn a_written_file_holds_exactly_what_was_played_and_is_readable_at_any_time() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("answer.wav");
    let rig = writing(&path, Duration::from_secs(30));
    rig.push(1, vec![8_192; 24_000]);
    rig.send(AudioCommand::EndTurn { turn: 1 });
    rig.run(600);
    assert!(WavReader::open(&path).unwrap().duration() >= 24_000);
    rig.run(1_000);
    let played = Duration::from_secs(1);
    assert!(rig.news().contains(&AudioEvent::PlaybackFinished { turn: 1, played }));
    drop(rig);
    let mut wav = WavReader::open(&path).unwrap();
    assert_eq!((wav.spec().sample_rate, wav.spec().channels), (48_000, 1));
    let samples: Vec<i16> = wav.samples().map(Result::unwrap).collect();
    assert_eq!(samples.len(), 48 * 1_600);
    let inside = samples.iter().filter(|sample| (8_190..=8_194).contains(*sample)).count();
    assert!((47_000..=48_000).contains(&inside), "{inside}");
}

#[test]
fn a_file_that_was_shut_while_idle_is_gone_on_with() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("answer.wav");
    let rig = writing(&path, Duration::from_millis(200));
    for turn in 1..=2 {
        rig.push(turn, vec![8_192; 12_000]);
        rig.send(AudioCommand::EndTurn { turn });
        rig.run(1_500);
    }
    drop(rig);
    let mut wav = WavReader::open(&path).unwrap();
    let loud = wav.samples::<i16>().filter(|sample| *sample.as_ref().unwrap() > 4_096).count();
    assert!((47_500..=48_500).contains(&loud), "{loud}");
}

#[test]
fn a_file_that_cannot_be_written_says_why() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("missing").join("answer.wav");
    let rig = writing(&path, Duration::from_secs(30));
    rig.push(1, vec![100; 24_000]);
    let events = rig.news();
    let AudioEvent::Failed { error: AudioError::Wav { problem, .. }, .. } = &events[0] else {
        panic!("{events:?}");
    };
    assert!(matches!(problem, WavProblem::Unwritable { .. }));
}
