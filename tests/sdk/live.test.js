import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { ActivityHandling, GoogleGenAI } from "@google/genai";

import { Conversation, MODEL, silence, startSimulator, voice } from "./simulator.js";

const PUSH_TO_TALK = { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } };

describe("the official SDK and the simulator", () => {
  let simulator;

  before(async () => {
    simulator = await startSimulator("--bad-key", "wrong-key");
  });

  after(async () => {
    assert.equal(await simulator.stop(), 0, "the simulator ends cleanly on SIGTERM");
  });

  /** Opens a conversation that ends with the test. */
  async function converse(context, options) {
    const conversation = await Conversation.open(simulator.url, options);
    context.after(() => conversation.close());
    return conversation;
  }

  test("open a session", async (context) => {
    const conversation = await converse(context);
    await conversation.until(() => conversation.messages[0]?.setupComplete, "setupComplete");
  });

  test("hold a push-to-talk turn", async (context) => {
    const conversation = await converse(context, { config: PUSH_TO_TALK });
    const said = voice(24_000, 1.5);
    conversation.session.sendRealtimeInput({ activityStart: {} });
    conversation.speak(said, 24_000);
    conversation.session.sendRealtimeInput({ activityEnd: {} });
    await conversation.untilTurns(1);
    assert.ok(conversation.sound().equals(said), "every sample comes back");
    assert.equal(conversation.inputTranscript(), " (you spoke for 1.5 s)");
    assert.equal(conversation.outputTranscript(), " (your own voice, 1.5 s)");
    assert.ok(conversation.contents().some((content) => content.generationComplete));
    const usage = conversation.messages.find((message) => message.usageMetadata).usageMetadata;
    assert.equal(usage.responseTokenCount, 38);
  });

  test("hold a turn found by voice detection", async (context) => {
    const conversation = await converse(context);
    const said = voice(16_000, 1.2);
    conversation.speak(Buffer.concat([silence(16_000, 0.5), said, silence(16_000, 1.2)]), 16_000);
    await conversation.untilTurns(1);
    const seconds = conversation.sound().length / 2 / 24_000;
    assert.ok(seconds >= 1.2 && seconds < 2, `${seconds} s came back`);
    assert.match(conversation.inputTranscript(), /^ \(you spoke for 1\.\d s\)$/);
    const activity = conversation.messages.map((message) => message.voiceActivity?.type).filter(Boolean);
    assert.deepEqual(activity, ["ACTIVITY_START", "ACTIVITY_END"]);
  });

  test("get an answer to typed text and to client content", async (context) => {
    const conversation = await converse(context);
    conversation.session.sendRealtimeInput({ text: "hello" });
    await conversation.untilTurns(1);
    conversation.session.sendClientContent({ turns: "hello again", turnComplete: true });
    await conversation.untilTurns(2);
    assert.equal(conversation.outputTranscript(), " (a tone) (a tone)");
  });

  test("interrupt an answer", async (context) => {
    const conversation = await converse(context, { config: PUSH_TO_TALK });
    conversation.session.sendRealtimeInput({ activityStart: {} });
    conversation.speak(voice(16_000, 8), 16_000);
    conversation.session.sendRealtimeInput({ activityEnd: {} });
    await conversation.until(() => conversation.sound().length > 0, "sound");
    conversation.session.sendRealtimeInput({ activityStart: {} });
    await conversation.untilTurns(1);
    const names = conversation.outline();
    assert.deepEqual(names.slice(names.indexOf("interrupted")), ["interrupted", "turnComplete"]);
    assert.ok(!names.includes("generationComplete"), `${names}`);
    const cut = conversation.sound().length;
    assert.ok(cut < 8 * 24_000 * 2, "the answer was cut short");

    conversation.speak(voice(24_000, 0.5), 24_000);
    conversation.session.sendRealtimeInput({ activityEnd: {} });
    await conversation.untilTurns(2);
    assert.equal(conversation.sound().length - cut, 24_000, "the new turn is answered in full");
  });

  test("forbid interruption", async (context) => {
    const config = {
      realtimeInputConfig: { ...PUSH_TO_TALK.realtimeInputConfig, activityHandling: ActivityHandling.NO_INTERRUPTION },
    };
    const conversation = await converse(context, { config });
    for (let turn = 0; turn < 2; turn += 1) {
      conversation.session.sendRealtimeInput({ activityStart: {} });
      conversation.speak(voice(24_000, 1), 24_000);
      conversation.session.sendRealtimeInput({ activityEnd: {} });
    }
    await conversation.untilTurns(2);
    assert.ok(!conversation.outline().includes("interrupted"));
    assert.equal(conversation.sound().length, 2 * 24_000 * 2);
  });

  test("receive resumption handles", async (context) => {
    const conversation = await converse(context, { config: { sessionResumption: {} } });
    const update = await conversation.until(
      () => conversation.messages.find((message) => message.sessionResumptionUpdate)?.sessionResumptionUpdate,
      "sessionResumptionUpdate",
    );
    assert.equal(update.resumable, true);
    assert.match(update.newHandle, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test("are told that a key is wrong", async () => {
    await assert.rejects(
      Conversation.open(simulator.url, { key: "wrong-key" }),
      /API key not valid\. Please pass a valid API key\./,
    );
  });

  test("are told that a model is unknown", async () => {
    await assert.rejects(
      Conversation.open(simulator.url, { model: "gemini-0.1-mute" }),
      /models\/gemini-0\.1-mute is not found for API version v1, or is not supported for bidiGenerateContent/,
    );
  });

  test("are told which settings do not fit", async (context) => {
    const conversation = await converse(context);
    conversation.session.sendRealtimeInput({ activityStart: {} });
    const closed = await conversation.until(() => conversation.closed, "close frame");
    assert.equal(closed.code, 1007);
    assert.equal(
      closed.reason,
      "Explicit activity control is not supported when automatic activity detection is enabled.",
    );
  });

  test("list the models", async () => {
    const client = new GoogleGenAI({ apiKey: "any-key", httpOptions: { baseUrl: simulator.url } });
    const names = [];
    for await (const model of await client.models.list()) names.push(model.name);
    assert.ok(names.includes(`models/${MODEL}`), `${names}`);
  });
});
