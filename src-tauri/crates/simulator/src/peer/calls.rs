//! Which functions a text calls, and with what.

mod filling;
mod parameter;
mod reading;

use serde_json::{Map, Value};
use vivavoce_live::message::tool::{Behavior, FunctionDeclaration, Tool};

use crate::profile::Calls;
use parameter::{Parameter, parameters};

/// Shortest part of a function's name that calls it.
const SHORTEST_WORD: usize = 4;
/// What words of functions' names are in Japanese.
const JAPANESE: [(&str, &str); 20] = [
    ("add", "追加"),
    ("time", "時刻"),
    ("time", "何時"),
    ("timer", "タイマー"),
    ("timers", "タイマー"),
    ("reminder", "リマインダー"),
    ("link", "リンク"),
    ("clipboard", "クリップボード"),
    ("note", "メモ"),
    ("notes", "メモ"),
    ("setting", "設定"),
    ("weather", "天気"),
    ("open", "開"),
    ("read", "読"),
    ("write", "書"),
    ("list", "一覧"),
    ("delete", "削除"),
    ("cancel", "取り消"),
    ("change", "変更"),
    ("set", "セット"),
];

/// A declared function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// The model waits for its results.
    pub(super) blocking: bool,
    parameters: Vec<Parameter>,
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
        .map(|declaration| Function {
            name: declaration.name.clone(),
            blocking: is_blocking(declaration, calls),
            parameters: parameters(declaration),
        })
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

/// A call of `name` with these arguments, though the text asks for none and the function may not be declared.
pub(super) fn made_up(name: String, args: Map<String, Value>, functions: &[Function], calls: Calls) -> Call {
    let declared = functions.iter().find(|function| function.name == name);
    let undeclared = FunctionDeclaration::default();
    let blocking = declared.map_or_else(|| is_blocking(&undeclared, calls), |function| function.blocking);
    Call { name, args, blocking }
}

/// The same call in other words.
pub(super) fn reworded(call: Call) -> Call {
    let args = call.args.into_iter().map(|(name, value)| (name, reword(value))).collect();
    Call { args, ..call }
}

/// Free texts and whole numbers in another form; what has a form of its own stays.
fn reword(value: Value) -> Value {
    match value {
        Value::String(text) if !text.contains([':', '/', '_']) => {
            let mut letters = text.chars();
            let first = letters.next().map(|first| {
                if first.is_lowercase() { first.to_uppercase().to_string() } else { first.to_lowercase().to_string() }
            });
            format!("{}{}.", first.unwrap_or_default(), letters.as_str()).into()
        }
        Value::Number(number) => match number.as_i64() {
            Some(whole) => (whole as f64).into(),
            None => Value::Number(number),
        },
        value => value,
    }
}

/// The calls a text asks for: every function whose whole name is in it, else the one of whose name it has the most
/// words; words alone don't call what needs an address where there is none. JSON objects in the text are the
/// arguments, one for each call in order; a call without one is given what the text says between its name and the next.
pub(super) fn asked_for(text: &str, functions: &[Function]) -> Vec<Call> {
    let (text, objects) = take_apart(text);
    // Bytes stay where they are, and names are ASCII.
    let words = text.to_ascii_lowercase();
    let place = |function: &Function| words.find(&function.name.to_ascii_lowercase());
    let mut named: Vec<(usize, &Function)> =
        functions.iter().filter_map(|function| Some((place(function)?, function))).collect();
    named.sort_by_key(|(place, _)| *place);
    if named.is_empty() {
        let words = reading::outside_quotes(&words);
        let able = functions
            .iter()
            .rev()
            .filter(|function| !objects.is_empty() || filling::has_its_address(&function.parameters, &text));
        let likeness = |function: &&Function| {
            let present = name_words(&function.name).into_iter().filter(|word| has_word(&words, word));
            let (long, short): (Vec<_>, Vec<_>) = present.partition(|word| word.chars().count() >= SHORTEST_WORD);
            (long.len(), short.len())
        };
        // The first of equals: `max_by_key` would take the last.
        let likeliest = able.max_by_key(likeness).filter(|function| likeness(function).0 > 0);
        named.extend(likeliest.map(|function| (0, function)));
    }
    let ends: Vec<usize> = named.iter().skip(1).map(|(place, _)| *place).chain([text.len()]).collect();
    let mut objects = objects.into_iter();
    let mut begin = 0;
    let mut calls = Vec::new();
    for ((_, function), end) in named.into_iter().zip(ends) {
        let own = &text[begin.min(end)..end];
        let args = objects.next().unwrap_or_else(|| filling::fill(&function.parameters, &without(own, &function.name)));
        calls.push(Call { name: function.name.clone(), args, blocking: function.blocking });
        begin = end;
    }
    calls
}

/// A text without a name in it, whose words are not arguments.
fn without(text: &str, name: &str) -> String {
    match text.to_ascii_lowercase().find(&name.to_ascii_lowercase()) {
        Some(place) => [&text[..place], " ", &text[place + name.len()..]].concat(),
        None => text.to_owned(),
    }
}

