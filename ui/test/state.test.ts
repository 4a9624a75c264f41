import { describe, expect, it } from "vitest";

import type { Phase } from "../src/bindings/Phase";
import type { ViewChange } from "../src/bindings/ViewChange";
import { canStop, initial, inputInUse, isTalking, loudness, update, type State } from "../src/state";
import { Store } from "../src/store.svelte";
import { entry, FakeBackend, health, problem, settings, snapshot, sound, usage } from "./fakeBackend";

/** The state after these changes, numbered on from the snapshot. */
function after(state: State, ...changes: ViewChange[]): State {
  return changes.reduce((now, change) => update(now, { seq: now.seq + 1, ...change }), state);
}

const listening: ViewChange = { type: "phase", phase: "listening", latched: true };

describe("a snapshot", () => {
  it("is shown as it is, with silent levels", () => {
    const shown = snapshot({ phase: "speaking", transcript: [entry()] });

    expect(initial(shown)).toMatchObject({
      ...shown,
      levels: { input: -90, output: -90 },
      recording: null,
      mutedSpeech: false,
      stale: false,
    });
  });
});

describe("events", () => {
  it("are applied when they follow the snapshot", () => {
    const state = update(initial(snapshot({ seq: 7 })), { seq: 8, ...listening });

    expect(state).toMatchObject({ seq: 8, phase: "listening", latched: true, stale: false });
  });

  it("that are in the snapshot already are left out", () => {
    const state = initial(snapshot({ seq: 7, transcript: [entry({ text: "Hello" })] }));

    expect(update(state, { seq: 7, type: "append", id: 1, text: "Hello", thought: false })).toBe(state);
    expect(update(state, { seq: 3, type: "cleared" })).toBe(state);
  });

  it("after a gap make the state stale and change nothing else", () => {
    const state = initial(snapshot({ seq: 7 }));

    expect(update(state, { seq: 9, ...listening })).toEqual({ ...state, stale: true });
  });

  it("are not applied to a stale state, even if they seem to follow", () => {
    const stale = update(initial(snapshot({ seq: 7 })), { seq: 9, ...listening });

    expect(update(stale, { seq: 8, ...listening })).toBe(stale);
  });

  it("leave the state before them untouched", () => {
    const before = initial(snapshot({ transcript: [entry({ text: "Hel" })] }));

    after(before, { type: "append", id: 1, text: "lo", thought: false }, { type: "cleared" }, listening);

    expect(before).toEqual(initial(snapshot({ transcript: [entry({ text: "Hel" })] })));
  });
});

describe("the transcript", () => {
  const question = entry({ id: 1, text: "How high is it?" });
  const answer = entry({ id: 2, speaker: "model", text: "It is", final: false });

  it("gets new entries at its end", () => {
    const state = after(
      initial(snapshot()),
      { type: "entry", entry: question },
      { type: "entry", entry: answer },
    );

    expect(state.transcript).toEqual([question, answer]);
  });

  it("appends fragments exactly as they are, to their entry alone", () => {
    const state = after(
      initial(snapshot({ transcript: [question, answer] })),
      { type: "append", id: 2, text: " 8,849", thought: false },
      { type: "append", id: 2, text: " metres\n", thought: false },
    );

    expect(state.transcript).toEqual([question, { ...answer, text: "It is 8,849 metres\n" }]);
  });

  it("keeps what was thought apart from what was said", () => {
    const state = after(
      initial(snapshot({ transcript: [question, answer] })),
      { type: "append", id: 2, text: "A mountain. ", thought: true },
      { type: "append", id: 2, text: " high", thought: false },
      { type: "append", id: 2, text: "Which?", thought: true },
    );

    expect(state.transcript[1]).toEqual({ ...answer, text: "It is high", thought: "A mountain. Which?" });
  });

  it("replaces an entry that is sent again where it stands", () => {
    const cut = { ...question, interrupted: true };
    const state = after(initial(snapshot({ transcript: [question, answer] })), { type: "entry", entry: cut });

    expect(state.transcript).toEqual([cut, answer]);
  });

  it("ignores a fragment for an entry that is not there", () => {
    const state = after(initial(snapshot({ transcript: [question] })), {
      type: "append",
      id: 99,
      text: "?",
      thought: false,
    });

    expect(state.transcript).toEqual([question]);
    expect(state.stale).toBe(false);
  });

  it("is empty once cleared", () => {
    expect(after(initial(snapshot({ transcript: [question] })), { type: "cleared" }).transcript).toEqual([]);
  });
});

