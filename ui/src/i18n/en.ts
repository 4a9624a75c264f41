// Every text of the window. The other languages have the same shape, checked by the compiler.

import type { Advice } from "../bindings/Advice";
import type { Note } from "../bindings/Note";
import type { Phase } from "../bindings/Phase";
import type { Problem } from "../bindings/Problem";
import type { ProblemCode } from "../bindings/ProblemCode";

type Sentences = Record<ProblemCode, (problem: Problem) => string>;

const device = (problem: Problem) => (problem.device ? `“${problem.device}”` : "The device");
const address = (problem: Problem) => problem.url ?? "the service";

const phases: Record<Phase, string> = {
  off: "Off",
  openingMicrophone: "Opening the microphone",
  connecting: "Connecting",
  ready: "Ready",
  listening: "Listening",
  waiting: "Waiting",
  thinking: "Thinking",
  speaking: "Speaking",
  reconnecting: "Reconnecting",
  paused: "Muted",
  error: "Needs you",
};

const notes: Record<Note, string> = {
  noTranscript: "No transcript for this turn",
  nothingHeard: "Nothing was heard",
  connectionLost: "The connection ended here",
  noAnswer: "No answer came",
};

const advice: Record<Advice, string> = {
  chooseDevice: "Choose a device",
  connectDevice: "Look again",
  allowMicrophone: "Try again",
  enterKey: "Enter a key",
  chooseModel: "Choose a model",
  checkNetwork: "Try again",
  checkEndpoint: "Check the address",
  changeSettings: "Open settings",
  waitThenRetry: "Try again",
  retry: "Try again",
  none: "",
};

const problems: Sentences = {
  noInputDevice: () => "There is no microphone. Plug one in, or switch it on, then talk again.",
  noOutputDevice: () =>
    "There is no loudspeaker or headphone. The answer is shown as text until you connect one.",
  deviceNotFound: (p) => `${device(p)} isn't connected. Connect it or choose another device.`,
  deviceRefused: (p) =>
    `The system doesn't let Vivavoce use ${p.device ? `“${p.device}”` : "this device"}. Allow it in the system's privacy settings, then try again.`,
  deviceBusy: (p) =>
    `${device(p)} is in use by another program. Close that program or choose another device.`,
  deviceUnsupported: (p) => `${device(p)} doesn't work with Vivavoce. Choose another device.`,
  deviceLost: (p) => `${device(p)} was disconnected. If there is another device, it is used instead.`,
  soundSystemUnavailable: () =>
    "The system's sound service doesn't answer. Check that sound works elsewhere, then try again.",
  wavUnreadable: (p) =>
    `The sound file${p.device ? ` “${p.device}”` : ""} can't be used: ${p.detail ?? "unknown format"}.`,
  audioDropped: (p) => `The connection was too slow, so ${p.detail ?? "some"} of what you said was left out.`,
  keyMissing: () => "The Gemini API needs a key. Enter yours in the settings, or try without one.",
  keyInvalid: () => "Google doesn't accept this API key. Check for a missing character, or make a new key.",
  keyExpired: () => "This API key has expired. Make a new one in Google AI Studio and enter it.",
  keyLeaked: () =>
    "Google has blocked this API key because it became public. Make a new one and keep it private.",
  modelNotFound: (p) =>
    `The model${p.model ? ` ${p.model}` : ""} isn't available for live conversation. Choose another model.`,
  configurationRejected: () =>
    "The service doesn't accept one of the settings. Change the model, the voice or the instruction.",
  quotaExceeded: (p) => `Your quota is used up for now. Wait ${p.retryAfterS ?? 60} seconds, then try again.`,
  locationUnsupported: () => "Google doesn't offer this service where you are.",
  hostUnreachable: (p) => `There is no way to reach ${address(p)}. Check your network connection.`,
  hostUnknown: (p) =>
    `There is no server by the name of ${address(p)}. Check the address and your network connection.`,
  connectionRefused: (p) =>
    `Nothing answers at ${address(p)}. Check the address, and that the server is running.`,
  tlsFailed: (p) =>
    `The encrypted connection to ${address(p)} failed. Check the address, the date of this computer and its certificates.`,
  notALiveServer: (p) =>
    `Something answers at ${address(p)}, but it isn't a Live service. Check the address.`,
  plainTextToRemote: (p) =>
    `${address(p)} would carry your voice unencrypted. Use https:// or wss://; without encryption only this computer is allowed.`,
  endpointInvalid: (p) =>
    p.url
      ? `“${p.url}” isn't an address. It should look like https://example.com.`
      : "The server's address is missing. Enter it in the settings; it looks like https://example.com.",
  setupTimeout: () => "The service took the connection but never became ready. Try again.",
  connectionLost: () => "The connection was lost. Check your network; the next press connects again.",
  serviceUnavailable: () => "The service has trouble at the moment. Wait a little, then try again.",
  serviceClosed: () => "The service ended the connection. The next press connects again.",
  noAnswer: () => "No answer came. Say it again, or try again later.",
  malformedMessages: () =>
    "The service sends something Vivavoce can't read. The conversation goes on; parts of it may be missing.",
  settingsUnreadable: () =>
    "The settings could not be read. The defaults are used, and the old file was kept.",
  settingsUnwritable: () => "The settings could not be saved. They hold until you close Vivavoce.",
  demoUnavailable: () => "The built-in rehearsal could not start. Try again.",
};

