//! Every text that the desktop shows for the program: its tray and its notifications. What the window shows is the window's.

use vivavoce_engine::{Language, Phase};

/// A language that the desktop is spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    English,
    Japanese,
}

impl Tongue {
    /// What a setting means on a desktop of this locale (BCP 47); the same rule as the window's.
    pub(crate) fn of(language: Language, locale: &str) -> Self {
        let is_japanese = match language {
            Language::En => false,
            Language::Ja => true,
            Language::System => {
                let mut letters = locale.chars();
                let first: String = letters.by_ref().take(2).collect();
                first.eq_ignore_ascii_case("ja") && !letters.next().is_some_and(|next| next.is_ascii_alphabetic())
            }
        };
        if is_japanese { Self::Japanese } else { Self::English }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }
}

/// All texts in one language.
pub(crate) struct Words {
    pub(crate) talk: &'static str,
    pub(crate) stop: &'static str,
    pub(crate) mute: &'static str,
    /// What a shortcut is for, as the desktop's settings call it.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only the portal names shortcuts"))]
    pub(crate) switch_mute: &'static str,
    pub(crate) show: &'static str,
    pub(crate) hide: &'static str,
    pub(crate) quit: &'static str,
    /// Between the state and what is added to it.
    pub(crate) and: &'static str,
    pub(crate) muted: &'static str,
    pub(crate) still_here: Message,
    pub(crate) key_refused: Message,
    pub(crate) no_connection: Message,
    pub(crate) ended: Message,
    pub(crate) autostart_failed: Message,
    pub(crate) question: Message,
    /// Above what a timer was for.
    pub(crate) time_is_up: &'static str,
    pub(crate) time_was_up: &'static str,
    pub(crate) phase: fn(Phase) -> &'static str,
}

/// A notification: a few words and one sentence.
pub(crate) struct Message {
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
}

static ENGLISH: Words = Words {
    talk: "Talk",
    stop: "Stop",
    mute: "Mute the microphone",
    switch_mute: "Mute or unmute",
    show: "Show the window",
    hide: "Hide the window",
    quit: "Quit Vivavoce",
    and: " · ",
    muted: "muted",
    still_here: Message {
        title: "Vivavoce is still running",
        body: "You find it in the tray. To end it, choose “Quit Vivavoce” there.",
    },
    key_refused: Message { title: "The key was not accepted", body: "Open Vivavoce to enter a key that works." },
    no_connection: Message {
        title: "No connection",
        body: "The service can't be reached. Check your network, then talk to try again.",
    },
    ended: Message {
        title: "The conversation has ended",
        body: "Something went wrong. Open Vivavoce to see what can be done.",
    },
    autostart_failed: Message {
        title: "Starting at login could not be changed",
        body: "The system refused it. Check that you may write into your settings folder.",
    },
    question: Message {
        title: "Gemini asks for your permission",
        body: "Open Vivavoce to see what for. Without an answer it isn't done.",
    },
    time_is_up: "Time is up",
    time_was_up: "Time was up while Vivavoce was closed",
    phase: english_phase,
};

static JAPANESE: Words = Words {
    talk: "話す",
    stop: "停止",
    mute: "マイクをミュート",
    switch_mute: "ミュートの切り替え",
    show: "ウィンドウを表示",
    hide: "ウィンドウを隠す",
    quit: "Vivavoce を終了",
    and: " · ",
    muted: "ミュート中",
    still_here: Message {
        title: "Vivavoce は動作中です",
        body: "トレイから使えます。終了するには、トレイの「Vivavoce を終了」を選んでください。",
    },
    key_refused: Message {
        title: "API キーが受け付けられませんでした",
        body: "Vivavoce を開いて、使えるキーを入力してください。",
    },
    no_connection: Message {
        title: "接続できません",
        body: "サービスにつながりません。ネットワークを確認してから、もう一度話してください。",
    },
    ended: Message {
        title: "会話が終了しました", body: "問題が起きました。Vivavoce を開いて確認してください。"
    },
    autostart_failed: Message {
        title: "ログイン時の起動を変更できませんでした",
        body: "システムに拒否されました。設定フォルダーに書き込めるか確認してください。",
    },
    question: Message {
        title: "Gemini が許可を求めています",
        body: "Vivavoce を開いて内容を確認してください。答えなければ実行されません。",
    },
    time_is_up: "時間になりました",
    time_was_up: "終了している間に時間になりました",
    phase: japanese_phase,
};

fn english_phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Off => "Off",
        Phase::OpeningMicrophone => "Opening the microphone",
        Phase::Connecting => "Connecting",
        Phase::Ready => "Ready",
        Phase::Listening => "Listening",
        Phase::Waiting => "Waiting",
        Phase::Thinking => "Thinking",
        Phase::Speaking => "Speaking",
        Phase::Reconnecting => "Reconnecting",
        Phase::Paused => "Muted",
        Phase::Error => "Needs you",
    }
}

fn japanese_phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Off => "オフ",
        Phase::OpeningMicrophone => "マイクを準備中",
        Phase::Connecting => "接続中",
        Phase::Ready => "話せます",
        Phase::Listening => "聞いています",
        Phase::Waiting => "応答待ち",
        Phase::Thinking => "考えています",
        Phase::Speaking => "話しています",
        Phase::Reconnecting => "再接続中",
        Phase::Paused => "ミュート中",
        Phase::Error => "確認が必要です",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktops_language_is_followed_unless_another_was_chosen() {
        for locale in ["ja", "ja-JP", "JA_jp.UTF-8"] {
            assert_eq!(Tongue::of(Language::System, locale), Tongue::Japanese, "{locale}");
        }
        for locale in ["en-GB", "jam", "javanese", "de", "", "C"] {
            assert_eq!(Tongue::of(Language::System, locale), Tongue::English, "{locale}");
        }
        assert_eq!(Tongue::of(Language::Ja, "en"), Tongue::Japanese);
        assert_eq!(Tongue::of(Language::En, "ja"), Tongue::English);
    }

    fn all(words: &Words) -> Vec<&'static str> {
        let Words { talk, stop, mute, switch_mute, show, hide, quit, muted, time_is_up, time_was_up, .. } = words;
        let messages = [
            &words.still_here,
            &words.key_refused,
            &words.no_connection,
            &words.ended,
            &words.autostart_failed,
            &words.question,
        ];
        let phases = [
            Phase::Off,
            Phase::OpeningMicrophone,
            Phase::Connecting,
            Phase::Ready,
            Phase::Listening,
            Phase::Waiting,
            Phase::Thinking,
            Phase::Speaking,
            Phase::Reconnecting,
            Phase::Paused,
            Phase::Error,
        ];
        let mut all = vec![*talk, *stop, *mute, *switch_mute, *show, *hide, *quit, *muted, *time_is_up, *time_was_up];
        all.extend(messages.iter().flat_map(|message| [message.title, message.body]));
        all.extend(phases.map(words.phase));
        all
    }

    #[test]
    fn every_text_is_there_in_both_languages_and_in_its_own_script() {
        let is_japanese = |text: &str| text.chars().any(|letter| ('\u{3040}'..='\u{9fff}').contains(&letter));
        for text in all(&ENGLISH) {
            assert!(!text.is_empty() && !is_japanese(text), "{text}");
        }
        for text in all(&JAPANESE) {
            assert!(is_japanese(text), "{text}");
        }
    }
}
