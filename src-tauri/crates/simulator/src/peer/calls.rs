//! Which functions a text calls, and with what.

use serde_json::{Map, Value};
use vivavoce_live::message::tool::{Behavior, FunctionDeclaration, Tool};

use crate::profile::Calls;

/// Shortest part of a function's name that calls it.
const SHORTEST_WORD: usize = 4;

/// A declared function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// The model waits for its results.
    pub(super) blocking: bool,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) args: Map<String, Value>,
    pub(super) blocking: bool,
}

/// The functions of a set of tools.
pub(super) fn functions(tools: &[Tool], calls: Calls) -> Vec<Function> {
    let declarations = tools.iter().flat_map(|tool| &tool.function_declarations);
    declarations
        .filter(|declaration| !declaration.name.is_empty())
        .map(|declaration| Function { name: declaration.name.clone(), blocking: is_blocking(declaration, calls) })
        .collect()
}

fn is_blocking(declaration: &FunctionDeclaration, calls: Calls) -> bool {
    match (&declaration.behavior, calls) {
        (_, Calls::BlockingOnly) => true,
        (_, Calls::NonBlockingOnly) => false,
        (Some(behavior), _) => *behavior == Behavior::Blocking,
        (None, calls) => calls == Calls::Blocking,
    }
}

/// The calls a text asks for: every function whose whole name is in it, else the one of whose name it has the most
/// words. JSON objects in the text are the arguments, one for each call in order.
pub(super) fn asked_for(text: &str, functions: &[Function]) -> Vec<Call> {
    let (words, objects) = take_apart(text);
    let mut named: Vec<(usize, &Function)> =
        functions.iter().filter_map(|function| Some((words.find(&function.name.to_lowercase())?, function))).collect();
    named.sort_by_key(|(place, _)| *place);
    let mut chosen: Vec<&Function> = named.into_iter().map(|(_, function)| function).collect();
    if chosen.is_empty() {
        let likeness = |function: &&Function| name_words(&function.name).filter(|word| has_word(&words, word)).count();
        // The first of equals: `max_by_key` would take the last.
        let likeliest = functions.iter().rev().max_by_key(likeness).filter(|function| likeness(function) > 0);
        chosen.extend(likeliest);
    }
    let mut objects = objects.into_iter();
    let call = |function: &Function| Call {
        name: function.name.clone(),
        args: objects.next().unwrap_or_default(),
        blocking: function.blocking,
    };
    chosen.into_iter().map(call).collect()
}

/// The text in lower case without its JSON objects, and these.
fn take_apart(text: &str) -> (String, Vec<Map<String, Value>>) {
    let (mut words, mut objects, mut rest) = (String::new(), Vec::new(), text);
    while let Some(brace) = rest.find('{') {
        let (before, from) = rest.split_at(brace);
        words.push_str(before);
        let mut values = serde_json::Deserializer::from_str(from).into_iter::<Map<String, Value>>();
        if let Some(Ok(object)) = values.next() {
            objects.push(object);
            rest = &from[values.byte_offset()..];
        } else {
            words.push('{');
            rest = &from[1..];
        }
    }
    words.push_str(rest);
    (words.to_lowercase(), objects)
}

/// The words of a name such as `get_weather` or `getWeather` that are long enough to mean it.
fn name_words(name: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            spaced.push(' ');
        }
        spaced.extend(letter.to_lowercase());
    }
    let words: Vec<String> = spaced.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect();
    words.into_iter().filter(|word| word.chars().count() >= SHORTEST_WORD)
}

fn has_word(text: &str, wanted: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == wanted)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    fn called(text: &str) -> Vec<(String, Value)> {
        let function = |name: &str| Function { name: name.into(), blocking: true };
        let functions = ["get_weather", "turnOffLights", "get_time", "weather.alerts"].map(function);
        let calls = asked_for(text, &functions);
        calls.into_iter().map(|call| (call.name, Value::Object(call.args))).collect()
    }

    #[test]
    fn a_function_is_called_by_its_name_or_a_word_of_it() {
        assert_eq!(called("What is the weather like?"), [("get_weather".into(), json!({}))]);
        assert_eq!(called("Weather alerts, please"), [("weather.alerts".into(), json!({}))]);
        assert_eq!(called("LIGHTS out"), [("turnOffLights".into(), json!({}))]);
        assert_eq!(called("get me a beer"), [], "short words mean nothing");
        assert_eq!(called("Nothing of the kind"), []);
    }

    #[test]
    fn several_names_are_several_calls_with_their_arguments_in_order() {
        assert_eq!(
            called("get_time {\"zone\": \"UTC\"} and get_weather {\"city\": {\"name\": \"Oslo\"}} now"),
            [("get_time".into(), json!({"zone": "UTC"})), ("get_weather".into(), json!({"city": {"name": "Oslo"}}))]
        );
    }

    #[test]
    fn braces_that_are_no_json_are_text() {
        assert_eq!(called("{weather} {\"a\": 1}"), [("get_weather".into(), json!({"a": 1}))]);
        assert_eq!(called("weather {\"a\": "), [("get_weather".into(), json!({}))]);
    }
}
