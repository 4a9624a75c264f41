// Scenes to design against: `npm run dev`, then http://localhost:1420/?fake=speaking&theme=dark&language=ja

import type { Entry } from "../src/bindings/Entry";
import type { Phase } from "../src/bindings/Phase";
import type { Settings } from "../src/bindings/Settings";
import type { Snapshot } from "../src/bindings/Snapshot";
import { entry, FakeBackend, problem, settings, snapshot } from "./fakeBackend";

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
  paused: "paused",
  error: "error",
};

/** A backend that shows one scene, with levels that move like speech. */
export function stage(scene: string, parameters: URLSearchParams): FakeBackend {
  const chosen: Partial<Settings> = {
    theme: (parameters.get("theme") ?? "system") as Settings["theme"],
    language: (parameters.get("language") ?? "en") as Settings["language"],
    service: (parameters.get("service") ?? "demo") as Settings["service"],
    mode: (parameters.get("mode") ?? "pushToTalk") as Settings["mode"],
    welcomed: scene !== "welcome",
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
    locale: "en",
  };
  if (scene === "error") {
    overrides.problem = problem({
      code: "deviceRefused",
      advice: "allowMicrophone",
      device: "USB Headset",
      detail: "Access denied (0x80070005)",
    });
  }
  if (scene === "listening") {
    overrides.transcript?.push(entry({ id: 99, turn: 4, text: "", final: false, startedAt: NOON + 200_000 }));
  }
  const backend = new FakeBackend(snapshot(overrides));
  let beat = 0;
  setInterval(() => {
    beat += 1;
    const wave = Math.sin(beat * 0.9) * Math.sin(beat * 0.37 + 1) * Math.sin(beat * 0.13 + 2);
    const voice = -46 + 40 * Math.abs(wave) ** 0.6;
    const input = phase === "listening" || scene === "settings" ? voice : -90;
    backend.emit({ type: "levels", input, output: phase === "speaking" ? voice : -90 });
  }, 66);
  return backend;
}
