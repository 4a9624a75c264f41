#![allow(clippy::unwrap_used)]

use clap::CommandFactory as _;
use serde_json::{Value, json};
use vivavoce_engine::Sound;

use super::*;

fn settings(line: &str) -> Result<Settings, SettingsError> {
    let args = Args::try_parse_from(["vivavoce-cli", "talk"].into_iter().chain(line.split_whitespace())).unwrap();
    let Task::Talk(args) = args.task else { panic!("{line}") };
    args.into_settings()
}

fn group(line: &str, name: &str) -> Value {
    serde_json::to_value(settings(line).unwrap()).unwrap()[name].clone()
}

#[test]
fn without_arguments_everything_is_as_it_is_by_default() {
    let sound = Sound { cues: false, ..Sound::default() };
    let expected = Settings { service: Service::Gemini, sound, ..Settings::default() };
    assert_eq!(settings("").unwrap(), expected);
}

#[test]
fn every_argument_arrives_in_the_settings() {
    let answers = "--spoken-language ja-JP --temperature 0.5 --top-p 0.75 --top-k 40 --max-output-tokens 512 \
        --presence-penalty -1 --frequency-penalty 1 --seed -7 --media-resolution high --affective-dialog \
        --proactive-audio --safety off";
    assert_eq!(
        group(answers, "generation"),
        json!({"language": "ja-JP", "temperature": 0.5, "topP": 0.75, "topK": 40, "maxOutputTokens": 512,
            "presencePenalty": -1.0, "frequencyPenalty": 1.0, "seed": -7, "mediaResolution": "high",
            "affectiveDialog": true, "proactiveAudio": true, "safety": "off"})
    );
    assert_eq!(
        group("--thinking-level minimal --thinking-budget -1 --show-thoughts", "thinking"),
        json!({"level": "minimal", "budget": -1, "show": true})
    );
    let turns = "--start-sensitivity high --end-sensitivity low --prefix-padding-ms 300 --silence-ms 700 \
        --no-interruption --coverage activity-and-video --detector local --patience patient";
    assert_eq!(
        group(turns, "detection"),
        json!({"start": "high", "end": "low", "prefixPaddingMs": 300, "silenceMs": 700, "interrupts": false,
            "coverage": "activityAndVideo", "by": "local", "patience": "patient"})
    );
    let words = "--no-input-transcript --no-output-transcript --expect-language ja-JP --expect-language en \
        --expect-word Vivavoce";
    assert_eq!(
        group(words, "transcription"),
        json!({"input": false, "output": false, "languages": ["ja-JP", "en"], "vocabulary": ["Vivavoce"]})
    );
    assert_eq!(
        group("--compression-trigger 25000 --compression-target 8000", "compression"),
        json!({"on": true, "triggerTokens": 25_000, "targetTokens": 8_000})
    );
    assert_eq!(group("--no-compression", "compression")["on"], false);
    assert_eq!(group("--translate-to pl --translate-echo", "translation"), json!({"target": "pl", "echo": true}));
    let access = "--access google-cloud --token-url https://example.com/t --token-command print-it --project p \
        --location us-central1";
    assert_eq!(
        group(access, "access"),
        json!({"kind": "googleCloud", "tokenUrl": "https://example.com/t", "tokenCommand": "print-it",
            "project": "p", "location": "us-central1"})
    );
    assert_eq!(
        group("--proxy socks5://localhost:1080 --ca-file ca.pem", "network"),
        json!({"proxy": "socks5://localhost:1080", "caFile": "ca.pem"})
    );
    assert_eq!(group("--greeting Hello --demo", "greeting"), "Hello");
}

#[test]
fn every_argument_about_the_sound_arrives_in_the_settings() {
    let sound = "--gain-db -6 --channel 1 --volume-db -12 --pre-roll-ms 300 --cues on --half-duplex --input a:b \
        --fallback-input a:c --fallback-input a:d --fallback-output a:e";
    assert_eq!(
        group(sound, "sound"),
        json!({"echoCancellation": true, "noiseSuppression": true, "gainControl": true, "highPass": true,
            "inputGainDb": -6, "inputChannel": 1, "outputVolumeDb": -12, "preRollMs": 300, "cues": true,
            "halfDuplex": true, "inputPreferences": ["a:c", "a:d"], "outputPreferences": ["a:e"]})
    );
}

#[test]
fn sound_is_processed_unless_it_comes_from_a_file_or_is_to_stay_as_it_is() {
    let processing = |line: &str| {
        let sound = settings(line).unwrap().sound;
        [sound.echo_cancellation, sound.noise_suppression, sound.gain_control, sound.high_pass]
    };
    assert_eq!(processing(""), [true; 4]);
    assert_eq!(processing("--processing off"), [false; 4]);
    assert_eq!(processing("--input wav:a.wav"), [false; 4]);
    assert_eq!(processing("--input wav:a.wav --processing on"), [true; 4]);
    assert_eq!(processing("--processing off --noise on"), [false, true, false, false]);
    assert_eq!(processing("--echo off --gain off --high-pass off"), [false, true, false, false]);
}

#[test]
fn a_choice_that_is_not_there_is_refused_before_anything_starts() {
    for line in
        ["--safety some", "--coverage everything", "--access password", "--no-compression --compression-target 5"]
    {
        let line: Vec<_> = ["vivavoce-cli", "talk"].into_iter().chain(line.split_whitespace()).collect();
        assert!(Args::try_parse_from(&line).is_err(), "{line:?}");
    }
    let error = settings("--spoken-language klingon!").unwrap_err();
    assert!(error.to_string().contains("generation.language"), "{error}");
}

#[test]
fn every_argument_is_documented() {
    let manual = include_str!("../../../../../docs/cli.md");
    Args::command().debug_assert();
    let command = Args::command();
    let arguments = command.get_subcommands().flat_map(|task| task.get_arguments().filter_map(|arg| arg.get_long()));
    let missing: Vec<_> = arguments.filter(|name| *name != "help" && !manual.contains(&format!("--{name}"))).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
