// Every text of the window. The other languages have the same shape, checked by the compiler.

import type { Advice } from "../bindings/Advice";
import type { Note } from "../bindings/Note";
import type { Phase } from "../bindings/Phase";
import type { Next } from "../problem";
import { intro, keyCheck, shortcut } from "./en.intro";
import { desktop } from "./en.desktop";
import { look } from "./en.look";
import { problems } from "./en.problems";
import { key, options, sections, settings } from "./en.settings";
import { preferences } from "./en.preferences";
import { sound } from "./en.sound";
import { tools } from "./en.tools";
import { find, link, transcript } from "./en.transcript";

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
  historyKept: "Connected anew; the model was told what was said.",
  historyShortened: "Connected anew; the model was told the newest part.",
  historyLost: "Connected anew; the model has forgotten what was said.",
  timeIsUp: "Time is up",
  timeWasUp: "Time was up while Vivavoce was closed",
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

const next: Record<Exclude<Next, "retrying">, string> = {
  press: "Press the talk button to try again.",
  afterChange: "Once that is done, press the talk button.",
  byItself: "Talking works again as soon as one is found.",
  goesOn: "The conversation goes on.",
};

export const en = {
  /** This language, for the names and numbers the system writes. */
  locale: "en",
  phases,
  notes,
  advice,
  problems,
  next,
  sections,
  preferences,
  settings,
  options,
  sound,
  desktop,
  look,
  key,
  keyCheck,
  shortcut,
  intro,
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
    hintResting: "The microphone rests until the answer ends · Esc to stop",
    hintMuted: "Your microphone is muted",
    mute: "Mute the microphone",
    unmute: "Unmute the microphone",
    stop: "Stop the answer",
    armed: (milliseconds: string) => `Listening ahead: ${milliseconds} ms, kept in memory only`,
    modeLabel: "How you talk",
    pushToTalk: "Push to talk",
    handsFree: "Hands-free",
  },
  hint: {
    muted: "You are muted",
    mutedCause: "What you are saying isn't sent.",
    unmute: "Unmute",
  },
  tools,
  transcript,
  find,
  link,
  composer: {
    label: "Type a message",
    placeholder: "Or type a message",
    send: "Send",
  },
  problem: {
    dismiss: "Dismiss",
    details: "Details",
    copy: "Copy details",
    copied: "Copied",
    code: "Code",
    closeCode: "Close code",
    reason: "Reason",
    model: "Model",
    address: "Address",
    time: "Time",
    nextTry: "Next try",
    version: "Version",
    title: "Problem",
    retryIn: (seconds: number) => `Trying again in ${seconds} s`,
    retryNow: "Trying again now",
    tryNow: "Try now",
    stopTrying: "Stop trying",
  },
  usage: {
    tokens: (count: string) => `${count} tokens`,
    answered: (time: string) => `answered after ${time}`,
    latency: (service: string, playback: string) =>
      `The last answer's first sound came ${service} after you had finished: that was the service and the network. From there to the loudspeaker it took ${playback}.`,
    simulated: (count: string) => `${count} tokens, simulated`,
    cost: (amount: string) => `≈ ${amount}`,
    open: "Show what was used",
    title: "What was used",
    close: "Close",
    kind: "Tokens",
    turn: "Last turn",
    conversation: "Conversation",
    textIn: "Text in",
    audioIn: "Sound in",
    imageIn: "Pictures in",
    textOut: "Text out",
    audioOut: "Sound out",
    thoughts: "Thoughts",
    toolUse: "Results of tools",
    unattributed: "Not attributed",
    total: "Total",
    cached: "of these, cached",
    estimate: "Cost, estimated",
    estimateNote: "Estimated from the list prices; the service's bill is what counts.",
    noPrice: "There is no price for this model, so no cost is shown.",
    simulatedNote: "The rehearsal counts as the service would. Nothing is charged.",
    unattributedNote:
      "Not attributed are tokens that the service counts in its total, but in none of its parts.",
  },
};

export type Messages = typeof en;
