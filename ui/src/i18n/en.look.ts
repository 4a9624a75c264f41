// The texts of the talking view, its strip, its keys and its looks.

import type { Command } from "../shortcuts";

const commands: Record<Command, string> = {
  talk: "Talk: press, or hold while you speak",
  talkFocused: "Talk, on the talk button",
  stop: "Stop the answer, or close what is open",
  mute: "Mute or unmute",
  muteSingle: "Mute or unmute",
  send: "Send what you typed",
  newLine: "Begin a new line",
  find: "Find in the conversation",
  allowOnce: "Allow once what is asked for",
  allowAlways: "Always allow what is asked for",
  refuse: "Don't allow what is asked for",
  settings: "Open the settings",
  shortcuts: "Show this list",
  shortcutsSingle: "Show this list",
};

export const look = {
  state: {
    first: (seconds: string) => `Click to talk, or hold (longer than ${seconds} s) while you speak · Space`,
    openingMicrophone: "One moment: the microphone is being opened",
    connecting: "One moment: the connection is being made",
    reconnecting: "The connection was lost and is being made again",
    waiting: "Waiting for the answer · Esc to stop",
    thinking: "Thinking about the answer · Esc to stop",
    error: "Read the message, then press to try again",
  },
  again: {
    ask: "Ask again",
    askNote: "Press the button and say it again.",
    microphone: "Choose the microphone",
  },
  devices: {
    label: "Devices",
    input: (name: string) => `Microphone: ${name}`,
    output: (name: string) => `Loudspeaker: ${name}`,
    none: "not found",
    missing: (name: string) => `${name} is not connected`,
    instead: (name: string, used: string) => `${name} not connected → using ${used}`,
  },
  strip: {
    label: "Talk",
    shrink: "Show as a small strip",
    grow: "Show the whole window",
  },
  shortcuts: {
    open: "Keyboard shortcuts",
    title: "Keyboard shortcuts",
    close: "Close the list",
    commands,
    single: "Single keys work, too",
    singleNote: "Turn this off if keys are pressed by accident, as speech control may do.",
  },
  appearance: {
    contrast: {
      label: "Contrast",
      note: "High draws everything in black and white, with strong edges.",
      system: "As the system",
      high: "High",
    },
    textSize: { label: "Text size", note: "Takes effect at once, everywhere in the window." },
    motion: {
      label: "Movement",
      note: "Reduced shows every change without moving anything.",
      system: "As the system",
      reduced: "Reduced",
    },
  },
};
