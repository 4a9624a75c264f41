// Every text of the window in Japanese.

import type { Advice } from "../bindings/Advice";
import type { Note } from "../bindings/Note";
import type { Phase } from "../bindings/Phase";
import type { Problem } from "../bindings/Problem";
import type { ProblemCode } from "../bindings/ProblemCode";
import type { Messages } from "./en";

type Sentences = Record<ProblemCode, (problem: Problem) => string>;

const device = (problem: Problem) => (problem.device ? `「${problem.device}」` : "このデバイス");
const address = (problem: Problem) => problem.url ?? "サービス";

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

const problems: Sentences = {
  noInputDevice: () => "マイクが見つかりません。マイクを接続するか電源を入れてから、もう一度話してください。",
  noOutputDevice: () => "スピーカーやヘッドホンが見つかりません。接続されるまで、応答は文字で表示されます。",
  deviceNotFound: (p) => `${device(p)}が接続されていません。接続するか、別のデバイスを選んでください。`,
  deviceRefused: (p) =>
    `${device(p)}の使用がシステムで許可されていません。システムのプライバシー設定で Vivavoce を許可してから、再試行してください。`,
  deviceBusy: (p) =>
    `${device(p)}は別のアプリで使用中です。そのアプリを終了するか、別のデバイスを選んでください。`,
  deviceUnsupported: (p) => `${device(p)}は Vivavoce では使えません。別のデバイスを選んでください。`,
  deviceLost: (p) => `${device(p)}の接続が切れました。ほかのデバイスがあれば、そちらに切り替わります。`,
  soundSystemUnavailable: () =>
    "システムのサウンドサービスが応答しません。ほかのアプリで音が出るか確認してから、再試行してください。",
  wavUnreadable: (p) =>
    `音声ファイル${p.device ? `「${p.device}」` : ""}を使えません（${p.detail ?? "不明な形式"}）。`,
  audioDropped: (p) =>
    `通信が遅いため、話した内容の一部${p.detail ? `（${p.detail}）` : ""}が送られませんでした。`,
  keyMissing: () => "Gemini API にはキーが必要です。設定でキーを入力するか、キーなしでお試しください。",
  keyInvalid: () =>
    "この API キーは Google に受け付けられませんでした。文字の抜けがないか確認するか、新しいキーを作成してください。",
  keyExpired: () => "この API キーは期限切れです。Google AI Studio で新しいキーを作成し、入力してください。",
  keyLeaked: () =>
    "この API キーは公開されたため、Google によって無効にされました。新しいキーを作成し、他人に知られないよう保管してください。",
  modelNotFound: (p) =>
    `モデル${p.model ? `「${p.model}」` : ""}はライブ会話に対応していません。別のモデルを選んでください。`,
  configurationRejected: () =>
    "設定の一部がサービスに受け付けられませんでした。モデル、声、指示のいずれかを変更してください。",
  quotaExceeded: (p) => `利用上限に達しました。${p.retryAfterS ?? 60} 秒ほど待ってから、再試行してください。`,
  locationUnsupported: () => "お使いの地域では、Google はこのサービスを提供していません。",
  hostUnreachable: (p) => `${address(p)} に到達できません。ネットワーク接続を確認してください。`,
  hostUnknown: (p) =>
    `${address(p)} というサーバーが見つかりません。アドレスとネットワーク接続を確認してください。`,
  connectionRefused: (p) =>
    `${address(p)} が応答しません。アドレスと、サーバーが起動しているかを確認してください。`,
  tlsFailed: (p) =>
    `${address(p)} との暗号化された接続に失敗しました。アドレス、このコンピューターの日付、証明書を確認してください。`,
  notALiveServer: (p) =>
    `${address(p)} は応答しましたが、Live サービスではありません。アドレスを確認してください。`,
  plainTextToRemote: (p) =>
    `${address(p)} では音声が暗号化されずに送られます。https:// または wss:// を使ってください。暗号化なしで使えるのは、このコンピューター内だけです。`,
  endpointInvalid: (p) =>
    p.url
      ? `「${p.url}」はアドレスではありません。https://example.com のように入力してください。`
      : "サーバーのアドレスが入力されていません。設定で https://example.com のように入力してください。",
  setupTimeout: () => "サービスに接続しましたが、準備が完了しませんでした。再試行してください。",
  connectionLost: () => "接続が切れました。ネットワークを確認してください。次にボタンを押すと再接続します。",
  serviceUnavailable: () => "サービスに障害が発生しています。しばらく待ってから、再試行してください。",
  serviceClosed: () => "サービスが接続を終了しました。次にボタンを押すと再接続します。",
  noAnswer: () => "応答がありませんでした。もう一度話すか、しばらくしてからお試しください。",
  malformedMessages: () =>
    "サービスから読み取れないデータが届きました。会話は続けられますが、一部が欠けることがあります。",
  settingsUnreadable: () =>
    "設定を読み込めなかったため、初期設定を使用します。元のファイルは残してあります。",
  settingsUnwritable: () => "設定を保存できませんでした。変更は Vivavoce を終了するまで有効です。",
  demoUnavailable: () => "内蔵の練習モードを開始できませんでした。再試行してください。",
};

