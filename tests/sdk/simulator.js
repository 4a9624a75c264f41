// Runs the simulator and talks to it through the official SDK.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { GoogleGenAI, Modality } from "@google/genai";

export const MODEL = "gemini-3.8-live";

/** A PNG of 64 × 48 red pixels, #d02020, in base64. */
export const RED_PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAwCAIAAAAuKetIAAAAQ0lEQVR42u3PQQkAAAgEsIty/dMYyQp+hcEKLNO+FgEBAQEB" +
  "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBqwXp2cC1GdflJAAAAABJRU5ErkJggg==";

const PROGRAM =
  process.env.VIVAVOCE_SIMULATOR ??
  fileURLToPath(new URL("../../target/debug/vivavoce-simulator", import.meta.url));

const PATIENCE_MS = 15_000;

/** Starts a simulator on a free port; `stop` ends it and gives its exit code. */
export async function startSimulator(...options) {
  const program = spawn(PROGRAM, ["--port", "0", "--persona", "echo", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(program, "exit");
  const lines = createInterface({ input: program.stdout });
  const [line] = await Promise.race([
    once(lines, "line"),
    once(program, "error").then(([error]) => {
      throw new Error(`${PROGRAM} does not start: ${error.message}`);
    }),
    exited.then(([code]) => {
      throw new Error(`${PROGRAM} ended with ${code}`);
    }),
  ]);
  const port = /^listening on ws:\/\/127\.0\.0\.1:(\d+)$/.exec(line)[1];
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      program.kill("SIGTERM");
      const [code] = await exited;
      return code;
    },
  };
}

/** The SDK's client of a simulator. */
export function connectTo(url, key = "any-key", apiVersion = undefined) {
  return new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url, apiVersion } });
}

/** A session with everything the server sent, and a way to wait for it. */
export class Conversation {
  messages = [];
  closed = null;
  #changed = new EventTarget();

  static async open(url, { key = "any-key", model = MODEL, config = {}, apiVersion } = {}) {
    const conversation = new Conversation();
    const client = connectTo(url, key, apiVersion);
    conversation.session = await client.live.connect({
      model,
      config: {
        responseModalities: [Modality.AUDIO],
        inputAudioTranscription: {},
        outputAudioTranscription: {},
        ...config,
      },
      callbacks: {
        onmessage: (message) => conversation.#take(() => conversation.messages.push(message)),
        onerror: (error) => conversation.#take(() => (conversation.error = error)),
        onclose: (event) => conversation.#take(() => (conversation.closed = event)),
      },
    });
    return conversation;
  }

  #take(change) {
    change();
    this.#changed.dispatchEvent(new Event("change"));
  }

  /** Waits until `look` finds something. */
  async until(look, what) {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = look(this);
      if (found) return found;
      try {
        await once(this.#changed, "change", { signal: limit });
      } catch {
        throw new Error(`no ${what}; got ${this.outline()}`);
      }
    }
  }

  untilTurns(count) {
    return this.until(() => this.contents().filter((content) => content.turnComplete).length >= count, "turnComplete");
  }

  contents() {
    return this.messages.map((message) => message.serverContent).filter(Boolean);
  }

  /** The first of all calls received, when it comes. */
  untilCall() {
    return this.until(
      () => this.messages.find((message) => message.toolCall)?.toolCall.functionCalls[0],
      "toolCall",
    );
  }

  /** Bytes of all sound received. */
  sound() {
    const parts = this.contents().flatMap((content) => content.modelTurn?.parts ?? []);
    const blobs = parts.map((part) => part.inlineData).filter(Boolean);
    return Buffer.concat(blobs.map((blob) => Buffer.from(blob.data, "base64")));
  }

  inputTranscript() {
    return this.contents().map((content) => content.inputTranscription?.text ?? "").join("");
  }

  outputTranscript() {
    return this.contents().map((content) => content.outputTranscription?.text ?? "").join("");
  }

  /** Names of what was received, in order, repetitions together. */
  outline() {
    const names = this.messages.flatMap((message) =>
      message.serverContent ? Object.keys(message.serverContent) : Object.keys(message),
    );
    return names.filter((name, index) => name !== names[index - 1]);
  }

  /** A push-to-talk turn. */
  say(pcm, rate) {
    this.session.sendRealtimeInput({ activityStart: {} });
    this.speak(pcm, rate);
    this.session.sendRealtimeInput({ activityEnd: {} });
  }

  speak(pcm, rate) {
    const bytes = (rate / 50) * 2;
    for (let start = 0; start < pcm.length; start += bytes) {
      const data = pcm.subarray(start, start + bytes).toString("base64");
      this.session.sendRealtimeInput({ audio: { data, mimeType: `audio/pcm;rate=${rate}` } });
    }
  }

  close() {
    this.session.close();
  }
}

/** Something like speech: harmonics in syllables, 16-bit little-endian. */
export function voice(rate, seconds) {
  const pcm = Buffer.alloc(rate * seconds * 2);
  for (let n = 0; n < rate * seconds; n += 1) {
    const t = n / rate;
    let tone = 0;
    for (let harmonic = 1; harmonic <= 8; harmonic += 1) tone += Math.sin(2 * Math.PI * 140 * harmonic * t) / harmonic;
    const syllable = 0.15 + 0.85 * Math.sin(Math.PI * 3.7 * t) ** 2;
    pcm.writeInt16LE(Math.round(5000 * syllable * tone), n * 2);
  }
  return pcm;
}

export function silence(rate, seconds) {
  return Buffer.alloc(rate * seconds * 2);
}
