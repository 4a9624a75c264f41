import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { ActivityHandling, Behavior, FunctionResponseScheduling, Type } from "@google/genai";

import { Conversation, MODEL, RED_PICTURE, connectTo, silence, startSimulator, voice } from "./simulator.js";

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

  test("run the sample of the documentation", async (context) => {
    const conversation = await converse(context, {
      model: "gemini-2.5-flash-native-audio-preview-09-2025",
      config: { systemInstruction: "You are a helpful and friendly AI assistant." },
    });
    conversation.speak(Buffer.concat([silence(16_000, 0.5), voice(16_000, 1.2), silence(16_000, 1)]), 16_000);
    await conversation.untilTurns(1);
    const seconds = conversation.sound().length / 2 / 24_000;
    assert.ok(seconds >= 1.2 && seconds < 2, `${seconds} s came back`);
  });

  test("hold a push-to-talk turn", async (context) => {
    const conversation = await converse(context, { config: PUSH_TO_TALK });
    const said = voice(24_000, 1.5);
    conversation.say(said, 24_000);
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

  test("show a picture and frames of video", async (context) => {
    const conversation = await converse(context);
    const picture = { data: RED_PICTURE, mimeType: "image/png" };
    const parts = [{ inlineData: picture }, { text: "What is this?" }];
    conversation.session.sendClientContent({ turns: [{ role: "user", parts }], turnComplete: true });
    await conversation.untilTurns(1);
    const shown = " (a picture of 64 × 48 pixels, mostly red #d02020)";
    assert.equal(conversation.outputTranscript(), shown);
    for (let frame = 0; frame < 2; frame += 1) conversation.session.sendRealtimeInput({ video: picture });
    conversation.session.sendRealtimeInput({ text: "And this?" });
    await conversation.untilTurns(2);
    const seen = " (2 frames of 64 × 48 pixels, the last mostly red #d02020)";
    assert.equal(conversation.outputTranscript(), shown + seen);
    const usage = conversation.messages.findLast((message) => message.usageMetadata).usageMetadata;
    const images = usage.promptTokensDetails.find(({ modality }) => modality === "IMAGE");
    assert.equal(images.tokenCount, 3 * 258);
  });

  test("interrupt an answer", async (context) => {
    const conversation = await converse(context, { config: PUSH_TO_TALK });
    conversation.say(voice(16_000, 8), 16_000);
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
      conversation.say(voice(24_000, 1), 24_000);
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
    const client = connectTo(simulator.url);
    const names = [];
    for await (const model of await client.models.list()) names.push(model.name);
    assert.ok(names.includes(`models/${MODEL}`), `${names}`);
  });
});

describe("functions called through the official SDK", () => {
  let simulator;

  before(async () => {
    simulator = await startSimulator();
  });

  after(() => simulator.stop());

  /** A conversation whose function has just been called. */
  async function called(context, behavior) {
    const declaration = {
      name: "get_weather",
      description: "The weather in a city.",
      parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } },
      behavior,
    };
    const config = { ...PUSH_TO_TALK, tools: [{ functionDeclarations: [declaration] }] };
    const conversation = await Conversation.open(simulator.url, { config });
    context.after(() => conversation.close());
    conversation.session.sendClientContent({ turns: 'get_weather {"city": "Oslo"}', turnComplete: true });
    const call = await conversation.untilCall();
    assert.deepEqual([call.name, call.args], ["get_weather", { city: "Oslo" }]);
    return { conversation, call };
  }

  test("block until they are answered", async (context) => {
    const { conversation, call } = await called(context, Behavior.BLOCKING);
    assert.ok(!conversation.outline().includes("turnComplete"));
    conversation.session.sendToolResponse({
      functionResponses: [{ id: call.id, name: call.name, response: { output: "rain" } }],
    });
    await conversation.untilTurns(1);
    assert.equal(conversation.outputTranscript(), ' get_weather: {"output":"rain"}');
    assert.ok(conversation.sound().length > 0);
  });

  test("do not block when they are declared so", async (context) => {
    const { conversation, call } = await called(context, Behavior.NON_BLOCKING);
    await conversation.untilTurns(1);
    conversation.say(voice(24_000, 0.5), 24_000);
    await conversation.untilTurns(2);
    assert.equal(conversation.outputTranscript(), " (your own voice, 0.5 s)");
    const response = { output: "rain" };
    const scheduling = FunctionResponseScheduling.WHEN_IDLE;
    conversation.session.sendToolResponse({
      functionResponses: [{ id: call.id, name: call.name, response, scheduling }],
    });
    await conversation.untilTurns(3);
    assert.equal(conversation.outputTranscript(), ' (your own voice, 0.5 s) get_weather: {"output":"rain"}');
  });

  test("interrupt what is being said when their result says so", async (context) => {
    const { conversation, call } = await called(context, Behavior.NON_BLOCKING);
    await conversation.untilTurns(1);
    conversation.say(voice(16_000, 8), 16_000);
    await conversation.until(() => conversation.sound().length > 0, "sound");
    const scheduling = FunctionResponseScheduling.INTERRUPT;
    conversation.session.sendToolResponse({
      functionResponses: [{ id: call.id, name: call.name, response: { output: "rain" }, scheduling }],
    });
    await conversation.untilTurns(3);
    assert.ok(conversation.outline().includes("interrupted"));
    assert.ok(conversation.outputTranscript().endsWith(' get_weather: {"output":"rain"}'));
    assert.ok(conversation.sound().length < 8 * 24_000 * 2, "the answer was cut short");
  });

  test("are remembered without a word when their result is silent", async (context) => {
    const { conversation, call } = await called(context, Behavior.NON_BLOCKING);
    await conversation.untilTurns(1);
    const tokens = () =>
      conversation.messages.findLast((message) => message.usageMetadata).usageMetadata.promptTokenCount;
    const before = tokens();
    const scheduling = FunctionResponseScheduling.SILENT;
    conversation.session.sendToolResponse({
      functionResponses: [{ id: call.id, name: call.name, response: { output: "rain" }, scheduling }],
    });
    conversation.session.sendClientContent({ turns: "thanks", turnComplete: true });
    await conversation.untilTurns(2);
    assert.equal(conversation.outputTranscript(), " (a tone)");
    // "thanks" is two tokens; the result is eight.
    assert.ok(tokens() - before >= 10, `${tokens() - before} more tokens`);
  });

  test("are called with what the text says", async (context) => {
    const parametersJsonSchema = { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } };
    const config = {
      ...PUSH_TO_TALK,
      tools: [{ functionDeclarations: [{ name: "get_weather", parametersJsonSchema }] }],
    };
    const conversation = await Conversation.open(simulator.url, { config });
    context.after(() => conversation.close());
    conversation.session.sendRealtimeInput({ text: 'What is the weather in "Oslo" for the next 3 days?' });
    assert.deepEqual((await conversation.untilCall()).args, { city: "Oslo", days: 3 });
  });
});