export const ja: Messages = {
  phases,
  notes,
  advice,
  problems,
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
    hintMuted: "マイクはミュートされています",
    mute: "マイクをミュート",
    unmute: "ミュートを解除",
    stop: "応答を停止",
    modeLabel: "話し方",
    pushToTalk: "押して話す",
    handsFree: "ハンズフリー",
  },
  transcript: {
    label: "会話",
    user: "あなた",
    model: "Gemini",
    guide: "ガイド",
    emptyTitle: "話しかけてみましょう",
    emptyText: "お互いの発言が、話すそばから文字で表示されます。",
    interrupted: "中断",
    pending: "…",
    latest: "最新へ",
    said: (speaker: string, text: string) => `${speaker}：${text}`,
  },
  composer: {
    label: "メッセージを入力",
    placeholder: "文字でも入力できます",
    send: "送信",
  },
  welcome: {
    title: "Gemini と、声で会話",
    lead: "ボタンを押したまま話すと、すぐに声で答えが返ります。お互いの発言は文字でも表示されます。",
    demo: "キーなしで試す",
    demoNote: "アプリ内のガイドが答えます。データがコンピューターの外に出ることはありません。",
    key: "Gemini API キーを使う",
    keyNote: "音声と文字は Google にのみ送られます。",
  },
  problem: {
    dismiss: "閉じる",
    details: "詳細",
    copy: "詳細をコピー",
    copied: "コピーしました",
    code: "コード",
    closeCode: "切断コード",
    reason: "理由",
  },
  settings: {
    title: "設定",
    close: "設定を閉じる",
    sound: "サウンド",
    input: "マイク",
    output: "スピーカー",
    systemDefault: (name: string | null) => (name ? `システムの既定（${name}）` : "システムの既定"),
    monitor: (name: string) => `${name}（スピーカーの再生音）`,
    missing: (name: string) => `${name}（未接続）`,
    monitorWarning: "これはマイクではありません。スピーカーの再生音が相手に送られます。",
    inputLevel: "マイクの音量レベル",
    outputLevel: "スピーカーの音量レベル",
    testTone: "テスト音を再生",
    service: "サービス",
    demo: "練習（キー不要）",
    gemini: "Gemini API",
    custom: "別のサーバー",
    endpoint: "サーバーのアドレス",
    endpointNote: "https:// または wss://（このコンピューター内では http:// と ws:// も可）",
    key: "Gemini API キー",
    keyPlaceholder: "キーを貼り付け",
    keySet: "キーは設定済みです（終了するまで有効）。",
    keyUse: "このキーを使う",
    keyRemove: "削除",
    keyNote:
      "キーは Vivavoce を終了するまでメモリー内にだけ保持され、ディスクへの保存や再表示は行われません。",
    model: "モデル",
    modelOther: "別のモデル…",
    modelId: "モデル ID",
    preview: "プレビュー",
    deprecated: "提供終了予定",
    voice: "声",
    voiceDefault: "サービスにまかせる",
    instruction: "指示",
    instructionNote: "モデルのふるまいを指定します。例：「やさしい言葉で、短く答えてください。」",
    talking: "話し方",
    hold: "長押しとみなす時間",
    tail: "離した後も聞き取る時間",
    ms: "ミリ秒",
    appearance: "表示",
    theme: "配色",
    themeSystem: "システムに合わせる",
    themeLight: "ライト",
    themeDark: "ダーク",
    language: "言語",
    languageSystem: "システムに合わせる",
    about: "Vivavoce について",
    version: (version: string) => `Vivavoce ${version}`,
    licence: "MIT または Apache-2.0 ライセンスのフリーソフトウェア",
    refused: "この値は使用できません。",
  },
};
