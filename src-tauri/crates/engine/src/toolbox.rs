//! The functions this program offers, and what they keep.

use std::path::Path;
use std::sync::Arc;

use vivavoce_live::model::VOICES;
use vivavoce_tools::{
    AddNote, CancelTimer, Change, ChangeSetting, Clock, Controls, CurrentTime, DeleteNote, Desk, KeptError, ListNotes,
    ListTimers, Log, Notes, OpenLink, Outside, Permission, ReadClipboard, Risk, SetReminder, SetTimer, Timers, Tool,
    WriteClipboard,
};

use crate::settings::Language;

/// The functions, and what they keep.
pub struct Toolbox {
    /// Timers and reminders.
    pub timers: Arc<Timers>,
    /// Notes.
    pub notes: Arc<Notes>,
    /// Every call that is over.
    pub log: Arc<Log>,
    /// What was wrong with the files, to be told to the user.
    pub(crate) faults: Vec<KeptError>,
    outside: Option<Arc<dyn Outside>>,
    clock: Clock,
}

impl Toolbox {
    /// What is kept in `folder`; without one it lasts for this run. Without a desktop outside there is neither browser nor
    /// clipboard.
    pub fn open(folder: Option<&Path>, outside: Option<Arc<dyn Outside>>) -> Self {
        let clock = Clock::system();
        let file = |name: &str| folder.map(|folder| folder.join(name));
        let (timers, no_timers) = Timers::open(file("timers.json"), clock.clone());
        let (notes, no_notes) = Notes::open(file("notes.json"), clock.clone());
        let (log, no_log) = Log::open(file("calls.json"), clock.clone());
        let faults = [no_timers, no_notes, no_log].into_iter().flatten().collect();
        Self { timers, notes, log, faults, outside, clock }
    }

    /// Name and risk of each.
    pub fn functions(&self) -> Vec<(&'static str, Risk)> {
        self.desk(Arc::new(Nothing)).known().map(|known| (known.name, known.risk)).collect()
    }

    /// A desk with all of them.
    pub(crate) fn desk(&self, controls: Arc<dyn Controls>) -> Desk {
        let voices = VOICES.iter().map(|voice| voice.id).collect();
        let languages = [Language::En, Language::Ja].into_iter().filter_map(Language::tag).collect();
        let mut tools: Vec<Arc<dyn Tool>> = vec![
            Arc::new(CurrentTime(self.clock.clone())),
            Arc::new(SetTimer(Arc::clone(&self.timers))),
            Arc::new(SetReminder(Arc::clone(&self.timers))),
            Arc::new(ListTimers(Arc::clone(&self.timers))),
            Arc::new(CancelTimer(Arc::clone(&self.timers))),
            Arc::new(AddNote(Arc::clone(&self.notes))),
            Arc::new(ListNotes(Arc::clone(&self.notes))),
            Arc::new(DeleteNote(Arc::clone(&self.notes))),
            Arc::new(ChangeSetting::new(controls, voices, languages)),
        ];
        if let Some(outside) = &self.outside {
            tools.push(Arc::new(OpenLink(Arc::clone(outside))));
            tools.push(Arc::new(ReadClipboard(Arc::clone(outside))));
            tools.push(Arc::new(WriteClipboard(Arc::clone(outside))));
        }
        Desk::new(tools.into_iter().map(|tool| (tool, Permission::default())))
    }
}

/// Controls of nothing, where nothing is to be carried out.
struct Nothing;

impl Controls for Nothing {
    fn change(&self, _: Change) -> Result<(), String> {
        Err("nothing can be changed here".to_owned())
    }
}
