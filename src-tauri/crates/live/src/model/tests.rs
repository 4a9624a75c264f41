#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[test]
fn ids_voices_and_languages_are_not_repeated() {
    let models = known();
    assert_eq!(models.iter().map(|model| &model.id).collect::<BTreeSet<_>>().len(), models.len());
    assert_eq!(VOICES.iter().map(|voice| voice.id).collect::<BTreeSet<_>>().len(), VOICES.len());
    assert_eq!(LANGUAGES.iter().collect::<BTreeSet<_>>().len(), LANGUAGES.len());
    assert!(VOICES.iter().any(|voice| voice.id == DEFAULT_VOICE));
    assert!(LANGUAGES.contains(&"ja"));
    assert_eq!(models[0].id, DEFAULT_MODEL);
}

#[test]
fn the_family_is_found_under_any_form_of_the_name() {
    for (id, family) in [
        ("models/gemini-3.8-live", Family::Live38),
        (" gemini-3.8-live ", Family::Live38),
        ("gemini-3.8-live-extended-thinking-preview", Family::Thinking38),
        ("projects/p/locations/l/publishers/google/models/gemini-live-2.5-flash-native-audio", Family::Native25),
        ("gemini-3.1-flash-live-preview", Family::Live31),
        ("gemini-3.5-live-translate-preview", Family::Translate),
        ("gemini-3.5-transcribe-live", Family::Transcribe),
        ("gemini-9-live", Family::Unknown),
        ("", Family::Unknown),
    ] {
        assert_eq!(family_of(id), family, "{id}");
    }
}

#[test]
fn every_known_model_is_of_the_family_its_name_says() {
    for model in known() {
        // A newer version of the same model isn't in the table, and must not fall out of its family.
        assert_eq!(family_of(&format!("{}-v2", model.id)), model.family, "{}", model.id);
    }
}

#[test]
fn no_row_contradicts_itself() {
    for family in Family::ALL {
        let row = family.capabilities();
        let functions = row.blocking_tools || row.non_blocking_tools;
        assert_eq!(row.tools, functions, "{family:?}: functions behave one way at least");
        assert!(!row.tools || row.has_behavior(&row.default_behavior()), "{family:?}: the default is one of them");
        assert!(row.manual_activity || row.automatic_activity, "{family:?}: somebody says when the user speaks");
        assert!(!row.voice || row.audio_out, "{family:?}: only sound has a voice");
        assert!(!row.preview_needs_alpha || row.affective_dialog || row.proactive_audio, "{family:?}");
        let history = row.client_content != ClientContentUse::Never;
        assert!(!row.initial_history_flag || history, "{family:?}: history goes in clientContent");
        assert!(row.output_tokens <= row.context_tokens, "{family:?}");
        let levels: Vec<_> = row.thinking_levels.to_vec();
        assert!(levels.is_sorted(), "{family:?}: levels are shown in this order");
    }
}

#[test]
fn the_rows_say_what_is_documented() {
    let [native, live31, live38, thinking, translate, transcribe, unknown] = Family::ALL.map(Family::capabilities);
    assert_eq!(
        [native, live31, live38, thinking].map(|row| (row.thinking_levels.len(), row.thinking_budget)),
        [(0, true), (4, false), (0, false), (3, false)]
    );
    assert!(!live38.thinks(), "any thinkingConfig is an error there");
    assert_eq!([native, live31, live38].map(|row| row.language_code), [false, true, false]);
    assert_eq!([native, live31, live38].map(|row| row.input_during_blocking_call), [false, false, true]);
    assert_eq!([native, live31, live38, thinking].map(|row| row.stream_end_ends_turn), [true, true, false, false]);
    assert_eq!(live31.client_content, ClientContentUse::InitialOnly);
    assert!(!translate.turn_ends && !translate.manual_activity && !translate.system_instruction);
    assert_eq!(transcribe.modality(), crate::message::Modality::Text);
    assert!(unknown.prices.is_none() && !unknown.sampling && !unknown.thinks() && !unknown.tools);
}

#[test]
fn only_preview_fields_of_2_5_need_the_alpha_version() {
    for model in known() {
        let mut config = SessionConfig { model: model.id.clone(), ..SessionConfig::default() };
        assert!(!needs_alpha(&config), "{}: nothing asked for", model.id);
        config.options.affective_dialog = true;
        assert_eq!(needs_alpha(&config), model.family == Family::Native25, "{}", model.id);
        config.options = crate::session::SetupOptions { proactive_audio: true, ..Default::default() };
        assert_eq!(needs_alpha(&config), model.family == Family::Native25, "{}", model.id);
        config.model = format!("projects/p/locations/l/publishers/google/models/{}", model.id);
        assert!(!needs_alpha(&config), "{}: Vertex AI has no such version", model.id);
    }
}

