//! The service's own list of models.

use tokio::sync::mpsc;
use vivavoce_live::model::{self, ModelInfo};
use vivavoce_live::service;

use super::Actor;
use crate::conversation::Input;
use crate::event::{Event, Frontend};
use crate::problem::Problem;
use crate::settings::Service;

/// Lists that may wait to be told; a person asks for one at a time.
const WAITING: usize = 4;

/// Lists asked for and not told yet.
pub(super) struct Models {
    sender: mpsc::Sender<Result<Vec<ModelInfo>, Problem>>,
    pub(super) lists: mpsc::Receiver<Result<Vec<ModelInfo>, Problem>>,
}

impl Models {
    pub(super) fn new() -> Self {
        let (sender, lists) = mpsc::channel(WAITING);
        Self { sender, lists }
    }
}

impl<F: Frontend> Actor<F> {
    /// Asks the service for the models it has now, in the background.
    pub(super) fn ask_for_models(&mut self) {
        let settings = self.conversation.settings().clone();
        if settings.service == Service::Demo {
            return self.frontend.emit(&Event::Models(model::known()));
        }
        let target = match self.target() {
            Ok(target) => target,
            Err(problem) => return self.handle(Input::SettingsFault(*problem)),
        };
        let told = self.models.sender.clone();
        tokio::spawn(async move {
            let list = match service::list_models(&target).await {
                Ok(Some(json)) => model::from_service(&json)
                    .map(model::merged)
                    .map_err(|error| Problem::of(crate::ProblemCode::NotALiveServer).with_detail(error.to_string())),
                // Who enters with a token can't ask, and is offered what is known.
                Ok(None) => Ok(model::known()),
                Err(reason) => Err(Problem::closed(&reason, &settings)),
            };
            // An engine that has stopped wants no list.
            let _ = told.send(list).await;
        });
    }

    pub(super) fn tell_models(&mut self, list: Result<Vec<ModelInfo>, Problem>) {
        match list {
            Ok(models) => self.frontend.emit(&Event::Models(models)),
            Err(problem) => self.handle(Input::SettingsFault(problem)),
        }
    }
}
