// Scenes to design against: `npm run dev`, then http://localhost:1420/?fake=speaking&theme=dark&language=ja

import type { Entry } from "../src/bindings/Entry";
import type { KeyCheck } from "../src/bindings/KeyCheck";
import type { Phase } from "../src/bindings/Phase";
import type { Settings } from "../src/bindings/Settings";
import type { Snapshot } from "../src/bindings/Snapshot";
import type { ViewChange } from "../src/bindings/ViewChange";
import { entry, FakeBackend, health, problem, settings, snapshot, sound, tokens, usage } from "./fakeBackend";

const NOON = new Date(2026, 10, 22, 12, 4).getTime();

const english = [
  "Hello! I am a recorded guide inside this program. Click the button and say something; I will repeat your own voice back to you.",
  "The quick brown fox jumps over the lazy dog.",
  "You spoke for 2.4 seconds. Here is what I heard, in your own voice.",
  "And what happens if I interrupt you in the middle?",
  "Then I stop at once, and whatever I was about to",
  "Good. Can you hear me on the loudspeakers too?",
  "Yes. You spoke for 3.1 seconds, and the microphone lost not one",
];

const japanese = [
  "こんにちは。このプログラムに入っている録音のガイドです。ボタンをクリックして、何か話してみてください。あなたの声をそのままお返しします。",
  "今日はとてもいい天気ですね。",
  "2.4 秒お話しになりました。聞こえたとおりにお返しします。",
  "途中で割り込んだらどうなりますか？",
  "すぐに話をやめて、言いかけた",
  "スピーカーでも聞こえますか？",
  "はい。3.1 秒お話しになりました。マイクの音は",
];

/** What is never heard of an answer, once somebody speaks into it. */
const CUT = {
  en: "Then I stop at once, and whatever I was about to say is shown, but marked as never heard, so that both of us know what was said.",
  ja: "すぐに話をやめます。言いかけたことは、再生されていないことがわかるように表示されます。",
};

const MARKED =
  "You can look at https://xn--fsqu00a.example/guide or type `vivavoce talk start` in a terminal:\n```sh\nvivavoce talk start\nvivavoce status --json\n```\nBut \u202ethis\u202c is hidden, and <b>this</b> is text.";

function conversation(lines: string[], length: number, speaking: boolean): Entry[] {
  return lines.slice(0, length).map((text, index) =>
    entry({
      id: index + 1,
      turn: Math.ceil(index / 2),
      speaker: index % 2 === 0 ? "model" : "user",
      text,
      startedAt: NOON + index * 21_000,
      interrupted: index === 4,
      final: !(speaking && index === length - 1),
    }),
  );
}

const phases: Record<string, Phase> = {
  off: "off",
  opening: "openingMicrophone",
  connecting: "connecting",
  ready: "ready",
  listening: "listening",
  waiting: "waiting",
  thinking: "thinking",
  speaking: "speaking",
  reconnecting: "reconnecting",
  quota: "reconnecting",
  closed: "error",
  paused: "paused",
  muted: "paused",
  long: "listening",
  echo: "speaking",
  blocked: "listening",
  error: "error",
};

const { devices } = snapshot();
const HEADPHONES = {
  id: "pulse:bluez_input.00_11_22_33_44_55",
  name: "Wireless Headphones",
  isDefault: false,
  isMonitor: false,
  isBluetooth: true,
};

/** What a scene has chosen besides what its address says. */
function choices(scene: string): Partial<Settings> {
  switch (scene) {
    case "armed":
      return { sound: sound({ preRollMs: 300 }) };
    case "bluetooth":
      return { inputDevice: HEADPHONES.id };
    case "sound":
      return {
        inputDevice: "pulse:usb-headset",
        outputDevice: "pulse:usb-headset-out",
        sound: sound({
          inputGainDb: 6,
          outputVolumeDb: -12,
          inputPreferences: ["pulse:alsa_input.usb-Jabra_EVOLVE_20-00.mono-fallback", "pulse:builtin-mic"],
        }),
      };
    default:
      return {};
  }
}

