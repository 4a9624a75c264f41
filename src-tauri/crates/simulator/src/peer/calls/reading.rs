//! What there is in a text to fill arguments with: quoted words, an address, a moment, a time zone, numbers.

use serde_json::Value;
use url::Url;

/// Quotation marks: what opens, and what closes.
const QUOTES: [(char, char); 4] = [('"', '"'), ('“', '”'), ('「', '」'), ('『', '』')];
/// A moment: digits are digits, the rest is itself.
const MOMENT: &[u8; 16] = b"0000-00-00T00:00";

/// What was found in a text, each in the order of the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reading {
    pub(super) quoted: Vec<String>,
    /// An address with a scheme, quoted or not.
    pub(super) address: Option<String>,
    /// `YYYY-MM-DDTHH:MM`.
    pub(super) moment: Option<String>,
    /// An IANA name.
    pub(super) zone: Option<String>,
    pub(super) numbers: Vec<Counted>,
    /// On or off.
    pub(super) truth: Option<bool>,
}

/// A number with what is written after it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Counted {
    pub(super) number: Value,
    /// As it was written.
    pub(super) digits: String,
    /// The letters that follow, in lower case: `minutes`, `分後に`.
    pub(super) unit: String,
}

impl Reading {
    pub(super) fn of(text: &str) -> Self {
        let (quoted, mut rest) = take_quoted(text);
        let in_quotes = quoted.iter().find(|words| Url::parse(words).is_ok() && words.contains("://")).cloned();
        let address = in_quotes.or_else(|| take_address(&mut rest));
        let moment = take_moment(&mut rest);
        let zone = rest.split(|letter: char| !is_zone_letter(letter)).find(|word| is_zone(word)).map(str::to_owned);
        let truth = rest.split(|letter: char| !letter.is_alphanumeric()).find_map(truth);
        let numbers = numbers(&zone.as_ref().map_or(rest.clone(), |zone| rest.replacen(zone.as_str(), " ", 1)));
        Self { quoted, address, moment, zone, numbers, truth }
    }
}

/// A text without its quoted words.
pub(super) fn outside_quotes(text: &str) -> String {
    take_quoted(text).1
}

/// The quoted words, and the text without them.
fn take_quoted(text: &str) -> (Vec<String>, String) {
    let (mut quoted, mut outside, mut rest) = (Vec::new(), String::new(), text);
    while let Some((at, open, close)) = next_quote(rest) {
        let (before, inside) = (&rest[..at], &rest[at + open.len_utf8()..]);
        outside.push_str(before);
        outside.push(' ');
        let Some(end) = inside.find(close) else {
            rest = inside;
            continue;
        };
        quoted.push(inside[..end].to_owned());
        rest = &inside[end + close.len_utf8()..];
    }
    outside.push_str(rest);
    (quoted, outside)
}

fn next_quote(text: &str) -> Option<(usize, char, char)> {
    let marks = text.char_indices();
    marks.into_iter().find_map(|(at, mark)| {
        let (open, close) = QUOTES.into_iter().find(|(open, _)| *open == mark)?;
        Some((at, open, close))
    })
}

/// Takes the first address out of a text.
fn take_address(text: &mut String) -> Option<String> {
    let middle = text.find("://")?;
    let scheme = text[..middle].bytes().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    let start = middle - scheme.count();
    let ends = |letter: char| letter.is_whitespace() || "<>()。、」』）".contains(letter);
    let end = text[start..].find(ends).map_or(text.len(), |length| start + length);
    let address = text[start..end].trim_end_matches(['.', ',', ';', '!', '?']).to_owned();
    Url::parse(&address).ok()?;
    text.replace_range(start..start + address.len(), " ");
    Some(address)
}

/// Takes the first moment out of a text.
fn take_moment(text: &mut String) -> Option<String> {
    let fits = |bytes: &[u8]| {
        bytes.iter().zip(MOMENT).all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form })
    };
    let start = text.as_bytes().windows(MOMENT.len()).position(fits)?;
    let moment = text[start..start + MOMENT.len()].to_owned();
    text.replace_range(start..start + MOMENT.len(), " ");
    Some(moment)
}

fn is_zone_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "/_+-".contains(letter)
}

/// `Asia/Tokyo`, `America/Argentina/Buenos_Aires`, `Etc/GMT+5`, `UTC`.
fn is_zone(word: &str) -> bool {
    let capital = |part: &str| part.starts_with(|letter: char| letter.is_ascii_uppercase());
    word == "UTC" || (word.contains('/') && word.split('/').all(capital))
}

