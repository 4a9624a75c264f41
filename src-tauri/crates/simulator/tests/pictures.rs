//! Pictures of turns and frames of video: told by size and colour, counted, billed, and refused where they are none.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod wire;

use std::io::Cursor;
use std::time::Duration;

use common::{Client, voice};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use vivavoce_live::message::{Blob, ClientMessage, RealtimeInput};
use vivavoce_simulator::{Guide, Language, Server, ServerConfig, clip};
use wire::{Socket, soon};

const SECOND: Duration = Duration::from_secs(1);
const RED: [u8; 3] = [0xd0, 0x20, 0x20];
const GREY: [u8; 3] = [0x80; 3];
const RED_NOTE: &str = " (a picture of 64 × 48 pixels, mostly red #d02020)";
const INVALID: &str = "Request contains an invalid argument.";

/// A picture of one colour.
fn picture(format: ImageFormat, width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb(colour)).write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn red() -> Vec<u8> {
    picture(ImageFormat::Png, 64, 48, RED)
}

/// A frame of video.
fn frame(mime: &str, bytes: Vec<u8>) -> Value {
    let input = RealtimeInput { video: Some(Blob::new(mime, bytes)), ..RealtimeInput::default() };
    serde_json::to_value(ClientMessage { realtime_input: Some(input), ..ClientMessage::default() }).unwrap()
}

/// A part with a picture.
fn part(mime: &str, bytes: Vec<u8>) -> Value {
    json!({"inlineData": serde_json::to_value(Blob::new(mime, bytes)).unwrap()})
}

/// A turn of the user with these parts.
fn shown(parts: &[Value], complete: bool) -> Value {
    json!({"clientContent": {"turns": [{"role": "user", "parts": parts}], "turnComplete": complete}})
}

/// Sends it; the transcript of what comes in answer.
fn answer(client: &mut Client, message: &Value) -> String {
    client.forget();
    client.send(message);
    client.pass(30 * SECOND);
    assert_eq!(client.closed, None);
    client.output_transcript()
}

#[test]
fn a_picture_is_described_in_place_of_the_tones_words_and_the_tone_sounds() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    let question = json!({"text": "What is this?"});
    let turn = shown(&[part("image/png", red()), question], true);
    assert_eq!(answer(&mut client, &turn), RED_NOTE);
    assert!(!client.sound().is_empty());
    let grey = picture(ImageFormat::WebP, 7, 9, GREY);
    let both = shown(&[part("image/png", red()), part("image/webp", grey)], true);
    let expected = format!("{RED_NOTE} (a picture of 7 × 9 pixels, mostly grey #808080)");
    assert_eq!(answer(&mut client, &both), expected);
    client.text("And now?");
    client.pass(SECOND);
    assert!(client.output_transcript().ends_with(" (a tone)"), "it was told once");
}

#[test]
fn descriptions_are_in_the_language_of_the_persona() {
    let config = ServerConfig { language: Language::Ja, ..ServerConfig::echo() };
    let told = answer(&mut Client::push_to_talk(config), &shown(&[part("image/png", red())], true));
    assert_eq!(told, " (64 × 48 ピクセルの画像、おもに赤 #d02020)");
}

#[test]
fn a_picture_left_in_an_open_turn_is_told_with_it() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    assert_eq!(answer(&mut client, &shown(&[part("image/png", red())], false)), "");
    assert_eq!(answer(&mut client, &shown(&[json!({"text": "There."})], true)), RED_NOTE);
    let history = json!({"clientContent": {"turns": [
        {"role": "user", "parts": [part("image/png", red())]},
        {"role": "model", "parts": [{"text": "Red."}]},
        {"role": "user", "parts": [{"text": "Really?"}]},
    ], "turnComplete": true}});
    assert_eq!(answer(&mut client, &history), " (a tone)", "the model has answered it already");
}

#[test]
fn frames_are_counted_and_the_newest_is_told_by_the_next_answer() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    let wide = || picture(ImageFormat::Jpeg, 768, 432, GREY);
    for bytes in [red(), red(), wide()] {
        client.send(&frame("image/jpeg", bytes));
        client.pass(SECOND);
    }
    let hello = json!({"realtimeInput": {"text": "hello"}});
    assert_eq!(answer(&mut client, &hello), " (3 frames of 768 × 432 pixels, the last mostly grey #808080)");
    assert_eq!(answer(&mut client, &hello), " (a tone)");
    client.send(&frame("image/jpeg", wide()));
    let turn = shown(&[part("image/png", red())], true);
    let expected = format!("{RED_NOTE} (a frame of 768 × 432 pixels, mostly grey #808080)");
    assert_eq!(answer(&mut client, &turn), expected);
}

