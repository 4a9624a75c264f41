//! The built-in demo, started when it is first needed.

use vivavoce_engine::{DemoStart, Language};
use vivavoce_simulator::{Demo, Language as Guide};

pub(crate) fn starter() -> DemoStart {
    let mut demo = Demo::default();
    Box::new(move |language| {
        let guide = match language {
            Language::En => Guide::En,
            Language::Ja => Guide::Ja,
            Language::System => Guide::of_system(),
        };
        demo.url(guide).map_err(|error| error.to_string())
    })
}
