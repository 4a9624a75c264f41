//! What a declared function takes, as far as arguments are made up for it.

use serde_json::{Map, Value};
use vivavoce_live::message::tool::FunctionDeclaration;

/// Deepest nesting of alternatives that is looked into.
const DEEPEST: usize = 4;

/// A member of the arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) text: bool,
    pub(super) number: bool,
    pub(super) truth: bool,
    /// The only texts it takes, if there are any.
    pub(super) values: Vec<String>,
}

/// What a function takes, required members first, in either kind of schema.
pub(super) fn parameters(declaration: &FunctionDeclaration) -> Vec<Parameter> {
    let api = || declaration.parameters.as_ref().and_then(|schema| serde_json::to_value(schema).ok());
    let schema = declaration.parameters_json_schema.clone().or_else(api).unwrap_or_default();
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let listed = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<&str> = Vec::new();
    for name in listed("required").chain(listed("propertyOrdering")).chain(properties.keys().map(String::as_str)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let parameter = |name: &str| {
        let required = listed("required").any(|other| other == name);
        let mut parameter = Parameter { name: name.to_owned(), required, ..Parameter::default() };
        parameter.take(properties.get(name)?, DEEPEST);
        Some(parameter)
    };
    names.into_iter().filter_map(parameter).collect()
}

impl Parameter {
    /// Adds what a schema allows.
    fn take(&mut self, schema: &Value, depth: usize) {
        let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
        let texts: Vec<String> =
            list("enum").chain(schema.get("const")).filter_map(Value::as_str).map(str::to_owned).collect();
        let alternatives: Vec<&Value> = list("anyOf").chain(list("oneOf")).take_while(|_| depth > 0).collect();
        let kinds = schema.get("type").into_iter().filter_map(Value::as_str);
        let kinds: Vec<String> =
            kinds.chain(list("type").filter_map(Value::as_str)).map(str::to_ascii_lowercase).collect();
        let is = |kind: &str| kinds.iter().any(|other| other == kind);
        let anything = kinds.is_empty() && texts.is_empty() && alternatives.is_empty();
        self.text |= anything || is("string") || !texts.is_empty();
        self.number |= anything || is("number") || is("integer");
        self.truth |= anything || is("boolean");
        self.values.extend(texts);
        for alternative in alternatives {
            self.take(alternative, depth - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    fn read(declaration: Value) -> Vec<Parameter> {
        parameters(&serde_json::from_value(declaration).unwrap())
    }

    #[test]
    fn both_kinds_of_schema_mean_the_same() {
        let api = read(json!({"name": "f", "parameters": {"type": "OBJECT", "required": ["mode"], "properties": {
            "count": {"type": "INTEGER"}, "label": {"type": "STRING", "nullable": true},
            "mode": {"type": "STRING", "enum": ["fast", "slow"]}, "loud": {"type": "BOOLEAN"}}}}));
        let json = read(json!({"name": "f", "parametersJsonSchema": {"type": "object", "required": ["mode"],
            "properties": {"count": {"type": "integer"}, "label": {"type": ["string", "null"]},
            "mode": {"oneOf": [{"const": "fast", "type": "string"}, {"const": "slow", "type": "string"}]},
            "loud": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}}}));
        assert_eq!(api, json);
        let names: Vec<&str> = api.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, ["mode", "count", "label", "loud"]);
        assert_eq!((api[0].required, &api[0].values[..]), (true, &["fast".to_owned(), "slow".to_owned()][..]));
        assert_eq!((api[1].number, api[1].text, api[3].truth, api[3].text), (true, false, true, false));
    }

    #[test]
    fn what_says_nothing_takes_anything() {
        let value = read(json!({"name": "f", "parametersJsonSchema": {"properties": {"value": {}}}})).remove(0);
        assert!(value.text && value.number && value.truth && !value.required);
        assert!(read(json!({"name": "f"})).is_empty());
        assert!(read(json!({"name": "f", "parametersJsonSchema": [1], "parameters": null})).is_empty());
    }
}
