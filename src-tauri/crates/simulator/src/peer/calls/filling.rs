//! Arguments made from the words of a text.
//!
//! Simple and always the same: what has a form of its own goes where the name fits, numbers go by their units, then what
//! is left goes in order, to what is required first. What nothing fits stays out, and the call may be unfit.

use serde_json::{Map, Value};

use super::parameter::Parameter;
use super::reading::{Counted, Reading};

const ADDRESSES: [&str; 3] = ["url", "uri", "link"];
const MOMENTS: [&str; 3] = ["at", "when", "date_time"];
const ZONES: [&str; 3] = ["time_zone", "timeZone", "timezone"];
/// Members that take a number for a name.
const NAMES: [&str; 2] = ["id", "value"];
/// How units are written in Japanese.
const UNITS: [(&str, &str); 3] = [("hours", "時間"), ("minutes", "分"), ("seconds", "秒")];

/// Arguments for a function that takes these, from what stands in a text beside its name.
pub(super) fn fill(parameters: &[Parameter], text: &str) -> Map<String, Value> {
    let reading = Reading::of(text);
    let mut filling = Filling { parameters, args: Map::new() };
    filling.by_form(&reading, text);
    let mut numbers = reading.numbers;
    filling.by_unit(&mut numbers);
    filling.texts(reading.quoted);
    filling.numbers(numbers);
    if let Some(parameter) = parameters.iter().find(|it| it.truth && !filling.args.contains_key(&it.name)) {
        filling.offer(parameter, &mut reading.truth.into_iter());
    }
    filling.args
}

/// Whether a function that can't do without an address finds one in a text.
pub(super) fn has_its_address(parameters: &[Parameter], text: &str) -> bool {
    let needs = |parameter: &Parameter| parameter.required && ADDRESSES.contains(&parameter.name.as_str());
    !parameters.iter().any(needs) || Reading::of(text).address.is_some()
}

struct Filling<'a> {
    parameters: &'a [Parameter],
    args: Map<String, Value>,
}

impl Filling<'_> {
    fn by_form(&mut self, reading: &Reading, text: &str) {
        let text = text.to_lowercase();
        for parameter in self.parameters {
            let form = if !parameter.values.is_empty() {
                first_of(&parameter.values, &text)
            } else if ADDRESSES.contains(&parameter.name.as_str()) {
                reading.address.clone()
            } else if MOMENTS.contains(&parameter.name.as_str()) {
                reading.moment.clone()
            } else if ZONES.contains(&parameter.name.as_str()) {
                reading.zone.clone()
            } else {
                None
            };
            if let Some(form) = form.filter(|_| parameter.text) {
                self.args.insert(parameter.name.clone(), form.into());
            }
        }
    }

    /// Numbers whose unit is the name of a member.
    fn by_unit(&mut self, numbers: &mut Vec<Counted>) {
        for parameter in self.parameters.iter().filter(|parameter| parameter.number) {
            let measures = |counted: &Counted| is_unit(&counted.unit, &parameter.name);
            if let Some(position) = numbers.iter().position(measures) {
                self.args.insert(parameter.name.clone(), numbers.remove(position).number);
            }
        }
    }

    /// Quoted words in order: to members without a form first, to an address or a time only if they must be there.
    fn texts(&mut self, quoted: Vec<String>) {
        let mut quoted = quoted.into_iter();
        let parameters = self.parameters;
        let texts = || parameters.iter().filter(|parameter| parameter.text && parameter.values.is_empty());
        let formless = texts().filter(|parameter| !has_form(parameter));
        for parameter in formless.chain(texts().filter(|parameter| parameter.required)) {
            self.offer(parameter, &mut quoted);
        }
    }

    /// Numbers in order: to required members; without any, to the first declared unless a unit has placed one; and last
    /// to members that take a number for a name.
    fn numbers(&mut self, numbers: Vec<Counted>) {
        let mut numbers = numbers.into_iter();
        let placed = self.parameters.iter().any(|it| self.args.get(&it.name).is_some_and(Value::is_number));
        let mut wanted: Vec<&Parameter> = self.parameters.iter().filter(|it| it.number && it.required).collect();
        if wanted.is_empty() && !placed {
            wanted.extend(self.parameters.iter().find(|it| it.number));
        }
        for parameter in wanted {
            self.offer(parameter, &mut numbers.by_ref().map(|counted| counted.number));
        }
        for parameter in self.parameters.iter().filter(|it| it.text && NAMES.contains(&it.name.as_str())) {
            self.offer(parameter, &mut numbers.by_ref().map(|counted| counted.digits));
        }
    }

    /// Gives a member that has nothing yet the next there is.
    fn offer<T: Into<Value>>(&mut self, parameter: &Parameter, next: &mut impl Iterator<Item = T>) {
        if !self.args.contains_key(&parameter.name)
            && let Some(value) = next.next()
        {
            self.args.insert(parameter.name.clone(), value.into());
        }
    }
}

fn has_form(parameter: &Parameter) -> bool {
    ADDRESSES.iter().chain(&MOMENTS).chain(&ZONES).any(|name| *name == parameter.name)
}

