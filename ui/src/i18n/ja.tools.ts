// モデルができること: 関数、確認、メモ、画像と出典。

import type * as en from "./en.tools";

const functions: (typeof en.tools)["functions"] = {
  current_time: "時刻を調べる",
  set_timer: "タイマーをセットする",
  set_reminder: "リマインダーを設定する",
  list_timers: "タイマーを確認する",
  cancel_timer: "タイマーを取り消す",
  add_note: "メモを残す",
  list_notes: "メモを読む",
  delete_note: "メモを削除する",
  change_setting: "設定を変更する",
  open_link: "ウェブページを開く",
  read_clipboard: "コピーした内容を読む",
  write_clipboard: "テキストをコピーする",
};

const touches: (typeof en.tools)["touches"] = {
  nothing: "あなたの情報は使わず、何も変更しません。",
  browser: "ブラウザーでこのアドレスを開きます。",
  clipboardRead: "コピーした内容をサービスに伝えます。",
  clipboardWritten: "コピーした内容が、このテキストに置き換わります。",
  timersRead: "タイマーの内容をサービスに伝えます。",
  timersChanged: "タイマーを変更します。",
  notesRead: "メモの内容をサービスに伝えます。",
  notesChanged: "メモを変更します。",
  settings: "Vivavoce の設定を変更します。",
};

const details: (typeof en.tools)["details"] = {
  time_zone: "タイムゾーン",
  length: "長さ",
  label: "名前",
  at: "日時",
  cancel: "鳴る時刻",
  text: "テキスト",
  delete: "メモ",
  host: "サイト",
  url: "アドレス",
  volume: "音量",
  microphone: "マイク",
  language: "言語",
  voice: "声",
};

const stages: (typeof en.tools)["stages"] = {
  asking: "回答待ち",
  running: "実行中",
  done: "完了",
  failed: "失敗しました",
  unfit: "この内容では実行できません",
  refused: "許可されませんでした",
  unanswered: "回答がなく、実行していません",
  flooded: "一度に多すぎるため、実行していません",
  overdue: "時間がかかりすぎ、中止しました",
  cancelled: "不要になりました",
  stopped: "停止しました",
};

const risks: (typeof en.tools)["risks"] = {
  harmless: "あなたの情報は使わず、何も変更しません。",
  reads: "あなたの情報をサービスに伝えます。",
  acts: "何かを変更するか、会話の外に何かを表示します。",
};

const permissions: (typeof en.tools)["permissions"] = {
  ask: "毎回確認する",
  always: "常に許可する",
  never: "使わせない",
};

const refusals: (typeof en.tools)["pictures"]["refusals"] = {
  unsupported: "は送れません。PNG、JPEG、WebP、GIF で保存し直してください。",
  notAPicture: "画像ファイルではありません。PNG、JPEG、WebP、GIF を送れます。",
  tooLarge: "50 MB を超えています。小さくしてから送ってください。",
  tooManyPixels: "画素が多すぎます。小さくしてから送ってください。",
  damaged: "画像が壊れています。別のアプリで開いて保存し直してください。",
  tooMany: "1 つのメッセージに入る枚数を超えています。先に送信してください。",
};

export const tools: typeof en.tools = {
  functions,
  touches,
  details,
  stages,
  risks,
  permissions,
  told: (what, stage) => `${what}: ${stage}`,
  result: "モデルに伝えた内容",
  question: {
    title: (name) => `${name}がこれを行ってもよいですか？`,
    guide: "ガイド",
    model: "Gemini ",
    once: "今回だけ許可",
    always: "常に許可",
    never: "許可しない",
    left: (seconds) => `あと ${seconds} 秒で、回答がなければ実行しません。`,
    more: (count) => `ほかに ${count} 件あります。`,
    open: "許可を求めています",
  },
  sources: {
    label: "出典",
    queries: "検索した語",
    suggestions: "Google 検索の候補",
  },
  pictures: {
    add: "画像を追加",
    remove: "画像を取り除く",
    alt: (width, height) => `画像 (${width} × ${height} ピクセル)`,
    tokens: (count) => `約 ${count} トークン`,
    drop: "ここに画像をドロップ",
    refusals,
  },
  timers: {
    label: "タイマー",
    timer: "タイマー",
    cancel: (name) => `${name}を取り消す`,
  },
  settings: {
    lead: "モデルに任せられることです。提供したものだけが使われ、読み取りや変更の前には確認します。",
    unable: "このモデルは関数を使いません。",
    search: {
      label: "Google 検索",
      note: "サービスが検索し、出典を示します。Google が検索に課金することがあります。",
    },
    functions: "関数",
    notes: "メモ",
    noNotes: "メモはありません。会話の中で頼むと、ここに残ります。",
    deleteNote: (text) => `メモ「${text}」を削除`,
    log: "実行の記録",
    noLog: "まだ何も求められていません。",
    clearLog: "記録を消去",
  },
};
