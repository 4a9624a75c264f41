//! What the model may do with timers.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, civil::DateTime};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Timer, Timers};
use crate::outside::outside;
use crate::plain::plain;
use crate::tool::{
    Declaration, Fault, Mention, Nothing, Pace, Request, Risk, Tool, Touches, Work, arguments, schema_of,
};

/// Longest label, bytes: it has to fit into a notification.
const LONGEST_LABEL: usize = 200;

/// Longest timer. What is further away is a reminder.
const LONGEST_TIMER: SignedDuration = SignedDuration::from_hours(24);

/// Furthest reminder.
const FURTHEST: SignedDuration = SignedDuration::from_hours(366 * 24);

fn label(text: Option<String>) -> Result<String, Fault> {
    let text = text.unwrap_or_default().trim().to_owned();
    if text.len() > LONGEST_LABEL {
        return Err(Fault::Arguments(format!("label has more than {LONGEST_LABEL} bytes")));
    }
    Ok(text)
}

/// Sets a timer.
pub struct SetTimer(pub Arc<Timers>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Length {
    /// Hours.
    hours: Option<f64>,
    /// Minutes.
    minutes: Option<f64>,
    /// Seconds.
    seconds: Option<f64>,
    /// What it is for, in the user's words.
    label: Option<String>,
}

impl SetTimer {
    fn wanted(args: &Map<String, Value>) -> Result<(SignedDuration, String), Fault> {
        let Length { hours, minutes, seconds, label: text } = arguments::<Length>(args)?;
        let parts = [(hours, 3600.0), (minutes, 60.0), (seconds, 1.0)];
        let total: f64 = parts.iter().map(|(part, unit)| part.unwrap_or_default() * unit).sum();
        let length = SignedDuration::try_from_secs_f64(total.round())
            .ok()
            .filter(|length| *length >= SignedDuration::from_secs(1) && *length <= LONGEST_TIMER);
        let length = length.ok_or_else(|| Fault::Arguments("a timer takes from a second to 24 hours".to_owned()))?;
        Ok((length, label(text)?))
    }
}

impl Tool for SetTimer {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "set_timer",
            description: "Sets a timer: the user is told when the time is over.",
            parameters: schema_of::<Length>(),
            risk: Risk::Acts,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let (length, label) = Self::wanted(args)?;
        let mut details = vec![("length".to_owned(), format!("{length:#}"))];
        details.extend(Some(("label".to_owned(), plain(&label))).filter(|_| !label.is_empty()));
        Ok(Request { touches: Touches::TimersChanged, details })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let wanted = Self::wanted(args);
        let timers = Arc::clone(&self.0);
        Box::pin(async move {
            let (length, label) = wanted?;
            let due = timers.clock.now().checked_add(length).map_err(|error| Fault::Failed(error.to_string()))?;
            set(timers, label, due, false).await
        })
    }
}

/// Sets a reminder.
pub struct SetReminder(pub Arc<Timers>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Moment {
    /// When, in the user's own time: YYYY-MM-DDTHH:MM.
    at: String,
    /// What of, in the user's words.
    label: String,
}

impl SetReminder {
    fn wanted(&self, args: &Map<String, Value>) -> Result<(Timestamp, String, String), Fault> {
        let Moment { at, label: text } = arguments::<Moment>(args)?;
        let moment: DateTime = at
            .parse()
            .map_err(|_| Fault::Arguments(format!("{} is no moment; YYYY-MM-DDTHH:MM is wanted", plain(&at))))?;
        let there = moment
            .to_zoned(self.0.clock.home())
            .map_err(|error| Fault::Arguments(format!("there is no such moment: {error}")))?;
        let away = there.timestamp().duration_since(self.0.clock.now());
        if away <= SignedDuration::ZERO || away > FURTHEST {
            return Err(Fault::Arguments("the moment must be in the future, within a year".to_owned()));
        }
        let label = label(Some(text))?;
        if label.is_empty() {
            return Err(Fault::Arguments("a reminder needs a label".to_owned()));
        }
        Ok((there.timestamp(), there.strftime("%Y-%m-%d %H:%M").to_string(), label))
    }
}

impl Tool for SetReminder {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "set_reminder",
            description: "Reminds the user of something at a moment. Ask current_time first if the date isn't known.",
            parameters: schema_of::<Moment>(),
            risk: Risk::Acts,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let (_, at, label) = self.wanted(args)?;
        let details = vec![("at".to_owned(), at), ("label".to_owned(), plain(&label))];
        Ok(Request { touches: Touches::TimersChanged, details })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let wanted = self.wanted(args);
        let timers = Arc::clone(&self.0);
        Box::pin(async move {
            let (due, _, label) = wanted?;
            set(timers, label, due, true).await
        })
    }
}

async fn set(timers: Arc<Timers>, label: String, due: Timestamp, reminder: bool) -> Result<Value, Fault> {
    let home = timers.clock.home();
    let timer = outside(move || timers.set(&label, due, reminder)).await?;
    Ok(json!({ "id": timer.id, "rings_at": due.to_zoned(home).strftime("%Y-%m-%d %H:%M:%S").to_string() }))
}

/// Tells the model all timers.
pub struct ListTimers(pub Arc<Timers>);

impl Tool for ListTimers {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "list_timers",
            description: "Tells which timers and reminders of the user's run, with the id of each.",
            parameters: schema_of::<Nothing>(),
            risk: Risk::Reads,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        arguments::<Nothing>(args)?;
        Ok(Request { touches: Touches::TimersRead, details: Vec::new() })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let list = arguments::<Nothing>(args).map(|_| self.0.list());
        let (now, home) = (self.0.clock.now(), self.0.clock.home());
        Box::pin(async move {
            let told = list?.into_iter().map(|Timer { id, label, due, reminder }| {
                let at = Timestamp::from_millisecond(due).unwrap_or_default();
                json!({
                    "id": id,
                    "label": label,
                    "kind": if reminder { "reminder" } else { "timer" },
                    "rings_at": at.to_zoned(home.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
                    "seconds_left": at.duration_since(now).as_secs(),
                })
            });
            Ok(json!({ "timers": told.collect::<Vec<_>>() }))
        })
    }
}

/// Takes a timer back.
pub struct CancelTimer(pub Arc<Timers>);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The timer's id, from list_timers or from when it was set.
    id: u32,
}

impl Tool for CancelTimer {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "cancel_timer",
            description: "Takes back one of the user's timers or reminders.",
            parameters: schema_of::<Which>(),
            risk: Risk::Acts,
            pace: Pace::Slow,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let id = arguments::<Which>(args)?.id;
        let timer = self.0.list().into_iter().find(|timer| timer.id == id);
        let timer = timer.ok_or_else(|| Fault::Arguments(format!("no timer {id} runs")))?;
        let at = Timestamp::from_millisecond(timer.due).unwrap_or_default().to_zoned(self.0.clock.home());
        let mut details = vec![("cancel".to_owned(), at.strftime("%Y-%m-%d %H:%M:%S").to_string())];
        details.extend(Some(("label".to_owned(), plain(&timer.label))).filter(|_| !timer.label.is_empty()));
        Ok(Request { touches: Touches::TimersChanged, details })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        let which = arguments::<Which>(args);
        let timers = Arc::clone(&self.0);
        Box::pin(async move {
            let id = which?.id;
            let cancelled = outside(move || timers.cancel(id).map_err(|error| error.to_string())).await?;
            Ok(json!({ "cancelled": cancelled.is_some() }))
        })
    }
}
