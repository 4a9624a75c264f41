#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn usage(json: Value) -> UsageMetadata {
    serde_json::from_value(json).unwrap()
}

/// The report of one message of one turn.
fn report(json: Value, family: Family) -> UsageReport {
    Meter::default().add(1, &usage(json), family)
}

fn is_close(cost: Option<f64>, dollars: f64) -> bool {
    cost.is_some_and(|cost| (cost - dollars).abs() < 1e-9)
}

/// The first turn of a real session.
fn first() -> Value {
    json!({"promptTokenCount": 162, "responseTokenCount": 42, "totalTokenCount": 204,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 139}],
        "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 42}]})
}

/// Its second turn.
fn second() -> Value {
    json!({"promptTokenCount": 235, "responseTokenCount": 71, "totalTokenCount": 306,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 154}, {"modality": "AUDIO", "tokenCount": 42}],
        "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 71}]})
}

#[test]
fn what_is_in_the_totals_and_in_no_part_is_shown_as_such() {
    let mut meter = Meter::default();
    let one = meter.add(1, &usage(first()), Family::Live38);
    let expected = Tokens { text_in: 139, audio_out: 42, unattributed: 23, total: 204, ..Tokens::default() };
    assert_eq!((one.turn, one.conversation), (expected, expected));
    assert!(is_close(one.turn_cost, (162.0 * 0.75 + 42.0 * 12.0) / 1e6), "{:?}", one.turn_cost);

    let two = meter.add(2, &usage(second()), Family::Live38);
    let expected =
        Tokens { text_in: 154, audio_in: 42, audio_out: 71, unattributed: 39, total: 306, ..Tokens::default() };
    assert_eq!(two.turn, expected);
    assert_eq!((two.conversation.total, two.conversation.unattributed), (510, 62));
    assert!(is_close(two.turn_cost, (193.0 * 0.75 + 42.0 * 3.0 + 71.0 * 12.0) / 1e6), "{:?}", two.turn_cost);
    assert!(is_close(two.conversation_cost, one.turn_cost.unwrap() + two.turn_cost.unwrap()));
}

#[test]
fn a_session_in_text_adds_up() {
    let report = report(
        json!({"promptTokenCount": 515, "responseTokenCount": 31, "totalTokenCount": 546,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 515}],
            "responseTokensDetails": [{"modality": "TEXT", "tokenCount": 31}]}),
        Family::Native25,
    );
    assert_eq!(report.turn, Tokens { text_in: 515, text_out: 31, total: 546, ..Tokens::default() });
    assert!(is_close(report.turn_cost, (515.0 * 0.5 + 31.0 * 2.0) / 1e6));
}

#[test]
fn thoughts_are_billed_as_text() {
    // A turn of 5 s of speech; the service sent no total.
    let report = report(
        json!({"promptTokenCount": 4104, "responseTokenCount": 258, "thoughtsTokenCount": 72,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 2948}, {"modality": "AUDIO", "tokenCount": 658}],
            "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 258}]}),
        Family::Live38,
    );
    let expected = Tokens {
        text_in: 2948,
        audio_in: 658,
        audio_out: 258,
        thoughts: 72,
        unattributed: 498,
        total: 4434,
        ..Tokens::default()
    };
    assert_eq!(report.turn, expected);
    let dollars = ((2948.0 + 498.0) * 0.75 + 658.0 * 3.0 + 258.0 * 12.0 + 72.0 * 4.5) / 1e6;
    assert!(is_close(report.turn_cost, dollars), "{:?}", report.turn_cost);
}

#[test]
fn a_total_that_leaves_out_thoughts_and_tools_makes_nothing_negative() {
    let report = report(
        json!({"promptTokenCount": 8123, "responseTokenCount": 140, "totalTokenCount": 8263, "thoughtsTokenCount": 11,
            "toolUsePromptTokenCount": 22, "cachedContentTokenCount": 4000,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 7650}, {"modality": "AUDIO", "tokenCount": 473}]}),
        Family::Live38,
    );
    let expected = Tokens {
        text_in: 7650,
        audio_in: 473,
        thoughts: 11,
        tool_use: 22,
        cached: 4000,
        unattributed: 140,
        total: 8263,
        ..Tokens::default()
    };
    assert_eq!(report.turn, expected);
    let dollars = ((7650.0 + 22.0) * 0.75 + 473.0 * 3.0 + 11.0 * 4.5 + 140.0 * 12.0) / 1e6;
    assert!(is_close(report.turn_cost, dollars), "an answer without details is sound: {:?}", report.turn_cost);
}

#[test]
fn an_answer_s_missing_part_is_its_transcript() {
    let report = report(
        json!({"responseTokenCount": 100, "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": 80}]}),
        Family::Live38,
    );
    assert_eq!((report.turn.audio_out, report.turn.unattributed, report.turn.total), (80, 20, 100));
    assert!(is_close(report.turn_cost, (80.0 * 12.0 + 20.0 * 4.5) / 1e6));
}