/** What a scene has besides its phase. */
function particulars(scene: string, japaneseLines: boolean): Partial<Snapshot> {
  const soon = Date.now();
  switch (scene) {
    case "error":
      return {
        problem: problem({
          code: "deviceRefused",
          advice: "allowMicrophone",
          device: "USB Headset",
          detail: "Access denied (0x80070005)",
          at: NOON,
        }),
      };
    case "blocked":
      return {
        problem: problem({
          code: "microphoneBlocked",
          advice: "allowMicrophone",
          device: "Built-in Microphone",
          detail: "linux",
          at: NOON,
        }),
      };
    case "short":
      return { problem: problem({ code: "pressTooShort", advice: "none" }) };
    case "unanswered":
      return {
        problem: problem({ code: "noAnswer", advice: "retry" }),
        transcript: [
          ...conversation(japaneseLines ? japanese : english, 3, false),
          entry({ id: 80, text: (japaneseLines ? japanese : english)[3] ?? "", note: "noAnswer" }),
        ],
      };
    case "gone":
      return { inputMissing: "Studio Microphone Model 7", outputMissing: "Kitchen Loudspeaker" };
    case "nothing":
      return { problem: problem({ code: "nothingHeard", advice: "none", detail: "-52 dBFS" }) };
    case "long":
      return { problem: problem({ code: "longPress", advice: "none" }), latched: true };
    case "echo":
      return {
        problem: problem({ code: "echoFailing", advice: "changeSettings" }),
        echo: { state: "failing", removedDb: 7, delayMs: 310 },
      };
    case "bluetooth":
      return {
        devices: { inputs: [HEADPHONES, ...devices.inputs], outputs: devices.outputs },
        problem: problem({
          code: "bluetoothMicrophone",
          advice: "chooseDevice",
          device: HEADPHONES.name,
          detail: "Built-in Microphone",
        }),
      };
    case "sound":
      return {
        input: { name: "USB Headset", rate: 48_000, channels: 2 },
        echo: { state: "converged", removedDb: 41, delayMs: 64 },
        health: health({ underruns: 1, late: 12, playoutTargetMs: 80 }),
      };
    case "reconnecting":
      return {
        problem: problem({
          code: "connectionLost",
          advice: "checkNetwork",
          closeCode: 1006,
          model: "gemini-3.1-flash-live-preview",
          at: soon,
          retryAt: soon + 12_000,
        }),
      };
    case "quota":
      return {
        problem: problem({
          code: "quotaExceeded",
          advice: "waitThenRetry",
          closeCode: 1011,
          detail: "You exceeded your current quota, please check your plan and billing details.",
          model: "gemini-3.1-flash-live-preview",
          retryAfterS: 60,
          at: soon,
          retryAt: soon + 60_000,
        }),
      };
    case "closed":
      return {
        problem: problem({
          code: "serviceClosed",
          advice: "retry",
          closeCode: 1008,
          detail: "The moon is in the wrong house for this project.",
          model: "gemini-3.1-flash-live-preview",
          at: soon,
        }),
      };
    case "thoughts":
      return {
        transcript: [
          ...conversation(japaneseLines ? japanese : english, 2, false),
          entry({
            id: 50,
            speaker: "model",
            turn: 2,
            text: japaneseLines
              ? "はい、晴れのち曇りです。"
              : "It is a pangram: every letter of the alphabet is in it.",
            thought:
              "**Recognising the sentence**\nThe user quoted a well-known pangram. I should say what it is used for, briefly.",
            startedAt: NOON + 60_000,
          }),
          entry({
            id: 51,
            turn: 3,
            text: japaneseLines ? "なぜですか？" : "Who came up with it?",
            startedAt: NOON + 80_000,
          }),
          entry({
            id: 52,
            speaker: "model",
            turn: 3,
            text: "",
            thought: "**Looking for the origin**\nIt was printed in a Boston newspaper in 1885.",
            final: false,
            startedAt: NOON + 84_000,
          }),
        ],
      };
    case "cut":
      return {
        transcript: conversation(japaneseLines ? japanese : english, 7, false).map((one, index) =>
          index === 4
            ? { ...one, text: CUT[japaneseLines ? "ja" : "en"], heardChars: japaneseLines ? 12 : 56 }
            : index === 2
              ? { ...one, text: MARKED, startedAt: NOON - 86_400_000 }
              : one,
        ),
      };
    case "history":
      return {
        transcript: Array.from({ length: 10_000 }, (_, index) =>
          entry({
            id: index + 1,
            turn: Math.ceil(index / 2),
            speaker: index % 2 === 0 ? "model" : "user",
            text: `${String(index + 1)}. ${(japaneseLines ? japanese : english)[(index * 5) % 7] ?? ""}`.repeat(
              1 + ((index * 11) % 5),
            ),
            startedAt: NOON - (10_000 - index) * 60_000,
          }),
        ),
      };
    case "notices":
      return {
        transcript: [
          ...conversation(japaneseLines ? japanese : english, 3, false),
          ...(["historyKept", "historyShortened", "historyLost"] as const).map((note, index) =>
            entry({ id: 60 + index, speaker: "notice", turn: 3, text: "", note, startedAt: NOON + 90_000 }),
          ),
          entry({
            id: 70,
            turn: 4,
            text: japaneseLines ? "まだ聞こえますか？" : "Are you still there?",
            startedAt: NOON + 95_000,
          }),
        ],
      };
    case "usage":
      return {
        usage: usage({
          turn: tokens({
            textIn: 120,
            audioIn: 840,
            audioOut: 610,
            thoughts: 95,
            cached: 96,
            unattributed: 12,
            total: 1677,
          }),
          conversation: tokens({
            textIn: 2_410,
            audioIn: 18_640,
            audioOut: 9_310,
            textOut: 40,
            thoughts: 1_204,
            toolUse: 310,
            cached: 1_800,
            unattributed: 57,
            total: 31_971,
          }),
          turnCost: 0.0099,
          conversationCost: 0.1756,
        }),
      };
    default:
      return {};
  }
}