describe("the rest of the state", () => {
  it("takes settings with the key and the missing devices", () => {
    const state = after(initial(snapshot()), {
      type: "settings",
      settings: settings({ service: "gemini", inputDevice: "pulse:gone" }),
      key: { place: "session", keychain: true },
      inputMissing: "Old Headset",
      outputMissing: null,
    });

    expect(state).toMatchObject({
      key: { place: "session", keychain: true },
      inputMissing: "Old Headset",
      outputMissing: null,
    });
    expect(state.settings).toEqual(settings({ service: "gemini", inputDevice: "pulse:gone" }));
  });

  it("takes what was used, and the models", () => {
    const used = usage({ turnCost: 0.1 });
    const state = after(initial(snapshot()), { type: "usage", usage: used }, { type: "models", models: [] });

    expect(state).toMatchObject({ usage: used, models: [] });
  });

  it("takes devices, mute, levels and problems", () => {
    const quota = problem({ code: "quotaExceeded" });
    const state = after(
      initial(snapshot()),
      { type: "devices", devices: { inputs: [], outputs: [] } },
      { type: "muted", muted: true },
      { type: "levels", input: -12, output: -34 },
      { type: "problem", problem: quota },
    );

    expect(state).toMatchObject({
      devices: { inputs: [], outputs: [] },
      muted: true,
      levels: { input: -12, output: -34 },
      problem: quota,
    });
    expect(after(state, { type: "problem", problem: null }).problem).toBeNull();
  });
});

describe("loudness", () => {
  it.each([
    [-90, 0],
    [-60, 0],
    [-30, 0.5],
    [0, 1],
    [6, 1],
  ])("of %d dBFS fills %d of the ring", (dbfs, filled) => {
    expect(loudness(dbfs)).toBeCloseTo(filled);
  });
});

describe("phases", () => {
  const every: Phase[] = [
    "off",
    "openingMicrophone",
    "connecting",
    "ready",
    "listening",
    "waiting",
    "thinking",
    "speaking",
    "reconnecting",
    "paused",
    "error",
  ];

  it("in which the microphone is listened to", () => {
    expect(every.filter((phase) => isTalking(phase, false))).toEqual([
      "openingMicrophone",
      "listening",
      "paused",
    ]);
    expect(every.every((phase) => isTalking(phase, true))).toBe(true);
  });

  it("with an answer that can be stopped", () => {
    expect(every.filter(canStop)).toEqual(["waiting", "thinking", "speaking"]);
  });
});

