//! JSON Schema as the service's own schema, which knows less: types in capitals, no `additionalProperties` (it ends the session with
//! 1007), no references.

use serde_json::Value;
use vivavoce_live::message::Schema;

/// The part of a JSON Schema without references that the service understands.
pub(crate) fn schema(json: &Value) -> Schema {
    let types: Vec<&str> = match &json["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let strings = |name: &str| -> Vec<String> {
        let items = json[name].as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    // A choice whose members are explained one by one.
    let choices = json["oneOf"].as_array().into_iter().flatten();
    let choices: Vec<String> = choices.filter_map(|choice| choice["const"].as_str()).map(str::to_owned).collect();
    let kind = types.iter().find(|kind| **kind != "null").or((!choices.is_empty()).then_some(&"string"));
    let properties = json["properties"].as_object().into_iter().flatten();
    Schema {
        kind: kind.map(|kind| kind.to_uppercase()),
        nullable: types.contains(&"null").then_some(true),
        description: text("description"),
        values: if choices.is_empty() { strings("enum") } else { choices },
        properties: properties.map(|(name, property)| (name.clone(), schema(property))).collect(),
        required: strings("required"),
        items: json.get("items").map(|items| Box::new(schema(items))),
        minimum: json["minimum"].as_f64(),
        maximum: json["maximum"].as_f64(),
        ..Schema::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_service_does_not_know_is_left_out() {
        let json = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["n"],
            "properties": {
                "n": {"type": ["number", "null"], "format": "double", "description": "How many."},
                "which": {"type": "string", "enum": ["a", "b"]},
                "one": {"oneOf": [{"const": "x", "type": "string", "description": "X."}, {"const": "y"}]},
                "list": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            },
        });
        let wire = serde_json::to_value(schema(&json)).unwrap_or_default();
        assert_eq!(
            wire,
            json!({
                "type": "OBJECT",
                "required": ["n"],
                "properties": {
                    "n": {"type": "NUMBER", "nullable": true, "description": "How many."},
                    "which": {"type": "STRING", "enum": ["a", "b"]},
                    "one": {"type": "STRING", "enum": ["x", "y"]},
                    "list": {"type": "ARRAY", "items": {"type": "INTEGER", "minimum": 0.0}},
                },
            })
        );
    }
}