/** What the service may think of a key, besides that it is good. */
const opinions: Record<string, KeyCheck | null> = {
  none: null,
  refused: { state: "refused", problem: problem({ code: "keyInvalid", advice: "enterKey" }) },
  unreachable: { state: "unreachable", problem: problem({ code: "hostUnreachable" }) },
};

/** A backend that shows one scene, with levels that move like speech. */
export function stage(scene: string, parameters: URLSearchParams): FakeBackend {
  const chosen: Partial<Settings> = {
    theme: (parameters.get("theme") ?? "system") as Settings["theme"],
    language: (parameters.get("language") ?? "en") as Settings["language"],
    service: (parameters.get("service") ?? "demo") as Settings["service"],
    mode: (parameters.get("mode") ?? "pushToTalk") as Settings["mode"],
    model: parameters.get("model") ?? "gemini-3.1-flash-live-preview",
    welcomed: scene !== "welcome",
    intro: (parameters.get("intro") ?? "hello") as Settings["intro"],
    appearance: {
      contrast: parameters.get("contrast") === "high" ? "high" : "system",
      textPercent: Number(parameters.get("text") ?? 100),
      motion: parameters.get("motion") === "reduced" ? "reduced" : "system",
    },
    desktop: { ...settings().desktop, compact: parameters.has("compact") },
    ...choices(scene),
  };
  const phase = phases[scene] ?? "ready";
  const lines = chosen.language === "ja" ? japanese : english;
  const length = { off: 0, opening: 0, connecting: 0, ready: 3, listening: 6 }[scene] ?? 7;
  const overrides: Partial<Snapshot> = {
    phase,
    latched: phase === "listening",
    muted: phase === "paused",
    settings: settings(chosen),
    transcript: scene === "welcome" ? [] : conversation(lines, length, phase === "speaking"),
    key: { place: scene === "welcome" ? null : "keychain", keychain: true },
    locale: "en",
  };
  Object.assign(overrides, particulars(scene, chosen.language === "ja"));
  if (scene === "listening") {
    overrides.transcript?.push(entry({ id: 99, turn: 4, text: "", final: false, startedAt: NOON + 200_000 }));
  }
  const backend = new FakeBackend(snapshot(overrides));
  const opinion = opinions[parameters.get("opinion") ?? ""];
  if (opinion !== undefined) backend.opinion = opinion;
  if (scene === "muted") setTimeout(() => backend.emit({ type: "mutedSpeech" }), 300);
  rehearse(backend);
  let beat = 0;
  setInterval(() => {
    beat += 1;
    const wave = Math.sin(beat * 0.9) * Math.sin(beat * 0.37 + 1) * Math.sin(beat * 0.13 + 2);
    const voice = -46 + 40 * Math.abs(wave) ** 0.6;
    const input = phase === "listening" || ["settings", "sound", "welcome"].includes(scene) ? voice : -90;
    backend.emit({ type: "levels", input, output: phase === "speaking" ? voice : -90 });
  }, 66);
  return backend;
}

/** Lets the tests of devices take their time and end well. */
function rehearse(backend: FakeBackend): void {
  const later = (ms: number, change: ViewChange) =>
    setTimeout(() => {
      backend.emit(change);
    }, ms);
  const asked = { record: backend.recordTest, echo: backend.testEcho };
  backend.recordTest = () => {
    later(6_000, { type: "recordingPlayed", peakDbfs: -11.4 });
    return asked.record();
  };
  backend.testEcho = () => {
    later(500, { type: "echo", echo: { state: "learning", removedDb: 4, delayMs: null } });
    later(2_000, { type: "echo", echo: { state: "learning", removedDb: 17, delayMs: 72 } });
    later(4_000, { type: "echo", echo: { state: "converged", removedDb: 39, delayMs: 72 } });
    return asked.echo();
  };
}
