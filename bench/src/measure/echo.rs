//! Echo removed, double talk kept: what the sound crate's own example measured.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::Bench;
use crate::report::{Section, Table};

pub(super) const TITLE: &str = "Echo";

const METHOD: &str = "\
`cargo run --release -p vivavoce-audio --example echo -- --json`: synthetic rooms, without devices.";

/// Takes in what the example printed; `None` where it wasn't run.
pub(super) fn read(bench: &Bench) -> Result<Option<Section>> {
    let Some(file) = &bench.echo else { return Ok(None) };
    let text = fs::read_to_string(file).with_context(|| format!("could not read {}", file.display()))?;
    let data: Value = serde_json::from_str(&text).context("the echo example printed no JSON")?;
    let tables = tables(&data);
    Ok(Some(Section { name: "echo", title: TITLE, method: METHOD, tables, promises: Vec::new(), data, late_ms: 0.0 }))
}

/// A table of every list of objects, at the top or one level below.
fn tables(data: &Value) -> Vec<Table> {
    let lists = std::iter::once(data).chain(data.as_object().into_iter().flat_map(Map::values));
    lists.filter_map(|list| table(list.as_array()?)).collect()
}

fn table(list: &[Value]) -> Option<Table> {
    let columns: Vec<&str> = list.first()?.as_object()?.keys().map(String::as_str).collect();
    let mut table = Table::new(&columns);
    for object in list {
        table.row(columns.iter().map(|column| cell(&object[*column])));
    }
    Some(table)
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => format!("{:.1}", number.as_f64().unwrap_or(f64::NAN)),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_of_rooms_is_a_table_wherever_it_is() {
        let rooms = json!([{"room": "small", "erle_db": 38.25}, {"room": "large", "erle_db": null}]);
        assert_eq!(tables(&rooms).len(), 1);
        assert_eq!(tables(&json!({"rooms": rooms, "engine": "x"})).len(), 1);
        assert!(tables(&json!({"engine": "x"})).is_empty());
    }
}