describe("the store", () => {
  const frame = () => new Promise(requestAnimationFrame);

  it("shows the snapshot, then the events", async () => {
    const backend = new FakeBackend();
    const store = new Store(backend);
    expect(store.state).toBeNull();

    await store.start();
    expect(store.state?.phase).toBe("ready");

    backend.emit(listening);
    await frame();
    expect(store.state?.phase).toBe("listening");
  });

  it("applies events that came before the snapshot, once", async () => {
    const backend = new FakeBackend({ transcript: [entry({ text: "Hello" })] });
    const store = new Store(backend);

    const started = store.start();
    backend.emit({ type: "append", id: 1, text: " there", thought: false });
    await started;
    await frame();

    expect(store.state?.transcript[0]?.text).toBe("Hello there");
    expect(backend.subscriptions).toBe(1);
  });

  it("subscribes anew after a gap and shows the new snapshot", async () => {
    const backend = new FakeBackend();
    const store = new Store(backend);
    await store.start();

    backend.lose();
    backend.snapshot.transcript = [entry({ text: "Said meanwhile" })];
    backend.emit(listening);
    await frame();
    await Promise.resolve();

    expect(backend.subscriptions).toBe(2);
    expect(store.state).toMatchObject({ stale: false, transcript: [{ text: "Said meanwhile" }] });

    backend.emit({ type: "append", id: 1, text: "!", thought: false });
    await frame();
    expect(store.state?.transcript[0]?.text).toBe("Said meanwhile!");
    expect(backend.subscriptions).toBe(2);
  });

  it("waits for a slow new snapshot rather than asking again for every event", async () => {
    const backend = new FakeBackend();
    const store = new Store(backend);
    await store.start();
    const subscribe = backend.subscribe.bind(backend);
    let deliver: () => void = () => undefined;
    backend.subscribe = async (onEvent) => {
      const answer = await subscribe(onEvent);
      await new Promise<void>((resolve) => (deliver = resolve));
      return answer;
    };

    backend.lose();
    backend.emit({ type: "muted", muted: true });
    await frame();
    backend.emit(listening);
    await frame();
    deliver();
    await frame();
    await frame();

    expect(backend.subscriptions).toBe(2);
    expect(store.state).toMatchObject({ stale: false, phase: "listening" });
  });

  it("takes events while the window is hidden", async () => {
    const backend = new FakeBackend();
    const store = new Store(backend);
    await store.start();
    Object.defineProperty(document, "hidden", { value: true, configurable: true });

    try {
      backend.emit(listening);
      await Promise.resolve();
      expect(store.state?.phase).toBe("listening");
    } finally {
      Reflect.deleteProperty(document, "hidden");
    }
  });

  it("says so when the shell doesn't answer", async () => {
    const backend = new FakeBackend();
    backend.subscribe = () => Promise.reject(new Error("gone"));
    const store = new Store(backend);

    await store.start();

    expect(store.unreachable).toBe(true);
    expect(store.state).toBeNull();
  });
});

describe("sound", () => {
  const start = initial(snapshot());

  it("is told of as it is measured", () => {
    const input = { name: "USB Headset", rate: 48_000, channels: 2 };
    const echo = { state: "converged", removedDb: 41.5, delayMs: 90 } as const;

    expect(after(start, { type: "input", input }).input).toEqual(input);
    expect(after(start, { type: "input", input }, { type: "input", input: null }).input).toBeNull();
    expect(after(start, { type: "echo", echo }).echo).toEqual(echo);
    expect(after(start, { type: "health", health: health({ late: 4 }) }).health.late).toBe(4);
  });

  it("that was recorded is another each time, even at the same level", () => {
    const once = after(start, { type: "recordingPlayed", peakDbfs: -9 });
    const twice = after(once, { type: "recordingPlayed", peakDbfs: -9 });

    expect(once.recording).toEqual({ peakDbfs: -9 });
    expect(twice.recording).not.toBe(once.recording);
  });

  it("keeps the names of devices that are gone", () => {
    const state = after(start, { type: "devices", devices: { inputs: [], outputs: [] } });

    expect(state.deviceNames.get("pulse:usb-headset")).toBe("USB Headset");
    expect(state.deviceNames.get("pulse:builtin")).toBe("Built-in Speakers");
  });

  it("calls a device by its newest name", () => {
    const [mic] = snapshot().devices.inputs;
    if (mic === undefined) throw new Error("no microphone");
    const devices = { inputs: [{ ...mic, name: "Desk" }], outputs: [] };

    expect(after(start, { type: "devices", devices }).deviceNames.get(mic.id)).toBe("Desk");
  });

  it("from a muted microphone matters until it is unmuted", () => {
    const muted = after(start, { type: "muted", muted: true }, { type: "mutedSpeech" });

    expect(muted.mutedSpeech).toBe(true);
    expect(after(muted, { type: "muted", muted: false }).mutedSpeech).toBe(false);
    expect(after(start, { type: "mutedSpeech" }).mutedSpeech).toBe(false);
  });
});

describe("the microphone in use", () => {
  const { devices } = snapshot();
  const of = (inputDevice: string | null, ...inputPreferences: string[]) =>
    inputInUse({ devices, settings: settings({ inputDevice, sound: sound({ inputPreferences }) }) })?.id;

  it("is the best of those that are connected, or the system's own", () => {
    expect(of("pulse:usb-headset")).toBe("pulse:usb-headset");
    expect(of("pulse:gone", "pulse:gone-too", "pulse:usb-headset")).toBe("pulse:usb-headset");
    expect(of("pulse:gone")).toBe("pulse:builtin-mic");
    expect(of(null, "pulse:usb-headset")).toBe("pulse:builtin-mic");
  });
});
