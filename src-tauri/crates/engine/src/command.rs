//! What a front end may ask of the conversation.

use secrecy::SecretString;

use vivavoce_tools::{Change, Decision};

use crate::picture::Picture;
use crate::secret::KeyPlace;
use crate::settings::SettingsPatch;

/// One request to the engine. None of them waits for the network or a device: what comes of it is told by events.
#[derive(Debug)]
pub enum Command {
    /// The talk button, the talk key, or an explicit start or stop.
    Talk(TalkInput),
    /// Cut the reply under way: silence within one output period. What was asked and what is being done for the model ends with
    /// it.
    Stop,
    /// Say something by typing it, show something, or both.
    Send {
        /// The words; may be empty where there are pictures.
        text: String,
        /// The pictures.
        pictures: Vec<Picture>,
    },
    /// Answer the question whether a call may be carried out.
    Decide {
        /// The call.
        ticket: u64,
        /// Yes or no, once or for ever.
        decision: Decision,
    },
    /// Change a setting as the model was allowed to.
    Adjust(Change),
    /// Take a timer back.
    CancelTimer(u32),
    /// The microphone sends silence while muted.
    SetMuted(bool),
    /// Connect now instead of at the first press.
    Connect,
    /// End the connection; the next press opens a new one.
    Disconnect,
    /// Change settings; only the fields in the patch change.
    UpdateSettings(SettingsPatch),
    /// The Gemini API key and where to keep it; no key forgets the one there is, wherever it is kept.
    SetApiKey(Option<SecretString>, KeyPlace),
    /// Ask the service about an API key before it is kept; the answer is [`Event::KeyCheck`](crate::Event::KeyCheck).
    CheckKey(SecretString),
    /// Ask the service for the models it has now.
    RefreshModels,
    /// Play a short tone, left then right, on the chosen output.
    TestTone,
    /// Record three seconds of the microphone and play them back.
    RecordTest,
    /// Play a test phrase and tell how much of its echo is removed.
    TestEcho,
    /// Somebody looks at the front end, or nobody does: then the microphone isn't kept open for the next press.
    Attend(bool),
    /// Run the input meter without talking (the settings page).
    MonitorInput(bool),
    /// List the devices anew.
    RefreshDevices,
    /// The user has read the problem.
    DismissProblem,
    /// Forget the transcript of this conversation.
    ClearTranscript,
    /// End an open turn, close the connection and the devices, and stop.
    Shutdown,
}

/// The talk button in its parts, or explicitly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum TalkInput {
    /// Button or key down.
    Press,
    /// Button or key up.
    Release,
    /// Start to talk and go on until [`TalkInput::Stop`].
    Start,
    /// Stop talking.
    Stop,
}
