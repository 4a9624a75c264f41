// 初回の案内、キーの確認、ショートカットの登録のテキスト。

import type * as en from "./en.intro";

export const shortcut: typeof en.shortcut = {
  none: "なし",
  press: "キーを押してください…",
  note: "クリックして、キーを同時に押します。Backspace で解除、Esc で元のままにします。",
  clear: (label) => `「${label}」を解除`,
  refusals: {
    needsModifier: "ほかのアプリで使うキーです。Ctrl や Alt と組み合わせてください。",
    typesText: "文字の入力に使うキーです。Ctrl＋Alt や Ctrl＋Shift と組み合わせてください。",
    programs: "多くのアプリで使われています。Ctrl、Alt、Shift をもう 1 つ加えてください。",
    inputMethod: "文字入力の切り替えに使われています。別の組み合わせにしてください。",
    system: "デスクトップ専用の組み合わせです。別のものにしてください。",
    unknownKey: "このキーは使えません。別のキーにしてください。",
    taken: "Vivavoce のほかの操作で使われています。",
  },
};

export const keyCheck: typeof en.keyCheck = {
  checking: "サービスに確認しています…",
  good: "このキーは使えます。",
  noAnswer: "サービスから返事がありません",
  unchecked: "そのため、キーを確認できませんでした。このまま保存すると、接続するときに試されます。",
  keep: "確認せずに保存",
};

export const intro: typeof en.intro = {
  progress: (step, steps) => `ステップ ${step} / ${steps}`,
  back: "戻る",
  next: "次へ",
  skip: "あとで設定",
  again: "はじめの案内をもう一度見る",
  hello: {
    title: "Gemini と声で話す",
    lead: "ボタンを押して話すと、すぐに声で返事が届きます。会話は文字でも表示されます。",
    promises: {
      private: "話した内容はこのコンピューターにとどまり、選んだサービスにだけ送られます。",
      interrupt: "応答にはいつでも割り込めます。",
      keyless: "キーがなくても使えます。内蔵のガイドが応答します。",
    },
    begin: "設定を始める（1 分以内）",
    demo: "設定せずにキーなしで試す",
    key: "Gemini API キーだけ入力する",
  },
  microphone: {
    title: "声は届いていますか？",
    lead: "マイクを選んで、何か話してみてください。",
    waiting: "何か話してください…",
    heard: "聞こえています。",
    blockedTitle: "音がまったく入ってきません",
    blocked:
      "システムがマイクを止めている可能性があります。プライバシー設定で許可するか、別のマイクを選んでください。",
    quiet: "まだ声が聞こえません。マイクに近づくか、ミュートを確認するか、別のマイクを選んでください。",
  },
  speaker: {
    title: "音は聞こえますか？",
    lead: "応答を再生する機器を選んで、テスト音を鳴らしてください。",
    asked: "聞こえましたか？",
    yes: "はい",
    no: "いいえ",
    good: "これで応答が聞こえます。",
    tips: {
      title: "次のことを試して、もう一度鳴らしてください。",
      volume: "コンピューターと機器の音量を上げてください。",
      plug: "機器の電源と接続を確認してください。",
      other: "上の一覧から別の機器を選んでください。",
    },
  },
  key: {
    title: "だれと話しますか？",
    lead: "ご自分のキーがあれば Gemini が、なければ内蔵のガイドが応答します。",
    where: "キーは Google AI Studio で作れます。アドレスはこちらです。",
    copy: "アドレスをコピー",
    copied: "コピーしました",
    without: "キーなしで進む",
    ready: "これから Gemini が応答します。",
    readyCustom: "これからご自分のサーバーが応答します。",
    rehearse: "代わりにガイドと話す",
  },
  shortcut: {
    title: "どこからでも話しますか？",
    lead: "ショートカットを決めると、ほかのアプリの使用中にも話せます。なくても、この画面のボタンと Space で話せます。",
    label: "話すショートカット",
    later: "設定でいつでも変更できます。",
  },
  talk: {
    title: "話してみましょう",
    lead: "ボタンを押したまま、またはクリックして話してください。Space キーも使えます。",
    finish: "始める",
    done: "使い方はこれだけです。",
  },
};