#[test]
fn vertex_ai_s_names_mean_the_same() {
    let text = second().to_string().replace("response", "candidates");
    assert_ne!(text, second().to_string());
    let vertex = serde_json::from_str(&text).unwrap();
    assert_eq!(report(vertex, Family::Native25), report(second(), Family::Native25));
}

#[test]
fn pictures_and_unknown_kinds_are_told_apart() {
    let details = json!([{"modality": "IMAGE", "tokenCount": 258}, {"modality": "VIDEO", "tokenCount": "516"},
        {"modality": "SMELL", "tokenCount": 9}, {"tokenCount": 1}]);
    let report = report(json!({"promptTokenCount": 784, "promptTokensDetails": details}), Family::Live38);
    assert_eq!((report.turn.image_in, report.turn.unattributed, report.turn.total), (774, 10, 784));
    assert!(is_close(report.turn_cost, (774.0 * 1.0 + 10.0 * 0.75) / 1e6));
}

#[test]
fn without_a_price_there_is_no_cost() {
    assert_eq!(report(first(), Family::Unknown).turn_cost, None);
    let picture = json!({"promptTokenCount": 258, "promptTokensDetails": [{"modality": "IMAGE", "tokenCount": 258}]});
    assert_eq!(report(picture.clone(), Family::Native25).turn_cost, None, "nobody knows what a picture costs there");

    let mut meter = Meter::default();
    assert!(meter.add(1, &usage(first()), Family::Native25).conversation_cost.is_some());
    let mixed = meter.add(2, &usage(picture), Family::Native25);
    assert_eq!((mixed.turn_cost, mixed.conversation_cost), (None, None), "a sum with a part missing would be wrong");
    assert_eq!(mixed.conversation.total, 462);
}

#[test]
fn nothing_used_has_no_cost() {
    assert_eq!(Meter::default().report(), UsageReport::default());
    assert_eq!(report(json!({}), Family::Live38), UsageReport::default());
}

#[test]
fn a_later_message_of_a_turn_replaces_an_earlier_one() {
    let mut meter = Meter::default();
    meter.add(1, &usage(first()), Family::Live38);
    meter.turn_ended();
    let report = meter.add(1, &usage(second()), Family::Live38);
    assert_eq!((report.turn.total, report.conversation.total), (306, 306));
}

#[test]
fn each_of_the_model_s_turns_in_one_of_the_user_s_is_paid_for() {
    let mut meter = Meter::default();
    meter.turn_ended();
    meter.add(1, &usage(first()), Family::Thinking38);
    meter.add(1, &usage(json!({"totalTokenCount": 7})), Family::Thinking38);
    meter.turn_ended();
    let report = meter.add(1, &usage(second()), Family::Thinking38);
    assert_eq!(report.turn.total, 204 + 306, "the one in between was of the second turn so far");
    assert_eq!(report.conversation.total, 204 + 306);
}

#[test]
fn late_figures_count_for_their_own_turn() {
    let mut meter = Meter::default();
    meter.add(2, &usage(second()), Family::Live38);
    let report = meter.add(1, &usage(first()), Family::Live38);
    assert_eq!((report.turn.total, report.conversation.total), (306, 510));
}

proptest! {
    #[test]
    fn the_sum_is_that_of_all_turns_and_no_number_is_too_large(totals in proptest::collection::vec(any::<i64>(), 1..30)) {
        let mut meter = Meter::default();
        let mut sum = 0_u64;
        for (turn, total) in totals.iter().enumerate() {
            let report = meter.add(turn as u64, &usage(json!({"totalTokenCount": total})), Family::Live38);
            sum = sum.saturating_add(u64::try_from(*total).unwrap_or(0));
            prop_assert_eq!(report.conversation.total, sum);
            prop_assert_eq!(report.conversation.unattributed, sum);
        }
        prop_assert!(meter.open.len() <= OPEN_TURNS);
    }

    #[test]
    fn parts_and_remainder_make_the_total_the_service_means(
        prompt in 0..200_000_i64, reply in 0..9_000_i64, text in 0..200_000_i64, audio in 0..9_000_i64,
        thoughts in 0..500_i64,
    ) {
        let (text, audio) = (text.min(prompt), audio.min(reply));
        let total = prompt + reply + thoughts;
        let tokens = report(json!({"promptTokenCount": prompt, "responseTokenCount": reply,
            "thoughtsTokenCount": thoughts, "totalTokenCount": total,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": text}],
            "responseTokensDetails": [{"modality": "AUDIO", "tokenCount": audio}]}), Family::Live38).turn;
        let parts = tokens.text_in + tokens.audio_out + tokens.thoughts + tokens.unattributed;
        prop_assert_eq!(parts, tokens.total);
        prop_assert_eq!(tokens.total, total as u64);
    }
}
