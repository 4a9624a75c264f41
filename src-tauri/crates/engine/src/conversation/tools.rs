//! The functions the model may call: what it is told of them, and its calls on their way.

use vivavoce_audio::{AudioCommand, Cue};
use vivavoce_live::driver::DriverCommand;
use vivavoce_live::message::tool::{Behavior, Scheduling};
use vivavoce_live::message::{FunctionCall, FunctionDeclaration, FunctionResponse, Tool};
use vivavoce_live::model::{Capabilities, family_of};
use vivavoce_tools::{Call, Change, Decision, Declaration, Due, Mention, Order, Outcome, Pace, Permission, Stage};

use super::{Conversation, Effect, Job};
use crate::event::Event;
use crate::schema::schema;
use crate::settings::{Language, Settings};
use crate::transcript::ToolCall;

impl Conversation {
    /// What the model is told it may call with these settings.
    pub(super) fn offered(&self, settings: &Settings) -> Vec<Tool> {
        let wanted = |declaration: &&Declaration| settings.tools.permission(declaration.name) != Permission::Never;
        let functions: Vec<_> = self
            .desk
            .known()
            .filter(wanted)
            .map(|known| function(known, settings.tools.permission(known.name)))
            .collect();
        let search = settings.tools.google_search.then(|| Tool {
            google_search: Some(serde_json::Value::Object(serde_json::Map::new())),
            ..Tool::default()
        });
        let functions = (!functions.is_empty()).then(|| Tool { function_declarations: functions, ..Tool::default() });
        // The order in which the official Python SDK sends them.
        search.into_iter().chain(functions).collect()
    }

    /// What the settings say of each function counts from now on.
    pub(super) fn permit_tools(&mut self) {
        let names: Vec<_> = self.desk.known().map(|declaration| declaration.name).collect();
        for name in names {
            self.desk.permit(name, self.settings.tools.permission(name));
        }
    }

    pub(super) fn handle_calls(&mut self, calls: Vec<FunctionCall>) {
        self.note_answer();
        for FunctionCall { id, name, args, .. } in calls {
            self.desk.call(Call { id: id.unwrap_or_default(), name, args }, self.now);
        }
        self.obey_desk();
    }

    pub(super) fn cancel_calls(&mut self, ids: &[String]) {
        self.desk.cancel(ids);
        self.obey_desk();
    }

    pub(super) fn decide(&mut self, ticket: u64, decision: Decision) {
        self.desk.decide(ticket, decision, self.now);
        self.obey_desk();
    }

    pub(super) fn finish_work(&mut self, ticket: u64, outcome: Outcome) {
        self.desk.finished(ticket, outcome);
        self.obey_desk();
    }

    pub(super) fn stop_tools(&mut self) {
        self.desk.stop();
        self.obey_desk();
    }

    pub(super) fn settle_tools(&mut self) {
        self.desk.handle_timeout(self.now);
        self.obey_desk();
    }

    /// Whether a call is being carried out, rather than asked about.
    pub(super) fn is_at_work(&self) -> bool {
        self.desk.is_working()
    }

    /// A setting the model was allowed to change. A voice counts from the next connection on: changing it now would end this one in
    /// the middle of the model's sentence.
    pub(super) fn adjust(&mut self, change: Change) {
        match change {
            Change::Muted(muted) => return self.set_muted(muted),
            Change::Volume(percent) => {
                let old = self.settings.clone();
                self.settings.sound.output_volume_db = decibels(percent);
                self.apply_sound(&old);
            }
            Change::Language(tag) => {
                let known = [Language::En, Language::Ja].into_iter().find(|language| language.tag() == tag);
                self.settings.language = known.unwrap_or(Language::System);
            }
            Change::Voice(voice) => {
                self.settings.choose_voice(voice);
                let config = self.session_config(None);
                self.session(DriverCommand::Configure(Box::new(config)));
            }
        }
        self.effects.push_back(Effect::Save(self.settings.clone()));
        self.tell_settings();
    }

