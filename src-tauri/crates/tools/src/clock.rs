//! What time it is, here or elsewhere.

use std::future::ready;
use std::sync::Arc;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::plain::plain;
use crate::tool::{
    Declaration, Fault, Mention, Outcome, Pace, Request, Risk, Tool, Touches, Work, arguments, schema_of,
};

/// What time it is, and where the user is.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    home: TimeZone,
}

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self::new(Timestamp::now, TimeZone::system())
    }

    /// Another one, at home somewhere.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static, home: TimeZone) -> Self {
        Self { now: Arc::new(now), home }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    pub(crate) fn home(&self) -> TimeZone {
        self.home.clone()
    }
}

/// Tells date, time and weekday in a time zone.
pub struct CurrentTime(pub Clock);

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    /// IANA name of a time zone, such as Asia/Tokyo. Without it: where the user is.
    time_zone: Option<String>,
}

impl CurrentTime {
    fn zone(&self, args: &Map<String, Value>) -> Result<TimeZone, Fault> {
        match arguments::<Place>(args)?.time_zone.filter(|name| !name.is_empty()) {
            None => Ok(self.0.home()),
            Some(name) => TimeZone::get(&name)
                .map_err(|_| Fault::Arguments(format!("{} is no time zone; an IANA name is wanted", plain(&name)))),
        }
    }

    fn tell(&self, args: &Map<String, Value>) -> Outcome {
        let there: Zoned = self.0.now().to_zoned(self.zone(args)?);
        Ok(json!({
            "date": there.strftime("%Y-%m-%d").to_string(),
            "time": there.strftime("%H:%M:%S").to_string(),
            "weekday": there.strftime("%A").to_string(),
            "time_zone": there.time_zone().iana_name().unwrap_or("local"),
            "utc_offset": there.strftime("%:z").to_string(),
        }))
    }
}

impl Tool for CurrentTime {
    fn declaration(&self) -> Declaration {
        Declaration {
            name: "current_time",
            description: "Date, time and weekday now, where the user is or in another time zone.",
            parameters: schema_of::<Place>(),
            risk: Risk::Harmless,
            pace: Pace::Quick,
            mention: Mention::WhenIdle,
        }
    }

    fn request(&self, args: &Map<String, Value>) -> Result<Request, Fault> {
        let zone = self.zone(args)?;
        let name = zone.iana_name().unwrap_or("local");
        Ok(Request { touches: Touches::Nothing, details: vec![("time_zone".to_owned(), plain(name))] })
    }

    fn run(&self, args: &Map<String, Value>) -> Work {
        Box::pin(ready(self.tell(args)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    impl Clock {
        /// One that stands still.
        pub(crate) fn fixed(at: &'static str, home: &str) -> Self {
            Self::new(move || at.parse().unwrap(), TimeZone::get(home).unwrap())
        }
    }

    fn clock() -> CurrentTime {
        // Summer in Berlin, already the next day in Tokyo.
        CurrentTime(Clock::fixed("2026-07-03T22:30:05Z", "Europe/Berlin"))
    }

    fn ask(args: &Value) -> Outcome {
        clock().tell(args.as_object().unwrap())
    }

    #[test]
    fn home_and_elsewhere() {
        let berlin = ask(&json!({})).unwrap();
        assert_eq!((&berlin["date"], &berlin["time"]), (&json!("2026-07-04"), &json!("00:30:05")));
        assert_eq!((&berlin["weekday"], &berlin["utc_offset"]), (&json!("Saturday"), &json!("+02:00")));
        let tokyo = ask(&json!({"time_zone": "Asia/Tokyo"})).unwrap();
        assert_eq!((&tokyo["time"], &tokyo["time_zone"]), (&json!("07:30:05"), &json!("Asia/Tokyo")));
        assert_eq!(ask(&json!({"time_zone": ""})), ask(&json!({})));
    }

    #[test]
    fn a_place_that_is_no_time_zone_is_told_without_its_tricks() {
        let fault = ask(&json!({"time_zone": "Mars/\u{202e}Base"})).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "The arguments don't fit: Mars/⟨U+202E⟩Base is no time zone; an IANA name is wanted"
        );
        assert!(ask(&json!({"zone": "Asia/Tokyo"})).is_err());
    }
}
