//! What the window may ask for. Each returns at once; what comes of it is told by events.
#![expect(clippy::needless_pass_by_value, reason = "Tauri's commands take their arguments and state by value")]

use std::path::PathBuf;
use std::sync::Arc;

use tauri::ipc::{Channel, InvokeBody, Request};
use tauri::{AppHandle, Manager as _, Runtime, State};
use vivavoce_engine::tools::{Decision, KeptNote, Log, Notes, Record};
use vivavoce_engine::{Command, Handle, KeyPlace, Picture, SettingsPatch, TalkInput};

use crate::frontend::View;
use crate::link;
use crate::pictures::Pictures;
use crate::view::{Attachment, CommandError, SettingsImport, Snapshot, ViewEvent};

type Done = Result<(), CommandError>;

/// Everything there is to show, and from now on every change through `channel`.
#[tauri::command]
pub(crate) fn subscribe(view: State<'_, Arc<View>>, channel: Channel<ViewEvent>) -> Snapshot {
    view.subscribe(channel)
}

#[tauri::command]
pub(crate) fn connect(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::Connect)?)
}

#[tauri::command]
pub(crate) fn disconnect(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::Disconnect)?)
}

#[tauri::command]
pub(crate) fn talk(engine: State<'_, Handle>, action: TalkInput) -> Done {
    Ok(engine.send(Command::Talk(action))?)
}

#[tauri::command]
pub(crate) fn stop(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::Stop)?)
}

/// Words, pictures that were made ready by [`attach`], or both.
#[tauri::command]
pub(crate) fn send_text(
    engine: State<'_, Handle>,
    waiting: State<'_, Pictures>,
    text: String,
    pictures: Vec<u64>,
) -> Done {
    Ok(engine.send(Command::Send { text, pictures: waiting.take(&pictures) })?)
}

/// Makes a file a picture that waits for its message. The bytes come as they are.
#[tauri::command]
pub(crate) async fn attach(
    view: State<'_, Arc<View>>,
    waiting: State<'_, Pictures>,
    request: Request<'_>,
) -> Result<Attachment, CommandError> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(CommandError::Invalid { field: "bytes".into(), detail: "no bytes".into() });
    };
    waiting.has_room()?;
    let (bytes, resolution) = (bytes.clone(), view.settings().generation.media_resolution);
    // Up to a quarter of a second of work.
    let picture = tauri::async_runtime::spawn_blocking(move || Picture::of_file(&bytes, resolution)).await;
    waiting.keep(picture.map_err(CommandError::from)??)
}

/// Forgets a picture that waits.
#[tauri::command]
pub(crate) fn detach(waiting: State<'_, Pictures>, id: u64) {
    waiting.drop_one(id);
}

/// The user's word on a call.
#[tauri::command]
pub(crate) fn decide(engine: State<'_, Handle>, ticket: u64, decision: Decision) -> Done {
    Ok(engine.send(Command::Decide { ticket, decision })?)
}

#[tauri::command]
pub(crate) fn cancel_timer(engine: State<'_, Handle>, id: u32) -> Done {
    Ok(engine.send(Command::CancelTimer(id))?)
}

/// Every note, the oldest first.
#[tauri::command]
pub(crate) fn notes(notes: State<'_, Arc<Notes>>) -> Vec<KeptNote> {
    notes.list()
}

/// Forgets a note, and tells the rest.
#[tauri::command]
pub(crate) fn delete_note(notes: State<'_, Arc<Notes>>, id: u32) -> Result<Vec<KeptNote>, CommandError> {
    notes.delete(id)?;
    Ok(notes.list())
}

/// Every call that is over, the newest first.
#[tauri::command]
pub(crate) fn call_log(log: State<'_, Arc<Log>>) -> Vec<Record> {
    log.list()
}

#[tauri::command]
pub(crate) fn clear_call_log(log: State<'_, Arc<Log>>) -> Done {
    Ok(log.clear()?)
}

#[tauri::command]
pub(crate) fn set_muted(engine: State<'_, Handle>, muted: bool) -> Done {
    Ok(engine.send(Command::SetMuted(muted))?)
}

#[tauri::command]
pub(crate) fn clear_transcript(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::ClearTranscript)?)
}

#[tauri::command]
pub(crate) fn dismiss_problem(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::DismissProblem)?)
}

/// A patch that can't be applied is refused here, where the window can still say which field is wrong.
#[tauri::command]
pub(crate) fn update_settings(view: State<'_, Arc<View>>, engine: State<'_, Handle>, patch: SettingsPatch) -> Done {
    view.settings().patched(&patch)?;
    Ok(engine.send(Command::UpdateSettings(patch))?)
}

/// All settings as a text without secrets.
#[tauri::command]
pub(crate) fn settings_text(view: State<'_, Arc<View>>) -> Result<String, CommandError> {
    Ok(view.settings().exported()?)
}

/// The same as a new file among the downloads; its path.
#[tauri::command]
pub(crate) fn export_settings<R: Runtime>(
    app: AppHandle<R>,
    view: State<'_, Arc<View>>,
) -> Result<PathBuf, CommandError> {
    Ok(view.settings().export_into(&app.path().download_dir()?)?)
}

/// What a text would make of the settings; nothing is changed.
#[tauri::command]
pub(crate) fn read_settings(view: State<'_, Arc<View>>, text: String) -> Result<SettingsImport, CommandError> {
    Ok(view.settings().imported(&text)?.into())
}

/// The key goes one way: it is never told back. The environment can't be written to.
#[tauri::command]
pub(crate) fn set_api_key(engine: State<'_, Handle>, key: Option<String>, place: KeyPlace) -> Done {
    if place == KeyPlace::Environment {
        return Err(CommandError::Invalid { field: "place".into(), detail: "no place to keep a key".into() });
    }
    let key = key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
    Ok(engine.send(Command::SetApiKey(key.map(Into::into), place))?)
}

/// Asks the service about a key that isn't kept yet. It goes the same one way.
#[tauri::command]
pub(crate) fn check_key(engine: State<'_, Handle>, key: String) -> Done {
    Ok(engine.send(Command::CheckKey(key.trim().to_owned().into()))?)
}

#[tauri::command]
pub(crate) fn refresh_models(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::RefreshModels)?)
}

#[tauri::command]
pub(crate) fn refresh_devices(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::RefreshDevices)?)
}

#[tauri::command]
pub(crate) fn test_tone(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::TestTone)?)
}

#[tauri::command]
pub(crate) fn monitor_input(engine: State<'_, Handle>, on: bool) -> Done {
    Ok(engine.send(Command::MonitorInput(on))?)
}

#[tauri::command]
pub(crate) fn record_test(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::RecordTest)?)
}

#[tauri::command]
pub(crate) fn test_echo(engine: State<'_, Handle>) -> Done {
    Ok(engine.send(Command::TestEcho)?)
}

/// Whether anybody sees the window: a microphone isn't kept ready for nobody, and meters aren't drawn.
#[tauri::command]
pub(crate) fn attend(view: State<'_, Arc<View>>, engine: State<'_, Handle>, present: bool) -> Done {
    view.attend(present);
    Ok(engine.send(Command::Attend(present))?)
}

/// Shows a web address in the user's own browser; any other address is refused.
#[tauri::command]
pub(crate) fn open_link(url: String) -> Done {
    link::open(&url)
}