/// The text without its JSON objects, and these.
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
    (words, objects)
}

/// The words of a name such as `get_weather` or `getWeather`.
fn name_words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            spaced.push(' ');
        }
        spaced.extend(letter.to_lowercase());
    }
    let words = spaced.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn has_word(text: &str, wanted: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == wanted)
        || JAPANESE.iter().any(|(english, japanese)| *english == wanted && text.contains(japanese))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    fn called(text: &str) -> Vec<(String, Value)> {
        let function = |name: &str| Function { name: name.into(), blocking: true, parameters: Vec::new() };
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

    /// The functions of the application, with what they take.
    fn tools() -> Vec<Function> {
        let text = json!({"type": "string"});
        let number = json!({"type": "number"});
        let tools = json!([{"functionDeclarations": [
            {"name": "current_time", "parametersJsonSchema": {"properties": {"time_zone": text}}},
            {"name": "set_timer", "parametersJsonSchema":
                {"properties": {"minutes": number, "seconds": number, "label": text}}},
            {"name": "set_reminder", "parametersJsonSchema":
                {"properties": {"at": text, "label": text}, "required": ["at", "label"]}},
            {"name": "list_timers"},
            {"name": "cancel_timer", "parametersJsonSchema": {"properties": {"id": text}, "required": ["id"]}},
            {"name": "open_link", "parameters": {"properties": {"url": text}, "required": ["url"]}},
            {"name": "read_clipboard"},
            {"name": "write_clipboard", "parameters": {"properties": {"text": text}, "required": ["text"]}},
            {"name": "add_note", "parametersJsonSchema": {"properties": {"text": text}, "required": ["text"]}},
            {"name": "list_notes"},
            {"name": "delete_note", "parametersJsonSchema": {"properties": {"id": number}, "required": ["id"]}},
            {"name": "change_setting", "parametersJsonSchema": {"required": ["setting", "value"], "properties":
                {"setting": {"type": "string", "enum": ["theme", "language"]}, "value": text}}},
        ]}]);
        functions(&serde_json::from_value::<Vec<Tool>>(tools).unwrap(), Calls::NonBlocking)
    }

    #[test]
    fn every_built_in_function_is_called_with_what_the_text_says() {
        for (text, name, args) in [
            ("What is the current time in Asia/Tokyo?", "current_time", json!({"time_zone": "Asia/Tokyo"})),
            ("Set a timer for 5 minutes, \"tea\"", "set_timer", json!({"minutes": 5, "label": "tea"})),
            (
                "Set a reminder for 2027-03-04T05:06: \"Call Ada\"",
                "set_reminder",
                json!({"at": "2027-03-04T05:06", "label": "Call Ada"}),
            ),
            ("List my timers", "list_timers", json!({})),
            ("Please cancel timer 3", "cancel_timer", json!({"id": "3"})),
            ("Open the link https://example.com/a", "open_link", json!({"url": "https://example.com/a"})),
            ("The link {\"url\": \"x\"}", "open_link", json!({"url": "x"})),
            ("Read the clipboard", "read_clipboard", json!({})),
            ("Write \"list timers\" to the clipboard", "write_clipboard", json!({"text": "list timers"})),
            ("Add a note: \"list my timers\"", "add_note", json!({"text": "list my timers"})),
            ("Add a note", "add_note", json!({})),
            ("List the notes", "list_notes", json!({})),
            ("Delete note 2", "delete_note", json!({"id": 2})),
            ("Change the setting theme to \"dark\"", "change_setting", json!({"setting": "theme", "value": "dark"})),
            ("３分のタイマーをセットして", "set_timer", json!({"minutes": 3})),
            ("メモ「牛乳」を追加", "add_note", json!({"text": "牛乳"})),
            ("今、何時？", "current_time", json!({})),
        ] {
            let calls = asked_for(text, &tools());
            let made: Vec<_> = calls.into_iter().map(|call| (call.name, Value::Object(call.args))).collect();
            assert_eq!(made, [(name.to_owned(), args)], "{text}");
        }
    }

    #[test]
    fn a_word_alone_opens_no_address_where_there_is_none() {
        assert_eq!(asked_for("What is a link?", &tools()), []);
        assert_eq!(asked_for("open_link", &tools()).len(), 1, "the whole name asks for it");
    }

    #[test]
    fn each_of_several_functions_is_given_its_own_part_of_the_text() {
        let calls = asked_for("In 5 minutes set_timer, then set_timer_not; add_note \"b\" open_link", &tools());
        let made: Vec<_> = calls.into_iter().map(|call| (call.name, Value::Object(call.args))).collect();
        let expected =
            [("set_timer", json!({"minutes": 5})), ("add_note", json!({"text": "b"})), ("open_link", json!({}))];
        assert_eq!(made, expected.map(|(name, args)| (name.to_owned(), args)));
    }

    #[test]
    fn json_in_the_text_wins_over_its_words() {
        let calls = asked_for("set_timer for 5 minutes {\"seconds\": 1}", &tools());
        assert_eq!(Value::Object(calls[0].args.clone()), json!({"seconds": 1}));
    }
}