export const en = {
  phases,
  notes,
  advice,
  problems,
  app: {
    loading: "One moment",
    unreachable: "Vivavoce has stopped working inside. Please close it and start it again.",
  },
  header: {
    settings: "Settings",
    clear: "Clear the conversation",
    demo: "Rehearsal",
    gemini: "Gemini",
    custom: "Custom",
  },
  talk: {
    start: "Talk",
    hintRest: "Click or hold to talk · Space",
    hintHeld: "Let go to finish",
    hintLatched: "Click to finish",
    hintHandsFree: "Click to start listening · Space",
    hintListening: "Speak freely · click to stop listening",
    hintSpeaking: "Click to interrupt · Esc to stop",
    hintMuted: "Your microphone is muted",
    mute: "Mute the microphone",
    unmute: "Unmute the microphone",
    stop: "Stop the answer",
    modeLabel: "How you talk",
    pushToTalk: "Push to talk",
    handsFree: "Hands-free",
  },
  transcript: {
    label: "Conversation",
    user: "You",
    model: "Gemini",
    guide: "Guide",
    emptyTitle: "Say something",
    emptyText: "Both sides appear here as they are spoken.",
    interrupted: "Interrupted",
    pending: "…",
    latest: "Latest",
    said: (speaker: string, text: string) => `${speaker}: ${text}`,
  },
  composer: {
    label: "Type a message",
    placeholder: "Or type a message",
    send: "Send",
  },
  welcome: {
    title: "Talk with Gemini, live",
    lead: "Hold the button, speak, and hear the answer at once. Both sides appear as text.",
    demo: "Try it without a key",
    demoNote: "A guide answers inside this program. Nothing leaves your computer.",
    key: "Use my Gemini API key",
    keyNote: "Your voice and words go to Google, and nowhere else.",
  },
  problem: {
    dismiss: "Dismiss",
    details: "Details",
    copy: "Copy details",
    copied: "Copied",
    code: "Code",
    closeCode: "Close code",
    reason: "Reason",
  },
  settings: {
    title: "Settings",
    close: "Close settings",
    sound: "Sound",
    input: "Microphone",
    output: "Loudspeaker",
    systemDefault: (name: string | null) => (name ? `System default (${name})` : "System default"),
    monitor: (name: string) => `${name} (what a loudspeaker plays)`,
    missing: (name: string) => `${name} (not connected)`,
    monitorWarning: "This is not a microphone: the other side would hear what your loudspeaker plays.",
    inputLevel: "Microphone level",
    outputLevel: "Loudspeaker level",
    testTone: "Play a test tone",
    service: "Service",
    demo: "Rehearsal without a key",
    gemini: "Gemini API",
    custom: "Another server",
    endpoint: "Address of the server",
    endpointNote: "https:// or wss://; on this computer also http:// or ws://",
    key: "Gemini API key",
    keyPlaceholder: "Paste the key",
    keySet: "A key is set for this run.",
    keyUse: "Use this key",
    keyRemove: "Remove",
    keyNote: "Kept in memory until you close Vivavoce; never written to disk, never shown again.",
    model: "Model",
    modelOther: "Another model…",
    modelId: "Model id",
    preview: "preview",
    deprecated: "going away",
    voice: "Voice",
    voiceDefault: "The service's choice",
    instruction: "Instruction",
    instructionNote: "Tells the model how to behave, for instance “Answer briefly, in simple words.”",
    talking: "Talking",
    hold: "A press is a hold from",
    tail: "Listen on after the release for",
    ms: "ms",
    appearance: "Appearance",
    theme: "Colours",
    themeSystem: "As the system",
    themeLight: "Light",
    themeDark: "Dark",
    language: "Language",
    languageSystem: "As the system",
    about: "About",
    version: (version: string) => `Vivavoce ${version}`,
    licence: "Free software under MIT or Apache-2.0",
    refused: "This value was not accepted.",
  },
};

export type Messages = typeof en;
