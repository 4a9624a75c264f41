// 会話の文面。

export const transcript = {
  label: "会話",
  user: "あなた",
  model: "Gemini",
  guide: "ガイド",
  emptyTitle: "話しかけてみましょう",
  emptyText: "お互いの発言が、話すそばから文字で表示されます。",
  interrupted: "中断",
  unheard: "再生されていません",
  pending: "…",
  latest: "最新へ",
  fresh: "新しい発言",
  thinking: "考えています…",
  thought: "考えた内容",
  said: (speaker: string, text: string) => `${speaker}：${text}`,
  showAll: (characters: string) => `すべて表示（${characters} 文字）`,
  copy: "この発言をコピー",
  copyAll: "会話をコピー",
  copied: "コピーしました",
  notCopied: "コピーできませんでした。選択してコピーしてください。",
};

export const find = {
  open: "会話内を検索",
  label: "検索",
  next: "次へ",
  previous: "前へ",
  close: "閉じる",
  nothing: "見つかりません",
  place: (place: string, count: string) => `${count} 件中 ${place} 件目`,
  many: (count: string) => `${count} 件以上`,
};

export const link = {
  title: "このアドレスを開きますか？",
  cause: "会話に出てきたアドレスです。ブラウザーで開くと、次の接続先に移動します：",
  encoded: "ほかの文字と紛らわしい文字が含まれるため、符号化して表示しています。",
  whole: "アドレス全体",
  copy: "アドレスをコピー",
  open: "ブラウザーで開く",
  close: "閉じる",
  refused: "ブラウザーを開けませんでした。アドレスをコピーしてお使いください。",
};
