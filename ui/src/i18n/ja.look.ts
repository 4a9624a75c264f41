// The same in Japanese.

import type { Command } from "../shortcuts";
import type { look as english } from "./en.look";

const commands: Record<Command, string> = {
  talk: "話す（押す、または話すあいだ長押し）",
  talkFocused: "話すボタンの上で、話す",
  stop: "応答を停止、または開いているものを閉じる",
  mute: "ミュートの切り替え",
  muteSingle: "ミュートの切り替え",
  send: "入力した文字を送信",
  newLine: "改行する",
  find: "会話の中を検索",
  allowOnce: "求められていることを今回だけ許可",
  allowAlways: "求められていることを常に許可",
  refuse: "求められていることを許可しない",
  settings: "設定を開く",
  shortcuts: "この一覧を表示",
  shortcutsSingle: "この一覧を表示",
};

export const look: typeof english = {
  state: {
    first: (seconds) => `クリック、または話すあいだ長押し（${seconds} 秒より長く）· Space`,
    openingMicrophone: "マイクを開いています。お待ちください",
    connecting: "接続しています。お待ちください",
    reconnecting: "接続が切れたため、つなぎ直しています",
    waiting: "応答を待っています · Esc で停止",
    thinking: "応答を考えています · Esc で停止",
    error: "メッセージを確認してから、もう一度押してください",
  },
  again: {
    ask: "もう一度聞く",
    askNote: "ボタンを押して、もう一度話してください。",
    microphone: "マイクを選ぶ",
  },
  devices: {
    label: "デバイス",
    input: (name) => `マイク：${name}`,
    output: (name) => `スピーカー：${name}`,
    none: "見つかりません",
    missing: (name) => `${name} は未接続です`,
    instead: (name, used) => `${name} は未接続 → ${used} を使用中`,
  },
  strip: {
    label: "話す",
    shrink: "小さなバーで表示",
    grow: "ウィンドウ全体を表示",
  },
  shortcuts: {
    open: "キーボードショートカット",
    title: "キーボードショートカット",
    close: "一覧を閉じる",
    commands,
    single: "1 つのキーでも操作する",
    singleNote: "音声操作などで意図せずキーが押される場合は、オフにしてください。",
  },
  appearance: {
    contrast: {
      label: "コントラスト",
      note: "「高」では、白と黒とはっきりした線で表示します。",
      system: "システムに合わせる",
      high: "高",
    },
    textSize: { label: "文字の大きさ", note: "ウィンドウ全体に、すぐ反映されます。" },
    motion: {
      label: "動き",
      note: "「減らす」では、何も動かさずに変化を表示します。",
      system: "システムに合わせる",
      reduced: "減らす",
    },
  },
};
