//! The part of the setup a token decides.

use serde_json::{Map, Value};

/// What a token forces upon the setup of the sessions it opens.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Lock {
    /// Nothing.
    #[default]
    Open,
    /// All of it: the client's setup does not count.
    Whole(Value),
    /// The fields of these paths, and that those it has no value for are unset.
    Fields { setup: Value, paths: Vec<Vec<String>> },
}

impl Lock {
    /// The setup that counts when the client asks for `setup`.
    pub(super) fn apply(&self, mut setup: Value) -> Value {
        match self {
            Self::Open => setup,
            Self::Whole(whole) => whole.clone(),
            Self::Fields { setup: forced, paths } => {
                for path in paths {
                    let value = path.iter().try_fold(forced, |value, name| get(value, name)).filter(|it| !it.is_null());
                    match value {
                        Some(value) => put(&mut setup, path, value.clone()),
                        None => remove(&mut setup, path),
                    }
                }
                setup
            }
        }
    }
}

/// The member `name` of an object, whichever way it is written.
pub(super) fn get<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let object = object.as_object()?;
    Some(&object[&spelling(object, name)?])
}

/// The lowerCamelCase of a name in snake_case or already in lowerCamelCase.
pub(super) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// How the object writes `name`, if it has it.
fn spelling(object: &Map<String, Value>, name: &str) -> Option<String> {
    let wanted = camel_case(name);
    object.keys().find(|key| camel_case(key) == wanted).cloned()
}

fn put(target: &mut Value, path: &[String], value: Value) {
    let Some((name, rest)) = path.split_first() else {
        *target = value;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(object) = target {
        let key = spelling(object, name).unwrap_or_else(|| camel_case(name));
        put(object.entry(key).or_insert(Value::Null), rest, value);
    }
}

fn remove(target: &mut Value, path: &[String]) {
    let (Some((name, rest)), Value::Object(object)) = (path.split_first(), target) else { return };
    let Some(key) = spelling(object, name) else { return };
    if rest.is_empty() {
        object.remove(&key);
    } else if let Some(inner) = object.get_mut(&key) {
        remove(inner, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(setup: Value, mask: &str) -> Lock {
        let paths = mask.split(',').map(|path| path.split('.').map(str::to_owned).collect()).collect();
        Lock::Fields { setup, paths }
    }

    #[test]
    fn an_open_lock_leaves_the_setup_alone_and_a_whole_one_replaces_it() {
        let client = json!({"model": "models/b"});
        assert_eq!(Lock::Open.apply(client.clone()), client);
        assert_eq!(Lock::Whole(json!({"model": "models/a"})).apply(client), json!({"model": "models/a"}));
    }

    #[test]
    fn only_the_fields_of_the_mask_are_forced() {
        let lock = fields(
            json!({"model": "models/a", "generationConfig": {"temperature": 0.2, "topP": 0.5}}),
            "model,generationConfig.temperature",
        );
        assert_eq!(
            lock.apply(json!({"model": "models/b", "generationConfig": {"temperature": 1, "topK": 3}, "tools": []})),
            json!({"model": "models/a", "generationConfig": {"temperature": 0.2, "topK": 3}, "tools": []})
        );
        assert_eq!(lock.apply(json!({})), json!({"model": "models/a", "generationConfig": {"temperature": 0.2}}));
    }

    #[test]
    fn a_field_of_the_mask_that_the_token_has_not_is_unset() {
        let lock = fields(json!({}), "systemInstruction,generationConfig.temperature,sessionResumption.handle");
        assert_eq!(
            lock.apply(json!({"systemInstruction": {"parts": []}, "generationConfig": {"temperature": 2, "topK": 1}})),
            json!({"generationConfig": {"topK": 1}})
        );
    }

    #[test]
    fn masks_and_setups_may_use_either_spelling() {
        let lock = fields(
            json!({"system_instruction": "a", "generationConfig": {"top_p": 1}}),
            "systemInstruction,generation_config.topP",
        );
        assert_eq!(
            lock.apply(json!({"systemInstruction": "b", "generation_config": {"topP": 0}})),
            json!({"systemInstruction": "a", "generation_config": {"topP": 1}})
        );
    }
}
