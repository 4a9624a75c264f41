//! Text of the model's making, made fit to be shown where somebody decides by it.

use std::fmt::Write as _;

/// No more of one text is shown, in characters. A card must not push its buttons off the screen.
pub const MOST_SHOWN: usize = 400;

/// The text on one line, with everything that draws nothing or turns the order of letters written out by its number, and cut where
/// it is too long. What is shown can't look like another text, nor like a part of the program.
pub fn plain(text: &str) -> String {
    let mut shown = String::new();
    let mut letters = text.chars().peekable();
    let mut taken = 0;
    // Writing to a string can't fail.
    while taken < MOST_SHOWN
        && let Some(letter) = letters.next()
    {
        taken += 1;
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            // Whoever pastes it into a terminal wants to know where a line ends.
            '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => shown.push('↵'),
            '\t' => shown.push(' '),
            _ if is_unseen(letter) => {
                let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(letter));
            }
            _ => shown.push(letter),
        }
    }
    let left = letters.count();
    if left > 0 {
        let _ = write!(shown, "… (+{left})");
    }
    shown
}

/// Controls, marks of direction, joiners, tags, fillers, spaces without width: Unicode's `Cc` and what of `Default_Ignorable` and
/// `Cf` could hide something. The variation selectors of emoji are among them; a number beside an emoji is a small price.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_is_written_out() {
        assert_eq!(plain("https://a.example/\u{202e}gpj.exe"), "https://a.example/⟨U+202E⟩gpj.exe");
        assert_eq!(plain("a\u{200b}b\u{0}c\u{feff}"), "a⟨U+200B⟩b⟨U+0000⟩c⟨U+FEFF⟩");
        assert_eq!(plain("\u{e0041}"), "⟨U+E0041⟩");
    }

    #[test]
    fn lines_become_one() {
        assert_eq!(plain("Save it\r\n\nAllowed\tby you"), "Save it↵↵Allowed by you");
    }

    #[test]
    fn every_script_stays_as_it_is() {
        for text in ["日本語の文", "עברית", "naïve café", "2 × 3 = 6", "नमस्ते"] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn too_much_is_cut_and_said() {
        let long = "é".repeat(MOST_SHOWN + 7);
        assert_eq!(plain(&long), format!("{}… (+7)", "é".repeat(MOST_SHOWN)));
        assert_eq!(plain(&"é".repeat(MOST_SHOWN)).chars().count(), MOST_SHOWN);
    }
}