    pub(super) fn handle_due(&mut self, due: Vec<Due>) {
        for due in due {
            let change = self.transcript.time_is_up(self.turn, due.timer.label.clone(), due.missed, self.wall_ms);
            self.tell_change(Some(change));
            // Not one of the short sounds that can be turned off: it was asked for.
            self.audio(AudioCommand::Play(Cue::TimeIsUp));
            self.emit(Event::TimeIsUp(due));
        }
    }

    fn obey_desk(&mut self) {
        let mut answers = Vec::new();
        while let Some(order) = self.desk.poll_order() {
            match order {
                Order::Show(card) => {
                    if matches!(card.stage, Stage::Asking { .. }) {
                        self.cue(Cue::Question);
                    }
                    if matches!(card.stage, Stage::Ended(_)) {
                        self.effects.push_back(Effect::Log(card.clone()));
                    }
                    let call = ToolCall::new(card, self.now, self.wall_ms);
                    let change = self.transcript.call(self.turn, call, self.wall_ms);
                    self.tell_change(Some(change));
                }
                Order::Run { ticket, name, args } => {
                    if let Some(tool) = self.desk.tool(name) {
                        let work = tool.run(&args);
                        self.effects.push_back(Effect::Work { ticket, job: Job(work) });
                    }
                }
                Order::Abort { ticket } => self.effects.push_back(Effect::DropWork { ticket }),
                Order::Answer { id, name, response, mention } => {
                    let id = Some(id).filter(|id| !id.is_empty());
                    let scheduling = self.scheduling(&name, mention);
                    answers.push(FunctionResponse { id, name, response, scheduling, ..FunctionResponse::default() });
                }
                Order::Remember { name, permission } => {
                    self.settings.tools.permit(name, permission);
                    self.effects.push_back(Effect::Save(self.settings.clone()));
                    self.tell_settings();
                }
            }
        }
        if !answers.is_empty() {
            self.session(DriverCommand::Respond(answers));
        }
    }

    /// When the model is to speak of an answer; nothing where it waits for it.
    fn scheduling(&self, name: &str, mention: Mention) -> Option<Scheduling> {
        let capabilities = self.capabilities();
        let declared = self.desk.known().find(|declaration| declaration.name == name);
        let declared = declared.map(|known| behavior(known, self.settings.tools.permission(name)));
        if capabilities.behavior(declared.as_ref()) != Behavior::NonBlocking {
            return None;
        }
        Some(match mention {
            Mention::Interrupting => Scheduling::Interrupt,
            Mention::WhenIdle => Scheduling::WhenIdle,
            Mention::Silently => Scheduling::Silent,
        })
    }

    fn capabilities(&self) -> &'static Capabilities {
        family_of(&self.settings.model).capabilities()
    }
}

fn function(declaration: &Declaration, permission: Permission) -> FunctionDeclaration {
    FunctionDeclaration {
        name: declaration.name.to_owned(),
        description: Some(declaration.description.to_owned()),
        parameters: Some(schema(&declaration.parameters)),
        behavior: Some(behavior(declaration, permission)),
        ..FunctionDeclaration::default()
    }
}

/// The model waits only for what is done at once, and never for its user.
fn behavior(declaration: &Declaration, permission: Permission) -> Behavior {
    let asks = declaration.risk.asks() && permission == Permission::Ask;
    if asks || declaration.pace == Pace::Slow { Behavior::NonBlocking } else { Behavior::Blocking }
}

/// A volume in percent as most people mean it: half sounds half as loud, which is 10 dB.
fn decibels(percent: u8) -> i32 {
    if percent == 0 {
        return -60;
    }
    let halvings = (100.0 / f64::from(percent)).log2();
    ((-10.0 * halvings).round() as i32).clamp(-60, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_become_decibels_as_loudness_is_heard() {
        assert_eq!([100, 50, 25, 10, 1, 0].map(decibels), [0, -10, -20, -33, -60, -60]);
    }
}
