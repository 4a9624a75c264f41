// Every text of the window in Japanese.

import type { Advice } from "../bindings/Advice";
import type { Note } from "../bindings/Note";
import type { Phase } from "../bindings/Phase";
import type { Next } from "../problem";
import type { Messages } from "./en";
import { intro, keyCheck, shortcut } from "./ja.intro";
import { desktop } from "./ja.desktop";
import { look } from "./ja.look";
import { problems } from "./ja.problems";
import { key, options, sections, settings } from "./ja.settings";
import { preferences } from "./ja.preferences";
import { sound } from "./ja.sound";
import { tools } from "./ja.tools";
import { find, link, transcript } from "./ja.transcript";

const phases: Record<Phase, string> = {
  off: "オフ",
  openingMicrophone: "マイクを準備中",
  connecting: "接続中",
  ready: "話せます",
  listening: "聞いています",
  waiting: "応答待ち",
  thinking: "考えています",
  speaking: "話しています",
  reconnecting: "再接続中",
  paused: "ミュート中",
  error: "確認が必要です",
};

const notes: Record<Note, string> = {
  noTranscript: "この発言の文字起こしはありません",
  nothingHeard: "音声が聞き取れませんでした",
  connectionLost: "ここで接続が切れました",
  noAnswer: "応答がありませんでした",
  historyKept: "接続し直し、これまでの会話を引き継ぎました",
  historyShortened: "接続し直し、会話の新しい部分を引き継ぎました",
  historyLost: "接続し直し、これまでの会話は失われました",
  timeIsUp: "時間になりました",
  timeWasUp: "終了している間に時間になりました",
};

const advice: Record<Advice, string> = {
  chooseDevice: "デバイスを選ぶ",
  connectDevice: "もう一度探す",
  allowMicrophone: "再試行",
  enterKey: "キーを入力",
  chooseModel: "モデルを選ぶ",
  checkNetwork: "再試行",
  checkEndpoint: "アドレスを確認",
  changeSettings: "設定を開く",
  waitThenRetry: "再試行",
  retry: "再試行",
  none: "",
};

const next: Record<Exclude<Next, "retrying">, string> = {
  press: "話すボタンを押すと再試行します。",
  afterChange: "そのあとで、話すボタンを押してください。",
  byItself: "見つかりしだい、また話せるようになります。",
  goesOn: "会話はこのまま続けられます。",
};

export const ja: Messages = {
  locale: "ja",
  phases,
  notes,
  advice,
  problems,
  next,
  sections,
  preferences,
  settings,
  options,
  sound,
  desktop,
  look,
  key,
  keyCheck,
  shortcut,
  intro,
  app: {
    loading: "お待ちください",
    unreachable: "Vivavoce の内部処理が停止しました。いったん終了して、もう一度起動してください。",
  },
  header: {
    settings: "設定",
    clear: "会話を消去",
    demo: "練習",
    gemini: "Gemini",
    custom: "カスタム",
  },
  talk: {
    start: "話す",
    hintRest: "クリックまたは長押しで話す · Space",
    hintHeld: "離すと終了",
    hintLatched: "クリックで終了",
    hintHandsFree: "クリックで聞き取りを開始 · Space",
    hintListening: "自由に話してください · クリックで聞き取りを停止",
    hintSpeaking: "クリックで割り込む · Esc で停止",
    hintResting: "応答が終わるまでマイクは休みます · Esc で停止",
    hintMuted: "マイクはミュートされています",
    mute: "マイクをミュート",
    unmute: "ミュートを解除",
    stop: "応答を停止",
    armed: (milliseconds) => `先行して聞き取り中：${milliseconds} ミリ秒（メモリーのみ）`,
    modeLabel: "話し方",
    pushToTalk: "押して話す",
    handsFree: "ハンズフリー",
  },
  hint: {
    muted: "ミュートされています",
    mutedCause: "話している内容は送られていません。",
    unmute: "ミュートを解除",
  },
  tools,
  transcript,
  find,
  link,
  composer: {
    label: "メッセージを入力",
    placeholder: "文字でも入力できます",
    send: "送信",
  },
  problem: {
    dismiss: "閉じる",
    details: "詳細",
    copy: "詳細をコピー",
    copied: "コピーしました",
    code: "コード",
    closeCode: "切断コード",
    reason: "理由",
    model: "モデル",
    address: "アドレス",
    time: "日時",
    nextTry: "次の再試行",
    version: "バージョン",
    title: "お知らせ",
    retryIn: (seconds) => `${seconds} 秒後に再試行します`,
    retryNow: "再試行しています",
    tryNow: "今すぐ再試行",
    stopTrying: "再試行をやめる",
  },
  usage: {
    tokens: (count) => `${count} トークン`,
    answered: (time) => `応答まで ${time}`,
    latency: (service, playback) =>
      `直前の応答の最初の音は、話し終えてから ${service}で届きました（サービスとネットワークの時間）。届いてからスピーカーまでは ${playback}です。`,
    simulated: (count) => `${count} トークン（練習）`,
    cost: (amount) => `約 ${amount}`,
    open: "使用量を表示",
    title: "使用量",
    close: "閉じる",
    kind: "トークン",
    turn: "直前の発言",
    conversation: "会話全体",
    textIn: "テキスト入力",
    audioIn: "音声入力",
    imageIn: "画像入力",
    textOut: "テキスト出力",
    audioOut: "音声出力",
    thoughts: "思考",
    toolUse: "ツールの結果",
    unattributed: "内訳不明",
    total: "合計",
    cached: "うちキャッシュ",
    estimate: "料金の目安",
    estimateNote: "定価から計算した目安です。実際の料金はサービスの請求額によります。",
    noPrice: "このモデルの価格がわからないため、料金は表示されません。",
    simulatedNote: "練習では、サービスと同じように数えています。料金はかかりません。",
    unattributedNote: "内訳不明は、サービスの合計には含まれるものの、どの内訳にも含まれないトークンです。",
  },
};