describe("a session resumed by the official SDK", () => {
  let simulator;

  before(async () => {
    simulator = await startSimulator("--connection-limit", "6", "--go-away", "5", "--turn-complete", "immediate");
  });

  after(() => simulator.stop());

  async function converse(context, sessionResumption) {
    const conversation = await Conversation.open(simulator.url, { config: { ...PUSH_TO_TALK, sessionResumption } });
    context.after(() => conversation.close());
    return conversation;
  }

  const handles = ({ messages }) =>
    messages.map((message) => message.sessionResumptionUpdate?.newHandle).filter((handle) => handle);
  const usage = (conversation) => conversation.messages.find((message) => message.usageMetadata)?.usageMetadata;

  test("goes on after goAway where it was", async (context) => {
    const first = await converse(context, {});
    first.say(voice(24_000, 1), 24_000);
    await first.untilTurns(1);
    const { goAway } = await first.until(() => first.messages.find((message) => message.goAway), "goAway");
    assert.equal(goAway.timeLeft, "5s");
    // One handle comes with the session and one with the turn.
    const handle = await first.until(() => handles(first)[1], "second handle");
    first.close();
    await first.until(() => first.closed, "end");

    const second = await converse(context, { handle });
    second.say(voice(24_000, 1), 24_000);
    await second.untilTurns(1);
    const grown = usage(second).promptTokenCount - usage(first).promptTokenCount;
    assert.ok(grown >= 50, `${grown} more tokens: what was said and answered before is still there`);
  });

  test("needs a handle that was given out", async () => {
    await assert.rejects(converse({}, { handle: "made-up" }), /Invalid session handle/);
  });
});

describe("ephemeral tokens of the official SDK", () => {
  let simulator;

  before(async () => {
    simulator = await startSimulator("--bad-key", "wrong-key");
  });

  after(() => simulator.stop());

  async function create(config) {
    const { name } = await connectTo(simulator.url, "any-key", "v1alpha").authTokens.create({ config });
    assert.match(name, /^auth_tokens\/.{30,}$/);
    return name;
  }

  /** A conversation with a token in place of a key. */
  async function constrained(context, token, options = {}) {
    const conversation = await Conversation.open(simulator.url, { key: token, apiVersion: "v1alpha", ...options });
    context.after(() => conversation.close());
    return conversation;
  }

  async function outputOf(conversation) {
    conversation.say(voice(24_000, 0.5), 24_000);
    await conversation.untilTurns(1);
    return conversation.outputTranscript();
  }

  test("open one session", async (context) => {
    const ahead = new Date(Date.now() + 10 * 60_000).toISOString();
    const token = await create({ uses: 1, expireTime: ahead, newSessionExpireTime: ahead });
    const conversation = await constrained(context, token, { config: PUSH_TO_TALK });
    assert.equal(await outputOf(conversation), " (your own voice, 0.5 s)");
    await assert.rejects(constrained(context, token), /Token has been used too many times/);
  });

  test("lock the whole setup", async (context) => {
    const config = { ...PUSH_TO_TALK, outputAudioTranscription: {} };
    const token = await create({ liveConnectConstraints: { model: MODEL, config } });
    const conversation = await constrained(context, token, { model: "gemini-0.1-mute" });
    assert.equal(await outputOf(conversation), " (your own voice, 0.5 s)");
    assert.equal(conversation.inputTranscript(), "", "the client's wish does not count");
  });

  test("lock the fields they have", async (context) => {
    const token = await create({
      liveConnectConstraints: { model: MODEL, config: PUSH_TO_TALK },
      lockAdditionalFields: [],
    });
    const conversation = await constrained(context, token, { model: "gemini-0.1-mute" });
    assert.equal(await outputOf(conversation), " (your own voice, 0.5 s)");
    assert.equal(conversation.inputTranscript(), " (you spoke for 0.5 s)");
  });

  test("are refused when nobody made them", async (context) => {
    await assert.rejects(constrained(context, "auth_tokens/bogus"), /Missing or malformed auth token/);
  });

  test("are not made for a wrong key", async () => {
    const client = connectTo(simulator.url, "wrong-key", "v1alpha");
    await assert.rejects(client.authTokens.create({ config: {} }), /API key not valid/);
  });
});
