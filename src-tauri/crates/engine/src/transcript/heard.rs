//! Where in a text its sound broke off.

/// How much of `text` was heard when `share` (0 to 1) of its sound was, in UTF-16 units. Speech is taken to be even, and a
/// word that was broken off not to have been heard.
pub(super) fn units(text: &str, share: f64) -> u32 {
    let length = text.chars().count();
    let reached = (length as f64 * share.clamp(0.0, 1.0)).floor() as usize;
    if reached >= length {
        return utf16(text.chars());
    }
    let mut heard = 0;
    let mut before = None;
    for (place, char) in text.chars().enumerate().take(reached + 1) {
        if before.is_none_or(|before| is_boundary(before, char)) {
            heard = place;
        }
        before = Some(char);
    }
    utf16(text.chars().take(heard))
}

fn utf16(chars: impl Iterator<Item = char>) -> u32 {
    chars.map(|char| char.len_utf16() as u32).sum()
}

/// Whether a word may begin between these two.
fn is_boundary(before: char, after: char) -> bool {
    if after.is_whitespace() || is_closing(after) || is_mark(after) {
        return false;
    }
    before.is_whitespace() || is_unspaced(before) || is_unspaced(after)
}

/// Written without spaces between words: every one of them may begin a word.
fn is_unspaced(char: char) -> bool {
    matches!(char, '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Goes with what stands before it.
fn is_closing(char: char) -> bool {
    char.is_ascii_punctuation()
        || "、。，．！？」』）〉》】・：；～…ーぁぃぅぇぉっゃゅょゎんァィゥェォッャュョヮン".contains(char)
}

/// Is drawn upon what stands before it.
fn is_mark(char: char) -> bool {
    matches!(char, '\u{300}'..='\u{36f}' | '\u{200d}' | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{ff9e}' | '\u{ff9f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str, share: f64) -> String {
        let units: Vec<u16> = text.encode_utf16().take(units(text, share) as usize).collect();
        String::from_utf16_lossy(&units)
    }

    #[test]
    fn a_word_that_was_broken_off_was_not_heard() {
        assert_eq!(heard("It is 8,849 metres high.", 0.5), "It is 8,849 ");
        assert_eq!(heard("It is 8,849 metres high.", 0.45), "It is ");
        assert_eq!(heard("Wonderful", 0.9), "");
    }

    #[test]
    fn japanese_breaks_between_any_two_but_not_before_what_closes() {
        assert_eq!(heard("今日はいい天気です。", 0.5), "今日はいい");
        assert_eq!(heard("はい、分かりました。", 0.2), "は");
        assert_eq!(heard("サッカーです。", 0.2), "");
    }

    #[test]
    fn nothing_and_everything_are_exact() {
        for text in ["", "One.", "𝄞 and 👍🏽", "終わり。"] {
            assert_eq!(heard(text, 0.0), "");
            assert_eq!(heard(text, 1.0), text);
            assert_eq!(heard(text, 7.0), text);
            assert_eq!(heard(text, f64::NAN), "");
        }
    }

    #[test]
    fn no_character_is_broken() {
        for percent in 0..=100 {
            let share = f64::from(percent) / 100.0;
            assert!(
                "👍🏽 𝄞𝄞 か\u{3099}か\u{3099} é e\u{301}"
                    .starts_with(&heard("👍🏽 𝄞𝄞 か\u{3099}か\u{3099} é e\u{301}", share))
            );
        }
    }
}