fn truth(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "on" | "true" | "yes" | "オン" => Some(true),
        "off" | "false" | "no" | "オフ" => Some(false),
        _ => None,
    }
}

/// The numbers of a text, half or full width; those that are part of a word are none.
fn numbers(text: &str) -> Vec<Counted> {
    let letters: Vec<char> = text.chars().map(half_width).collect();
    let digits_from = |from: usize| letters[from..].iter().take_while(|letter| letter.is_ascii_digit()).count();
    let (mut numbers, mut at) = (Vec::new(), 0);
    while at < letters.len() {
        let whole = digits_from(at);
        if whole == 0 {
            at += 1;
            continue;
        }
        let before = |back: usize| at.checked_sub(back).and_then(|place| letters.get(place)).copied();
        let in_word = before(1).is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
        let negative = before(1) == Some('-') && before(2).is_none_or(char::is_whitespace);
        let mut end = at + whole;
        if letters.get(end) == Some(&'.') && digits_from(end + 1) > 0 {
            end += 1 + digits_from(end + 1);
        }
        let sign = if negative { "-" } else { "" };
        let digits: String = sign.chars().chain(letters[at..end].iter().copied()).collect();
        at = end;
        if let Some(number) = parse(&digits).filter(|_| !in_word) {
            let rest = letters[end..].iter().skip_while(|letter| **letter == ' ' || **letter == '-');
            let unit: String = rest.take_while(|letter| letter.is_alphabetic()).collect();
            numbers.push(Counted { number, digits, unit: unit.to_lowercase() });
        }
    }
    numbers
}

fn parse(digits: &str) -> Option<Value> {
    match digits.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => digits.parse::<f64>().ok().map(Value::from),
    }
}

fn half_width(letter: char) -> char {
    match letter {
        '０'..='９' => char::from_digit(letter as u32 - '０' as u32, 10).unwrap_or(letter),
        '．' => '.',
        '－' => '-',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(text: &str) -> Vec<(Value, String)> {
        Reading::of(text).numbers.into_iter().map(|counted| (counted.number, counted.unit)).collect()
    }

    #[test]
    fn numbers_come_with_their_units() {
        assert_eq!(told("5 minutes and 2.5-second"), [(json!(5), "minutes".into()), (json!(2.5), "second".into())]);
        assert_eq!(told("３分後に"), [(json!(3), "分後に".into())]);
        assert_eq!(told("at -4, or 1."), [(json!(-4), String::new()), (json!(1), String::new())]);
        assert_eq!(told("v2 of set_3 is abc4"), [], "part of a word");
        assert_eq!(told("99999999999999999999"), [(json!(1e20), String::new())]);
    }

    #[test]
    fn quoted_words_are_taken_whole_and_nothing_else_of_them() {
        let reading = Reading::of("add “two 2 eggs” and 「お茶 3」 or \"x\" but \"open");
        assert_eq!(reading.quoted, ["two 2 eggs", "お茶 3", "x"]);
        assert_eq!(reading.numbers, []);
    }

    #[test]
    fn addresses_moments_and_time_zones_are_known_by_their_form() {
        let reading = Reading::of("See https://example.com/a?b=1. At 2027-03-04T05:06 in America/New_York, and/or UTC");
        assert_eq!(reading.address.as_deref(), Some("https://example.com/a?b=1"));
        assert_eq!(reading.moment.as_deref(), Some("2027-03-04T05:06"));
        assert_eq!(reading.zone.as_deref(), Some("America/New_York"));
        assert_eq!(reading.numbers, []);
        assert_eq!(Reading::of("開く file:///etc/passwd。").address.as_deref(), Some("file:///etc/passwd"));
        assert_eq!(Reading::of("\"https://a.example\"").address.as_deref(), Some("https://a.example"));
        assert_eq!(Reading::of("今Asia/Tokyoで").zone.as_deref(), Some("Asia/Tokyo"));
        assert_eq!(Reading::of("Etc/GMT+5 ://").zone.as_deref(), Some("Etc/GMT+5"));
        assert_eq!(Reading::of("://").address, None);
    }

    #[test]
    fn on_and_off_are_understood() {
        assert_eq!(Reading::of("turn it OFF").truth, Some(false));
        assert_eq!(Reading::of("オン").truth, Some(true));
        assert_eq!(Reading::of("offer").truth, None);
    }
}
