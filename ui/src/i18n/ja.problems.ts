// 何が起きたか、なぜか、どうすればよいか。

import type { Problem } from "../bindings/Problem";
import type { ProblemTable } from "./problems";

const device = (p: Problem) => (p.device ? `「${p.device}」` : "このデバイス");
const address = (p: Problem) => p.url ?? "サービス";

/** マイクの使用を許可する場所（システム別）。 */
const allowing: Record<string, string> = {
  windows: "設定の「プライバシーとセキュリティ」＞「マイク」で、デスクトップ アプリに許可してください。",
  macos: "システム設定の「プライバシーとセキュリティ」＞「マイク」で、Vivavoce を許可してください。",
  linux: "サウンド設定とマイク本体で、ミュートされていないか確認してください。",
};

export const problems: ProblemTable = {
  noInputDevice: {
    title: "マイクが見つかりません",
    cause: "Vivavoce で使えるマイクがシステムにありません。",
    remedy: "マイクを接続するか、電源を入れてください。",
  },
  noOutputDevice: {
    title: "スピーカーやヘッドホンが見つかりません",
    cause: "応答を音で聞くことができないため、文字で表示されます。",
    remedy: "音で聞くには、どちらかを接続してください。",
  },
  deviceNotFound: {
    title: (p) => `${device(p)}が接続されていません`,
    cause: "設定で選ばれていますが、現在システムに見つかりません。",
    remedy: "接続するか、別のデバイスを選んでください。",
  },
  deviceRefused: {
    title: (p) => `${device(p)}の使用がシステムで許可されていません`,
    cause: "システムのプライバシー設定で制限されています。",
    remedy: "プライバシー設定で Vivavoce を許可してから、再試行してください。",
  },
  deviceBusy: {
    title: (p) => `${device(p)}は別のアプリで使用中です`,
    cause: "そのアプリがデバイスを独占しています。",
    remedy: "そのアプリを終了するか、別のデバイスを選んでください。",
  },
  deviceUnsupported: {
    title: (p) => `${device(p)}は Vivavoce では使えません`,
    cause: "対応している音声形式がありません。",
    remedy: "別のデバイスを選んでください。",
  },
  deviceLost: {
    title: (p) => `${device(p)}の接続が切れました`,
    cause: "使用中に取り外されたか、電源が切れました。",
    remedy: "ほかのデバイスがあれば、そちらに切り替わります。",
  },
  soundSystemUnavailable: {
    title: "システムのサウンド機能が応答しません",
    cause: "すべてのアプリの音を扱うサービスに接続できません。",
    remedy: "ほかのアプリで音が出るか確認してから、再試行してください。",
  },
  wavUnreadable: {
    title: (p) => `音声ファイル${p.device ? `「${p.device}」` : ""}を使えません`,
    cause: (p) =>
      `デバイスの代わりに指定されていますが、読み込めませんでした（${p.detail ?? "不明な形式"}）。`,
    remedy: "別のファイルかデバイスを選んでください。",
  },
  audioDropped: {
    title: (p) => `話した内容の一部${p.detail ? `（${p.detail}）` : ""}が送られませんでした`,
    cause: "通信が遅く、時間内に送れませんでした。",
    remedy: "大切な内容でしたら、もう一度話してください。",
  },
  keyMissing: {
    title: "Gemini API にはキーが必要です",
    cause: "キーがまだ入力されていません。",
    remedy: "設定でキーを入力するか、キーのいらない練習を選んでください。",
  },
  keyInvalid: {
    title: "この API キーは Google に受け付けられませんでした",
    cause: "文字が抜けているか、キーが削除された可能性があります。",
    remedy: "入力し直すか、Google AI Studio で新しいキーを作成してください。",
  },
  keyExpired: {
    title: "この API キーは期限切れです",
    cause: "有効期間が終わったため、Google では使えなくなりました。",
    remedy: "Google AI Studio で新しいキーを作成し、入力してください。",
  },
  keyLeaked: {
    title: "この API キーは Google によって無効にされました",
    cause: "だれでも使える公開の場所で見つかったためです。",
    remedy: "新しいキーを作成し、他人に知られないよう保管してください。",
  },
  modelNotFound: {
    title: (p) => `モデル${p.model ? `「${p.model}」` : ""}は利用できません`,
    cause: "サービスにないか、ライブ会話に対応していません。",
    remedy: "別のモデルを選んでください。",
  },
  configurationRejected: {
    title: "設定の一部がサービスに受け付けられませんでした",
    cause: "どの設定かは示されていません。多くの場合、モデルがその設定に対応していません。",
    remedy: "モデルを変えるか、最後に変更した設定を元に戻してください。",
  },
  fieldUnknown: {
    title: "サービスが対応していない設定があります",
    cause: "このモデルまたはサーバーにない設定の名前が示されています。",
    remedy: "その設定を「おまかせ」にするか、別のモデルを選んでください。",
  },
  preconditionFailed: {
    title: "お使いの Google プロジェクトでは、まだ利用できません",
    cause: "お支払い、地域、またはプロジェクトの状態に問題があります。",
    remedy: "Google AI Studio でプロジェクトを確認してください。",
  },
  soundRejected: {
    title: "送った音声をサービスが読み取れませんでした",
    cause: "このモデルまたはサーバーは、別の音声形式を求めています。",
    remedy: "別のモデルを選んでください。",
  },
  modalityRejected: {
    title: "このモデルでは音声で会話できません",
    cause: "音声の聞き取り、または音声での応答に対応していません。",
    remedy: "別のモデルを選んでください。",
  },
  languageRejected: {
    title: "このモデルでは言語を指定できません",
    cause: "話されている言語をモデルが自動で判断します。",
    remedy: "言語を「おまかせ」にするか、別のモデルを選んでください。",
  },
  activityMarksRejected: {
    title: "発言の区切りを手動で伝えることができません",
    cause: "話し始めと話し終わりは、サービスが自動で検出します。",
    remedy: "ハンズフリーで話すか、別のモデルを選んでください。",
  },
  tokenInvalid: {
    title: "アクセストークンが受け付けられませんでした",
    cause: "正しくないか、期限切れか、別のサービスのものです。",
    remedy: "設定でトークンの取得元を確認してください。",
  },
  tokenUsed: {
    title: "アクセストークンはすでに使用されています",
    cause: "このトークンは一回の接続にしか使えません。",
    remedy: "再試行すると、新しいトークンを取得します。",
  },
  tokenUnavailable: {
    title: "アクセストークンを取得できませんでした",
    cause: "取得元から別の答えが返ったか、応答がありませんでした。",
    remedy: "設定でトークンの取得元を確認してください。",
  },
  inputRefused: {
    title: "いま送った内容をサービスが受け取れませんでした",
    cause: "別の処理の途中だったか、対応していない内容でした。",
    remedy: "もう一度話してください。",
  },
  entityGone: {
    title: "サービス側で必要なデータが失われました",
    cause: "この会話の一部がサービスに残っていません。",
    remedy: "再試行してください。",
  },
  sessionGone: {
    title: "会話の続きから再開できません",
    cause: "保存期間が過ぎ、サービスに会話が残っていません。",
    remedy: "新しい会話を始めてください。モデルが対応していれば、これまでの内容が引き継がれます。",
  },
  idleClosed: {
    title: "サービスが接続を終えました",
    cause: "しばらく発言がありませんでした。",
    remedy: "話しかければ、会話を続けられます。",
  },
  lifetimeOver: {
    title: "接続の制限時間が終わりました",
    cause: "サービスは約 10 分ごとに接続を終了します。",
    remedy: "そのまま話せば、会話を続けられます。",
  },
  proxyFailed: {
    title: "プロキシを使用できません",
    cause: "プロキシに到達できないか、サービスへの接続を拒否されました。",
    remedy: "設定でプロキシのアドレスを確認するか、直接接続してください。",
  },
  certificatesUnreadable: {
    title: "証明書のファイルを使用できません",
    cause: "読み込めないか、証明書が含まれていません。",
    remedy: "設定で別の PEM ファイルを指定するか、指定を外してください。",
  },
  keychainUnavailable: {
    title: "システムのキーチェーンを使用できません",
    cause: "ロックされているか、存在しないか、応答がありません。キーは Vivavoce を終了するまで保持されます。",
    remedy: "長く保存するには、キーチェーンのロックを解除し、キーを入力し直してください。",
  },
  quotaExceeded: {
    title: "利用上限に達しました",
    cause: "Google では、キーごとに一分間と一日の利用量が決められています。",
    remedy: (p) =>
      p.retryAt === null
        ? `${p.retryAfterS ?? 60} 秒ほど待ってください。早く再試行すると、待ち時間が延びます。`
        : "そのままお待ちください。早く再試行すると、待ち時間が延びます。",
  },
  locationUnsupported: {
    title: "お使いの地域では提供されていません",
    cause: "接続元の地域が Google の提供地域に含まれていません。",
    remedy: "プロキシや VPN をお使いの場合は、使わずにお試しください。",
  },
  hostUnreachable: {
    title: (p) => `${address(p)} に到達できません`,
    cause: "このコンピューターがオフラインか、途中で通信がさえぎられています。",
    remedy: "ネットワーク接続を確認してください。",
  },
  hostUnknown: {
    title: (p) => `${address(p)} というサーバーが見つかりません`,
    cause: "名前が正しくないか、このコンピューターがオフラインです。",
    remedy: "アドレスとネットワーク接続を確認してください。",
  },
  connectionRefused: {
    title: (p) => `${address(p)} が応答しません`,
    cause: "コンピューターはありますが、このアドレスでサーバーが動いていません。",
    remedy: "アドレスと、サーバーが起動しているかを確認してください。",
  },
  tlsFailed: {
    title: (p) => `${address(p)} との暗号化された接続に失敗しました`,
    cause: "証明書が信頼されていないか、途中で通信が読み取られています。",
    remedy: "アドレス、このコンピューターの日付、証明書を確認してください。",
  },
  notALiveServer: {
    title: (p) => `${address(p)} は Live サービスではありません`,
    cause: "応答はありましたが、ライブ会話の通信方式に対応していません。",
    remedy: "アドレスを確認してください。",
  },
  plainTextToRemote: {
    title: (p) => `${address(p)} では音声が暗号化されずに送られます`,
    cause: "暗号化なしで使えるのは、このコンピューター内だけです。",
    remedy: "https:// または wss:// を使ってください。",
  },
  endpointInvalid: {
    title: (p) => (p.url ? `「${p.url}」はアドレスではありません` : "サーバーのアドレスが入力されていません"),
    cause: "別のサーバーに接続するには、アドレスが必要です。",
    remedy: "https://example.com のように入力してください。",
  },
  setupTimeout: {
    title: "サービスの準備が完了しませんでした",
    cause: "接続はできましたが、その後の応答がありません。",
    remedy: "再試行してください。続く場合は、別のモデルを選んでください。",
  },
  connectionLost: {
    title: "接続が切れました",
    cause: "ネットワークに問題があるか、サービスが突然切断されました。",
    remedy: "戻らない場合は、ネットワークを確認してください。",
  },
  serviceUnavailable: {
    title: "サービスに障害が発生しています",
    cause: "混雑しているか、サービス側で問題が起きています。",
    remedy: "しばらく待ってから、再試行してください。",
  },
  serviceClosed: {
    title: "サービスが接続を終了しました",
    cause: (p) => (p.detail ? "サービスから次の理由が伝えられました。" : "理由は伝えられませんでした。"),
    remedy: "再試行してください。よく起きる場合は、詳細が原因を調べる手がかりになります。",
  },
  noAnswer: {
    title: "応答がありませんでした",
    cause: "話した内容は届きましたが、何も返ってきませんでした。",
    remedy: "もう一度話すか、しばらくしてからお試しください。",
  },
  malformedMessages: {
    title: "サービスから読み取れないデータが届きました",
    cause: "会話の一部が欠けることがあります。",
    remedy: "新しいバージョンの Vivavoce では対応している場合があります。",
  },
  settingsUnreadable: {
    title: "設定を読み込めませんでした",
    cause: "ファイルの内容に問題があります。元のファイルは残してあります。",
    remedy: "初期設定を使用します。必要な項目を選び直してください。",
  },
  settingsPartlyUnreadable: {
    title: "一部の設定を読み込めませんでした",
    cause: (p) =>
      p.detail
        ? `ファイルの次の項目に問題があります：${p.detail}。`
        : "ファイルの一部の項目に問題があります。",
    remedy: "その項目だけ初期設定になり、ほかの設定はそのままです。元のファイルは残してあります。",
  },
  settingsNewer: {
    title: "新しいバージョンの設定ファイルです",
    cause: "このバージョンにない項目は使えません。",
    remedy: (p) => (p.detail ? `元の設定は ${p.detail} に残してあります。` : "元の設定は残してあります。"),
  },
  settingsUnwritable: {
    title: "設定を保存できませんでした",
    cause: "ファイルに書き込めません。変更は Vivavoce を終了するまで有効です。",
    remedy: "ファイルの権限と、ディスクの空き容量を確認してください。",
  },
  listDamaged: {
    title: "一覧を読み込めませんでした",
    cause: (p) =>
      p.detail === null
        ? "ファイルの内容が正しくないため、空の一覧から始めます。"
        : `ファイルの内容が正しくないため、空の一覧から始めます。元のファイルは ${p.detail} に残しました。`,
    remedy: "ご自分で編集した場合は、残したファイルを直して元に戻してください。",
  },
  listUnreadable: {
    title: "一覧を保存できません",
    cause: (p) =>
      p.detail === null
        ? "ファイルを読み書きできません。Vivavoce を終了するまで有効です。"
        : `ファイルを読み書きできません (${p.detail})。Vivavoce を終了するまで有効です。`,
    remedy: "書き込む権限とディスクの空きを確かめてください。",
  },
  picturesRefused: {
    title: "このモデルは画像を扱えません",
    cause: "言葉と音声だけを受け付けます。",
    remedy: "画像を見せるには、別のモデルを選んでください。",
  },
  demoUnavailable: {
    title: "内蔵の練習を開始できませんでした",
    cause: "このコンピューター内で必要なアドレスを使用できませんでした。",
    remedy: "再試行するか、Vivavoce を起動し直してください。",
  },
  microphoneBlocked: {
    title: "マイクから音が届いていません",
    cause: (p) =>
      `${p.device ? `「${p.device}」` : "マイク"}は開いていますが、完全な無音です。システムで制限されている可能性があります。`,
    remedy: (p) => allowing[p.detail ?? ""] ?? "システムの設定で許可するか、別のマイクを選んでください。",
  },
  nothingHeard: {
    title: "音声が聞き取れませんでした",
    cause: (p) =>
      p.detail ? `最も大きな音は ${p.detail} でした。` : "届いた音に発言が含まれていませんでした。",
    remedy: "マイクに近づくか、別のマイクを選んでください。",
  },
  pressTooShort: {
    title: "押す時間が短すぎました",
    cause: "発言が含まれていなかったため、応答はありません。",
    remedy: "話している間、ボタンを押し続けてください。",
  },
  longPress: {
    title: "この発言はまもなく終了します",
    cause: "5 分たつと、マイクは自動で閉じられます。",
    remedy: "いったん話し終えてから、もう一度押して続けてください。",
  },
  echoFailing: {
    title: "この環境ではエコーを取り除けません",
    cause: "マイクがスピーカーの音を拾うため、応答が自分自身の声で中断されるおそれがあります。",
    remedy: "ヘッドホンか半二重をお使いください。",
  },
  bluetoothMicrophone: {
    title: (p) => `${device(p)}は Bluetooth マイクです`,
    cause: "使用中は、多くのヘッドセットで再生音が電話並みの音質になります。",
    remedy: (p) =>
      p.detail ? `「${p.detail}」を使うと、よい音質のままです。` : "別のマイクを使うと、よい音質のままです。",
  },
};
