//! What was measured, as Markdown for people and JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::statistics::Spread;

/// The results of one measurement.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// Its name in the JSON report and for `--only`.
    pub(crate) name: &'static str,
    /// Its heading.
    pub(crate) title: &'static str,
    /// How it was measured, in paragraphs of Markdown.
    pub(crate) method: &'static str,
    /// What the numbers say.
    pub(crate) tables: Vec<Table>,
    /// Whether promises are kept.
    pub(crate) promises: Vec<Promise>,
    /// The same numbers for programs.
    pub(crate) data: Value,
    /// How long the machine made a thread wait that was ready, at most, ms.
    pub(crate) late_ms: f64,
}

/// Rows under named columns; the first column names the row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A promise and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Promise {
    /// What was promised.
    pub(crate) what: String,
    /// The limit in words.
    pub(crate) limit: String,
    /// What was measured.
    pub(crate) measured: String,
    /// Whether it is kept.
    pub(crate) kept: bool,
}

impl Table {
    /// A table with columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|column| (*column).to_owned()).collect(), rows: Vec::new() }
    }

    /// A table of spreads in milliseconds.
    pub(crate) fn of_times(first: &str) -> Self {
        Self::new(&[first, "n", "min", "median", "p95", "max"])
    }

    /// Adds a row of words.
    pub(crate) fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Adds a spread of milliseconds, for [`Table::of_times`].
    pub(crate) fn times(&mut self, name: &str, spread: Option<Spread>) {
        let cells = spread.map_or_else(
            || ["0", "–", "–", "–", "–"].map(str::to_owned).to_vec(),
            |spread| {
                let number = |value: f64| format!("{value:.1}");
                let Spread { count, least, median, p95, most } = spread;
                vec![count.to_string(), number(least), number(median), number(p95), number(most)]
            },
        );
        self.row(std::iter::once(name.to_owned()).chain(cells));
    }

    fn write(&self, text: &mut String) {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        text.push('\n');
        text.push_str(&line(&self.columns));
        text.push_str(&line(&vec!["---".to_owned(); self.columns.len()]));
        for row in &self.rows {
            text.push_str(&line(row));
        }
    }
}

impl Promise {
    /// A number that must not be above a limit, both in the same unit.
    pub(crate) fn at_most(what: impl Into<String>, limit: f64, measured: Option<f64>, unit: &str) -> Self {
        Self {
            what: what.into(),
            limit: format!("≤ {limit} {unit}"),
            measured: measured.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.1} {unit}")),
            kept: measured.is_some_and(|value| value <= limit),
        }
    }

    /// A percentile that must be close to its median, both in milliseconds.
    pub(crate) fn steady(what: impl Into<String>, most: f64, spread: Option<Spread>) -> Self {
        Self::at_most(what, most, spread.map(|spread| spread.p95 - spread.median), "ms")
    }
}

/// Everything of a run.
#[derive(Debug)]
pub(crate) struct Report {
    /// The machine and the run, by name.
    pub(crate) machine: Vec<(&'static str, String)>,
    /// The command that repeats it.
    pub(crate) command: String,
    /// What was measured.
    pub(crate) sections: Vec<Section>,
    /// What could not be measured, and why.
    pub(crate) failures: Vec<(&'static str, String)>,
}

impl Report {
    /// For people.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::from("# Performance\n\n");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "Written by `{}`: the release build of `vivavoce-cli` against the simulator, on virtual devices. All times are in \
             milliseconds unless another unit is named; p95 is the value that 95 of a hundred don't exceed.",
            self.command
        );
        let mut machine = Table::new(&["machine", ""]);
        for (name, value) in &self.machine {
            machine.row([*name, value.as_str()]);
        }
        machine.write(&mut text);
        text.push_str("\n## Promises\n");
        let mut promises = Table::new(&["promise", "limit", "measured", "kept"]);
        for promise in self.sections.iter().flat_map(|section| &section.promises) {
            let kept = if promise.kept { "yes" } else { "**no**" };
            promises.row([promise.what.as_str(), &promise.limit, &promise.measured, kept]);
        }
        promises.write(&mut text);
        for section in &self.sections {
            let _ = write!(text, "\n## {}\n\n{}\n", section.title, section.method);
            for table in &section.tables {
                table.write(&mut text);
            }
            let late = section.late_ms;
            let _ = write!(
                text,
                "\nMeanwhile a thread that was ready had to wait for a processor for {late:.1} ms at most.\n"
            );
        }
        for (name, why) in &self.failures {
            let _ = write!(text, "\n## Not measured: {name}\n\n```\n{why}\n```\n");
        }
        text
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let promise = |promise: &Promise| json!({"what": promise.what, "limit": promise.limit, "measured": promise.measured, "kept": promise.kept});
        let machine: serde_json::Map<String, Value> =
            self.machine.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let section = |section: &Section| {
            let value = json!({"machine_late_ms": section.late_ms, "measured": section.data});
            (section.name.to_owned(), value)
        };
        let sections: serde_json::Map<String, Value> = self.sections.iter().map(section).collect();
        json!({
            "command": self.command,
            "machine": machine,
            "promises": self.sections.iter().flat_map(|section| &section.promises).map(promise).collect::<Vec<_>>(),
            "sections": sections,
            "failures": self.failures.iter().map(|(name, why)| json!({"section": name, "why": why})).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn report() -> Report {
        let mut table = Table::of_times("way");
        table.times("all", Spread::of([1.0, 2.0, 3.0]));
        table.times("none", None);
        let section = Section {
            name: "way",
            title: "The way",
            method: "By foot.",
            tables: vec![table],
            promises: vec![
                Promise::at_most("short", 2.0, Some(2.0), "ms"),
                Promise::at_most("shorter", 2.0, Some(2.1), "ms"),
                Promise::at_most("unknown", 2.0, None, "ms"),
            ],
            data: json!({"ms": 2}),
            late_ms: 0.4,
        };
        Report {
            machine: vec![("cores", "2".into())],
            command: "go".into(),
            sections: vec![section],
            failures: vec![("Rain", "none fell".into())],
        }
    }

    #[test]
    fn people_read_numbers_promises_and_what_failed() {
        let text = report().markdown();
        assert!(text.contains("| all | 3 | 1.0 | 2.0 | 3.0 | 3.0 |"), "{text}");
        assert!(text.contains("| none | 0 | – | – | – | – |"), "{text}");
        assert!(text.contains("| shorter | ≤ 2 ms | 2.1 ms | **no** |"), "{text}");
        assert!(text.contains("| unknown | ≤ 2 ms | not measured | **no** |"), "{text}");
        assert!(text.contains("## Not measured: Rain"), "{text}");
    }

    #[test]
    fn programs_read_the_same() {
        let json = report().json();
        assert_eq!(json["sections"]["way"]["measured"]["ms"], 2);
        let kept: Vec<&Value> = json["promises"].as_array().unwrap().iter().map(|promise| &promise["kept"]).collect();
        assert_eq!(kept, [true, false, false]);
    }
}
