//! The help in Japanese.

use vivavoce_help::Texts;

/// All of it.
pub(super) const TEXTS: Texts = Texts { about: ABOUT, tasks: &TASKS, headings: &[], arguments: &ARGUMENTS };

const ABOUT: &str = "Gemini との音声会話。\n\nコマンドなしではウィンドウを表示します。すでに動いていれば、そのウィンドウです。コマンドは、動いている Vivavoce を操作します。";

/// Each task with what it does.
const TASKS: [(&str, &str); 6] = [
    ("talk", "話し始めるか、話し終えます。"),
    ("mute", "マイクのミュートを切り替えます。"),
    ("status", "今の状態を表示します。"),
    ("show", "ウィンドウを表示します。"),
    ("quit", "終了します。"),
    ("help", "この説明、または指定したコマンドの説明を表示します。"),
];

/// Each argument with what it is for.
const ARGUMENTS: [(&str, &str); 7] = [
    ("help", "説明を表示します。"),
    ("version", "バージョンを表示します。"),
    ("hidden", "ウィンドウを表示せずに起動します。"),
    ("link", "ウィンドウの中の場所へのリンク: vivavoce://talk、vivavoce://settings。表示するだけで、何も始めません。"),
    ("action", "すること。toggle はボタンのクリックと同じです。"),
    ("state", "すること。"),
    ("json", "1 つの JSON 文書で出力します。"),
];