/// The value that stands first in a text, as a word of its own.
fn first_of(values: &[String], text: &str) -> Option<String> {
    let place = |value: &String| {
        let wanted = value.to_lowercase();
        let spaced = wanted.replace(['_', '-'], " ");
        [wanted, spaced].iter().filter_map(|form| find_word(text, form)).min()
    };
    let places = values.iter().filter_map(|value| Some((place(value)?, value)));
    places.min_by_key(|(place, value)| (*place, usize::MAX - value.len())).map(|(_, value)| value.clone())
}

fn find_word(text: &str, word: &str) -> Option<usize> {
    let in_word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let mut places = text.match_indices(word).map(|(place, _)| place).filter(|_| !word.is_empty());
    places.find(|place| {
        !in_word(text[..*place].chars().next_back()) && !in_word(text[place + word.len()..].chars().next())
    })
}

fn is_unit(unit: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let japanese = UNITS.iter().any(|(english, japanese)| *english == name && unit.starts_with(japanese));
    let singular = name.strip_suffix('s').unwrap_or(&name);
    japanese || (!unit.is_empty() && (unit == name || unit == singular))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::super::parameter::parameters;
    use super::*;

    /// Arguments for a function with these members, of which some are required.
    fn filled(properties: &Value, required: &[&str], text: &str) -> Value {
        let json = json!({"name": "f", "parametersJsonSchema": {"properties": properties, "required": required}});
        let mut api = json!({"name": "f", "parameters": {"properties": properties, "required": required}});
        let declared = |declaration: &Value| parameters(&serde_json::from_value(declaration.clone()).unwrap());
        let args = fill(&declared(&json), text);
        for property in api["parameters"]["properties"].as_object_mut().unwrap().values_mut() {
            if let Some(kind) = property.get_mut("type").filter(|kind| kind.is_string()) {
                *kind = json!(kind.as_str().unwrap().to_uppercase());
            }
        }
        assert_eq!(fill(&declared(&api), text), args, "the API's own schema says the same");
        Value::Object(args)
    }

    #[test]
    fn numbers_go_by_their_units_and_then_by_order() {
        let timer = json!({"minutes": {"type": "number"}, "seconds": {"type": "number"}, "label": {"type": "string"}});
        let filled = |text: &str| filled(&timer, &[], text);
        assert_eq!(filled("set a timer for 5 minutes"), json!({"minutes": 5}));
        assert_eq!(filled("1 minute 30 seconds \"tea\""), json!({"minutes": 1, "seconds": 30, "label": "tea"}));
        assert_eq!(filled("90秒 「お茶」"), json!({"seconds": 90, "label": "お茶"}));
        assert_eq!(filled("2.5"), json!({"minutes": 2.5}), "the first that is declared");
        assert_eq!(filled("a timer"), json!({}));
    }

    #[test]
    fn a_required_number_goes_before_a_declared_one() {
        let both = json!({"a": {"type": "integer"}, "b": {"type": "integer"}});
        assert_eq!(filled(&both, &["b"], "7 8"), json!({"b": 7}));
        assert_eq!(filled(&both, &["b", "a"], "7 8"), json!({"b": 7, "a": 8}));
    }

    #[test]
    fn quoted_words_go_to_texts_without_a_form_of_their_own() {
        let reminder = json!({"at": {"type": "string"}, "label": {"type": "string"}});
        let filled = |text: &str| filled(&reminder, &["at", "label"], text);
        assert_eq!(filled("2027-01-02T03:04 \"tea\""), json!({"at": "2027-01-02T03:04", "label": "tea"}));
        assert_eq!(filled("\"tea\""), json!({"label": "tea"}));
        assert_eq!(filled("\"tea\" \"tomorrow\""), json!({"label": "tea", "at": "tomorrow"}));
    }

    #[test]
    fn addresses_and_time_zones_go_where_they_are_asked_for() {
        let link = json!({"url": {"type": "string"}});
        assert_eq!(filled(&link, &["url"], "open https://example.com"), json!({"url": "https://example.com"}));
        assert_eq!(filled(&link, &["url"], "open \"example.com\""), json!({"url": "example.com"}));
        assert_eq!(filled(&link, &["url"], "open it"), json!({}));
        let zone = json!({"time_zone": {"type": "string"}});
        assert_eq!(filled(&zone, &[], "the time in Asia/Tokyo"), json!({"time_zone": "Asia/Tokyo"}));
        assert_eq!(filled(&zone, &[], "the \"time\""), json!({}));
    }

    #[test]
    fn a_word_of_a_list_goes_to_it_and_the_rest_to_the_value() {
        let setting = json!({"setting": {"type": "string", "enum": ["theme", "volume", "push_to_talk"]}, "value": {}});
        let filled = |text: &str| filled(&setting, &["setting", "value"], text);
        assert_eq!(filled("the theme \"dark\""), json!({"setting": "theme", "value": "dark"}));
        assert_eq!(filled("Volume 50"), json!({"setting": "volume", "value": 50}));
        assert_eq!(filled("push to talk on"), json!({"setting": "push_to_talk", "value": true}));
        assert_eq!(filled("themes"), json!({}), "not a word of its own");
    }

    #[test]
    fn a_number_names_what_is_named_by_text() {
        let id = json!({"id": {"type": "string"}});
        assert_eq!(filled(&id, &["id"], "cancel 3"), json!({"id": "3"}));
        assert_eq!(filled(&id, &["id"], "cancel \"t-3\""), json!({"id": "t-3"}));
        assert_eq!(filled(&json!({"id": {"type": "integer"}}), &["id"], "cancel 3"), json!({"id": 3}));
    }
}