#[test]
fn a_spoken_answer_is_told_what_was_seen_and_its_sound_stays_as_it_was() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    let said = voice(24_000, 1500, 1);
    client.press();
    client.speak(24_000, &said);
    client.send(&frame("image/png", red()));
    client.release();
    client.pass(5 * SECOND);
    assert_eq!(client.sound(), said);
    let expected = " (your own voice, 1.5 s) (a frame of 64 × 48 pixels, mostly red #d02020)";
    assert_eq!(client.output_transcript(), expected);
}

#[test]
fn the_guide_describes_while_it_greets_and_then_with_a_tone() {
    let mut client = Client::push_to_talk(ServerConfig::default());
    let turn = shown(&[part("image/png", red())], true);
    let greeting = clip(Language::En, Guide::Greeting);
    assert_eq!(answer(&mut client, &turn), format!("{}{RED_NOTE}", greeting.text));
    assert_eq!(client.sound(), greeting.pcm);
    assert_eq!(answer(&mut client, &turn), RED_NOTE);
    assert!(!client.sound().is_empty());
}

#[test]
fn every_picture_and_every_frame_is_258_tokens() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    client.send(&frame("image/png", red()));
    client.send(&frame("image/png", red()));
    answer(&mut client, &shown(&[part("image/png", red()), json!({"text": "four"})], true));
    let usage = &client.usage()[0];
    assert_eq!(usage.prompt_token_count.unwrap().0, 3 * 258 + 1);
    let images = usage.prompt_tokens_details.iter().find(|count| count.modality.as_ref().unwrap().as_str() == "IMAGE");
    assert_eq!(images.unwrap().token_count.unwrap().0, 3 * 258);
}

#[test]
fn what_is_no_picture_ends_a_strict_connection_and_passes_a_permissive_one() {
    let damaged = red()[..60].to_vec();
    for message in [
        frame("image/jpeg", b"\xff\xd8\xff no more".to_vec()),
        frame("image/png", damaged.clone()),
        frame("video/mp4", red()),
        frame("", red()),
        shown(&[part("image/png", damaged)], true),
        shown(&[part("application/pdf", b"%PDF-1.7".to_vec())], true),
        shown(&[part("image/svg+xml", b"<svg/>".to_vec())], false),
    ] {
        let mut client = Client::push_to_talk(ServerConfig::echo());
        client.send(&message);
        assert_eq!(client.closed, Some((1007, INVALID.into())), "{message}");
        let mut client = Client::push_to_talk(ServerConfig { strict: false, ..ServerConfig::echo() });
        client.send(&message);
        assert_eq!(answer(&mut client, &json!({"realtimeInput": {"text": "hello"}})), " (a tone)", "{message}");
    }
}

#[test]
fn sound_in_client_content_is_no_picture() {
    let mut client = Client::push_to_talk(ServerConfig::echo());
    let turn = shown(&[part("audio/pcm;rate=16000", vec![0; 320])], true);
    assert_eq!(answer(&mut client, &turn), " (a tone)");
}

#[test]
fn an_answer_that_calls_a_function_leaves_what_was_seen_to_the_next() {
    let tools = json!([{"functionDeclarations": [{"name": "add_note"}]}]);
    let mut client = Client::open(ServerConfig::echo(), &json!({"outputAudioTranscription": {}, "tools": tools}));
    client.send(&frame("image/png", red()));
    answer(&mut client, &json!({"realtimeInput": {"text": "add_note"}}));
    assert_eq!(client.calls().len(), 1);
    client.send(&frame("image/png", red()));
    let told = answer(&mut client, &json!({"realtimeInput": {"text": "hello"}}));
    assert_eq!(told, " (2 frames of 64 × 48 pixels, the last mostly red #d02020)");
}

#[tokio::test]
async fn frames_are_observed_with_their_kind_their_size_and_their_time() {
    let server = Server::bind(ServerConfig::echo()).unwrap();
    let mut socket = Socket::open(&server, &wire::push_to_talk()).await;
    let jpeg = picture(ImageFormat::Jpeg, 768, 432, GREY);
    for _ in 0..4 {
        socket.send(&frame("image/jpeg", jpeg.clone())).await;
    }
    let frames = soon("frames", server.observed().frames(0, 4)).await;
    for frame in &frames {
        assert_eq!((frame.mime.as_str(), frame.bytes, frame.pixels), ("image/jpeg", jpeg.len(), Some((768, 432))));
    }
    assert!(frames.windows(2).all(|two| two[0].at <= two[1].at));
    assert_eq!(server.observed().connections()[0].excess_frames(), 2, "four at once, though the connection stays");
}
