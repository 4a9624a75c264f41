//! The help in Japanese.

use vivavoce_help::Texts;

/// All of it.
pub(super) const TEXTS: Texts = Texts { about: ABOUT, tasks: &TASKS, headings: &HEADINGS, arguments: &ARGUMENTS };

const ABOUT: &str = "ターミナルで使う、Gemini との音声会話。";

/// Each task with what it does.
const TASKS: [(&str, &str); 3] = [
    (
        "talk",
        "会話をします。標準入力に 1 行ずつ指示を書きます:\ntalk on | talk off | mute on | mute off | stop | say TEXT | image FILE | approve TICKET once|always|never | cancel ID | test tone | test record | test echo | quit",
    ),
    ("devices", "音声デバイスを一覧にします。"),
    ("help", "この説明、または指定したコマンドの説明を表示します。"),
];

/// Headings, as they are in English, and in Japanese.
const HEADINGS: [(&str, &str); 6] = [
    ("Functions", "関数"),
    ("Answers", "応答"),
    ("Turns", "発言の区切り"),
    ("Words and memory", "文字起こしと記憶"),
    ("Access and network", "接続と認証"),
    ("Sound", "音声"),
];

/// Each argument with what it is for.
const ARGUMENTS: [(&str, &str); 71] = [
    ("keep", "タイマー、メモ、呼び出しの記録を残すフォルダー。省略すると残しません。"),
    ("google_search", "サービスにウェブ検索を許します (料金がかかります)。"),
    ("allow", "確認せずに実行してよい関数 (例: set_timer)。繰り返し指定できます。"),
    ("deny", "モデルに知らせない関数。繰り返し指定できます。all ですべて。"),
    ("help", "説明を表示します。"),
    ("version", "バージョンを表示します。"),
    ("demo", "内蔵のシミュレーターと話します。キーもネットワークも要りません。"),
    (
        "endpoint",
        "サービスのベース URL (http、https、ws、wss)。省略すると Gemini API に、GEMINI_API_KEY かウィンドウ版が保管しているキーで接続します。",
    ),
    ("mode", "発言の始めと終わりの決め方。"),
    ("input", "マイク: devices で表示される ID、または wav:ファイル。省略するとシステムの既定。"),
    ("output", "スピーカー: devices で表示される ID、または wav:ファイル。省略するとシステムの既定。"),
    ("model", "モデル ID。"),
    ("voice", "声の名前。"),
    ("instruction", "モデルへの指示 (役割や話し方)。"),
    ("tail_ms", "talk off のあとも録音を続ける時間 (ミリ秒)。"),
    (
        "period_ms",
        "最初に使うデバイス周期 (ミリ秒)。短いほど速く、長いほど混み合ったマシンでも安定します。遅れるデバイスには長い周期を使います。",
    ),
    ("language", "デモの案内役の言語。"),
    ("greeting", "接続後にあなたの代わりに送る言葉。モデルが先に話し始めます。"),
    ("spoken_language", "話す言語 (例: ja-JP)。"),
    ("temperature", "サンプリング温度 (0〜2)。"),
    ("top_p", "核サンプリング (0〜1)。"),
    ("top_k", "トークンごとに検討する候補の数 (1〜1000)。"),
    ("max_output_tokens", "応答の最大の長さ。"),
    ("presence_penalty", "すでに現れたトークンへのペナルティ (-2〜2)。"),
    ("frequency_penalty", "現れた回数に応じたペナルティ (-2〜2)。"),
    ("seed", "サンプリングのシード。"),
    ("media_resolution", "画像を読み取る解像度。"),
    ("affective_dialog", "声の調子に合わせて応答します (2.5 のみ)。"),
    (
        "proactive_audio",
        "話しかけられていないときは、モデルが黙っていてもよいことにします (2.5 のみ。新しいモデルは指定がなくてもそうすることがあります)。",
    ),
    ("safety", "有害として止めるもの: 止めない、または可能性が高い・中くらい・低いものまで。"),
    ("thinking_level", "考える深さ (段階のあるモデル)。"),
    ("thinking_budget", "考えるトークンの上限 (0 は考えない、-1 はモデルに任せる)。"),
    ("show_thoughts", "考えの要約を求めます。thought の行として出力されます。"),
    ("start_sensitivity", "音を発言と見なす敏感さ (ハンズフリーのみ)。"),
    ("end_sensitivity", "間を発言の終わりと見なす敏感さ (ハンズフリーのみ)。"),
    ("prefix_padding_ms", "発言と認めるまでの長さ (0〜2000、ハンズフリーのみ)。"),
    ("silence_ms", "終わりと認めるまでの無音の長さ (0〜10000、ハンズフリーのみ)。"),
    ("no_interruption", "話しても応答を止めません。"),
    ("coverage", "発言に含めるもの。"),
    ("no_input_transcript", "あなたの言葉を文字にしません。"),
    ("no_output_transcript", "モデルの言葉を文字にしません。"),
    ("expect_language", "文字起こしで予想される言語 (例: ja-JP)。繰り返し指定できます。"),
    ("expect_word", "文字起こしで予想される語 (名前など)。繰り返し指定できます。"),
    ("no_compression", "文脈がいっぱいになったら、古い発言を手放さずに会話を終えます。"),
    ("compression_trigger", "古い発言を手放し始める文脈の長さ (5000〜128000)。"),
    ("compression_target", "手放したあとの文脈の長さ。"),
    ("translate_to", "翻訳モデルの訳先の言語 (例: pl)。"),
    ("translate_echo", "すでにその言語である発言も繰り返します。"),
    (
        "access",
        "サービスへの入り方: キーそのもの、接続ごとにキーから作るトークン、--token-url から取得するトークン、または Vertex AI での Google Cloud のアクセストークン。",
    ),
    ("token_url", "組織が一時トークンを配布する URL。"),
    (
        "token_command",
        "Google Cloud のアクセストークンを出力するコマンド。省略すると Application Default Credentials を使います。",
    ),
    ("project", "Google Cloud のプロジェクト。"),
    ("location", "Google Cloud のロケーション。省略すると global。"),
    ("proxy", "http://、https://、socks5://ホスト:ポート、または使わない場合は direct。省略するとシステムの設定。"),
    ("ca_file", "通常のもののほかに信頼する認証局の PEM ファイル。"),
    (
        "processing",
        "エコー除去、ノイズ抑制、音量調整、低域カットをまとめて切り替えます。マイクの代わりが WAV ファイルでなければオンです。",
    ),
    ("echo", "エコー除去だけを切り替えます (--processing より優先)。"),
    ("noise", "ノイズ抑制だけを切り替えます (--processing より優先)。"),
    ("gain", "音量調整だけを切り替えます (--processing より優先)。"),
    ("high_pass", "低域カットだけを切り替えます (--processing より優先)。"),
    ("gain_db", "マイクの音に加える増幅 (-20〜30)。"),
    ("channel", "使うマイクのチャンネル (0 から)。省略するとすべて。"),
    ("volume_db", "スピーカーの音量 (-60〜0)。"),
    ("pre_roll_ms", "次の発言の前の音をメモリーに残す長さ (0〜500)。"),
    ("cues", "話し始めと終わりの短い合図音。"),
    ("half_duplex", "ハンズフリーで、応答の再生中は聞き取りません。"),
    ("fallback_input", "選んだマイクがないときに使うマイク。よい順に繰り返し指定できます。"),
    ("fallback_output", "選んだスピーカーがないときに使うスピーカー。よい順に繰り返し指定できます。"),
    ("detector", "話し始めを聞き分けるもの (ハンズフリーのみ)。"),
    ("patience", "発言が終わったと見なす間の長さ: 300、600、1200 ミリ秒 (ハンズフリーのみ)。"),
    ("json", "表の代わりに 1 つの JSON 文書で出力します。"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::CommandFactory as _;
    use vivavoce_help::{gaps, in_japanese};

    use super::*;
    use crate::args::Args;

    #[test]
    fn every_argument_and_task_has_a_japanese_text_and_none_is_left_over() {
        assert_eq!(gaps(Args::command(), &TEXTS), [].into());
    }

    #[test]
    fn the_japanese_help_has_no_english_sentence() {
        let mut command = in_japanese(Args::command(), &TEXTS);
        let mut texts = vec![command.render_long_help().to_string()];
        texts.extend(command.get_subcommands_mut().map(|task| task.render_long_help().to_string()));
        for text in texts {
            for word in ["Print", "Options", "Commands", "Usage", "default", "possible", " the ", " of "] {
                assert!(!text.contains(word), "{word:?} in:\n{text}");
            }
        }
    }

    #[test]
    fn the_japanese_command_takes_the_same_arguments() {
        let line = ["vivavoce-cli", "talk", "--demo", "--mode", "hands-free", "--fallback-input", "a:b"];
        let english = Args::command().try_get_matches_from(line).unwrap();
        let japanese = in_japanese(Args::command(), &TEXTS).try_get_matches_from(line).unwrap();
        assert_eq!(english, japanese);
    }
}
