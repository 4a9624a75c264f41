//! What the client asked for in `setup`.

use vivavoce_live::message::setup::{ActivityHandling, Setup};

use crate::peer::usage::Compression;

/// What the client asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    pub(super) manual: bool,
    pub(super) interruptions: bool,
    pub(super) input_transcripts: bool,
    pub(super) output_transcripts: bool,
    pub(super) resumption: bool,
    pub(super) thoughts: bool,
    pub(super) compression: Option<Compression>,
    pub(super) vad_signals: bool,
}

impl Options {
    pub(super) fn of(setup: &Setup) -> Self {
        let input = setup.realtime_input_config.as_ref();
        let detection = input.and_then(|input| input.automatic_activity_detection.as_ref());
        let thinking = setup.generation_config.as_ref().and_then(|generation| generation.thinking_config.as_ref());
        let handling = input.and_then(|input| input.activity_handling.as_ref());
        Self {
            manual: detection.is_some_and(|detection| detection.disabled == Some(true)),
            interruptions: handling != Some(&ActivityHandling::NoInterruption),
            input_transcripts: setup.input_audio_transcription.is_some(),
            output_transcripts: setup.output_audio_transcription.is_some(),
            resumption: setup.session_resumption.is_some(),
            thoughts: thinking.is_some_and(|thinking| thinking.include_thoughts == Some(true)),
            compression: setup.context_window_compression.as_ref().map(Compression::from),
            vad_signals: setup.explicit_vad_signal == Some(true),
        }
    }
}

/// Whether the first `clientContent` is history and gets no reply.
pub(super) fn has_initial_history(setup: &Setup) -> bool {
    setup.history_config.as_ref().is_some_and(|history| history.initial_history_in_client_content == Some(true))
}