fn entry(name: &str, methods: &[&str]) -> Value {
    json!({"name": name, "displayName": "A Name", "inputTokenLimit": 131_072, "supportedGenerationMethods": methods})
}

fn read(models: &[Value]) -> Vec<ModelInfo> {
    from_service(json!({"models": models, "nextPageToken": "x"}).to_string().as_bytes()).unwrap()
}

#[test]
fn only_models_that_can_talk_are_taken_from_the_service() {
    let models = read(&[
        entry("models/gemini-3.8-flash", &["generateContent", "countTokens"]),
        entry("models/gemini-3.8-live", &["bidiGenerateContent"]),
        entry("models/gemini-9-live-preview", &["generateContent", "bidiGenerateContent"]),
        entry("models/gemini-3.8-live", &["bidiGenerateContent"]),
        json!({"name": "models/without-methods"}),
        json!({"displayName": "without a name"}),
        json!("not even an object"),
    ]);
    let ids: Vec<_> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["gemini-3.8-live", "gemini-9-live-preview"]);
    assert_eq!(models[1].family, Family::Unknown);
    assert_eq!(models[1].status, Status::Preview);
    assert_eq!(models[1].display_name.as_deref(), Some("A Name"));
    assert_eq!(models[1].context_tokens(), 131_072);
}

#[test]
fn names_from_the_service_are_made_fit_to_be_shown_or_left_out() {
    let mut strange = entry("models/gemini-8-live", &["bidiGenerateContent"]);
    strange["displayName"] = json!(format!(" Two\nlines\u{1b}[31m {}", "x".repeat(1000)));
    let models = read(&[
        strange,
        entry(&format!("models/{}", "a".repeat(129)), &["bidiGenerateContent"]),
        entry("models/../../secret", &["bidiGenerateContent"]),
        entry("models/<b>", &["bidiGenerateContent"]),
        entry("models/", &["bidiGenerateContent"]),
    ]);
    assert_eq!(models.len(), 1);
    let name = models[0].display_name.as_deref().unwrap();
    assert!(name.starts_with("Twolines[31m") && name.chars().count() == 128, "{name}");
}

#[test]
fn what_is_no_list_of_models_is_refused() {
    for text in ["", "[]", "\"models\"", "{\"models\": 5}", "{\"error\": {\"code\": 400}}", "<html>"] {
        assert!(matches!(from_service(text.as_bytes()), Err(ListingError::Invalid { .. })), "{text}");
    }
    assert_eq!(from_service(b"{}"), Ok(Vec::new()), "no models at all are written so");
    let long = vec![b' '; (4 << 20) + 1];
    assert_eq!(from_service(&long), Err(ListingError::TooLong { bytes: long.len() }));
}

#[test]
fn the_known_models_come_first_and_say_whether_the_service_has_them() {
    let service = read(&[
        entry("models/gemini-9-live", &["bidiGenerateContent"]),
        entry("models/gemini-3.1-flash-live-preview", &["bidiGenerateContent"]),
    ]);
    let models = merged(service);
    let ids: Vec<_> = models.iter().map(|model| model.id.clone()).collect();
    let mut expected: Vec<_> = known().into_iter().map(|model| model.id).collect();
    expected.push("gemini-9-live".into());
    assert_eq!(ids, expected);
    let listed: Vec<_> = models.iter().filter(|model| model.availability == Availability::Listed).collect();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|model| model.family == Family::Live31 && model.display_name.is_some()));
    assert_eq!(models.iter().filter(|model| model.availability == Availability::Missing).count(), known().len() - 1);
}

proptest! {
    #[test]
    fn no_answer_of_the_service_is_too_strange_to_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = from_service(&bytes);
    }

    #[test]
    fn merging_loses_and_repeats_nothing(picked in proptest::collection::vec((0..20_usize, any::<bool>()), 0..30)) {
        let name = |index: usize| known().get(index).map_or(format!("gemini-{index}-live"), |model| model.id.clone());
        let entries: Vec<_> = picked.iter().map(|&(index, talks)| {
            entry(&format!("models/{}", name(index)), if talks { &["bidiGenerateContent"] } else { &["embedContent"] })
        }).collect();
        let models = merged(read(&entries));
        let ids: BTreeSet<_> = models.iter().map(|model| model.id.clone()).collect();
        prop_assert_eq!(ids.len(), models.len());
        let talking: BTreeSet<_> = picked.iter().filter(|(_, talks)| *talks).map(|&(index, _)| name(index)).collect();
        let all: BTreeSet<_> = talking.iter().cloned().chain(known().into_iter().map(|model| model.id)).collect();
        prop_assert_eq!(&ids, &all);
        for model in &models {
            prop_assert_eq!(model.availability == Availability::Listed, talking.contains(&model.id));
        }
    }

    #[test]
    fn every_text_has_a_family(text in ".{0,80}") {
        let _ = family_of(&text).capabilities();
    }
}
