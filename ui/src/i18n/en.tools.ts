// The texts of what the model may do: its functions, the questions about them, what they keep; pictures and sources.

import type { Permission } from "../bindings/Permission";
import type { PictureRefusal } from "../bindings/PictureRefusal";
import type { Risk } from "../bindings/Risk";
import type { ToolStage } from "../bindings/ToolStage";
import type { Touches } from "../bindings/Touches";

/** What each function does, in the words of a question. */
const functions: Record<string, string> = {
  current_time: "Tell the time",
  set_timer: "Set a timer",
  set_reminder: "Set a reminder",
  list_timers: "Look at your timers",
  cancel_timer: "Cancel a timer",
  add_note: "Keep a note",
  list_notes: "Read your notes",
  delete_note: "Delete a note",
  change_setting: "Change a setting",
  open_link: "Open a web page",
  read_clipboard: "Read what you copied",
  write_clipboard: "Copy a text for you",
};

const touches: Record<Touches, string> = {
  nothing: "It knows nothing of you and changes nothing.",
  browser: "Your browser opens this address.",
  clipboardRead: "What you have copied is told to the service.",
  clipboardWritten: "What you have copied is replaced by this.",
  timersRead: "Your timers are told to the service.",
  timersChanged: "Your timers change.",
  notesRead: "Your notes are told to the service.",
  notesChanged: "Your notes change.",
  settings: "A setting of Vivavoce changes.",
};

/** Names of arguments. */
const details: Record<string, string> = {
  time_zone: "Time zone",
  length: "Length",
  label: "Label",
  at: "When",
  cancel: "Rings at",
  text: "Text",
  delete: "Note",
  host: "Site",
  url: "Address",
  volume: "Volume",
  microphone: "Microphone",
  language: "Language",
  voice: "Voice",
};

const stages: Record<ToolStage, string> = {
  asking: "Waits for your answer",
  running: "Under way",
  done: "Done",
  failed: "Didn't work",
  unfit: "Can't be done like this",
  refused: "Not allowed",
  unanswered: "Not done: nobody answered",
  flooded: "Not done: too many at once",
  overdue: "Given up: it took too long",
  cancelled: "Not wanted any more",
  stopped: "Stopped",
};

const risks: Record<Risk, string> = {
  harmless: "Knows nothing of you and changes nothing.",
  reads: "Tells the service something of yours.",
  acts: "Changes something, or shows something outside of the conversation.",
};

const permissions: Record<Permission, string> = {
  ask: "Ask each time",
  always: "Always allow",
  never: "Never offer",
};

const pictureRefusals: Record<PictureRefusal, string> = {
  unsupported: "can't be sent. Save it as PNG, JPEG, WebP or GIF.",
  notAPicture: "This file is no picture. PNG, JPEG, WebP and GIF can be sent.",
  tooLarge: "This file is larger than 50 MB. Send a smaller copy of it.",
  tooManyPixels: "This picture has too many pixels. Send a smaller copy of it.",
  damaged: "This picture is damaged. Open it elsewhere and save it anew.",
  tooMany: "No more pictures fit into one message. Send these first.",
};

export const tools = {
  functions,
  touches,
  details,
  stages,
  risks,
  permissions,
  /** Of a call: what was to be done, and what became of it. */
  told: (what: string, stage: string) => `${what}: ${stage}`,
  result: "The model was told",
  question: {
    title: (name: string) => `May ${name} do this?`,
    guide: "the guide",
    model: "Gemini",
    once: "Allow once",
    always: "Always allow",
    never: "Don't allow",
    left: (seconds: string) => `Without an answer it isn't done, in ${seconds} s.`,
    more: (count: string) => `${count} more wait.`,
    open: "Asks for your permission",
  },
  sources: {
    label: "Sources",
    queries: "Searched for",
    suggestions: "Google Search suggestions",
  },
  pictures: {
    add: "Add a picture",
    remove: "Remove the picture",
    alt: (width: string, height: string) => `Picture, ${width} × ${height} pixels`,
    tokens: (count: string) => `about ${count} tokens`,
    drop: "Drop the picture here",
    refusals: pictureRefusals,
  },
  timers: {
    label: "Timers",
    timer: "Timer",
    cancel: (name: string) => `Cancel ${name}`,
  },
  settings: {
    lead: "What the model may do for you. It sees only what is offered; what reads or changes something asks first.",
    unable: "This model calls no functions.",
    search: {
      label: "Google Search",
      note: "The service looks things up and names its sources. Google may charge for searches.",
    },
    functions: "Functions",
    notes: "Notes",
    noNotes: "There are no notes. Ask for one to be kept, and it is found here.",
    deleteNote: (text: string) => `Delete the note “${text}”`,
    log: "What was done",
    noLog: "Nothing was asked for yet.",
    clearLog: "Clear the list",
  },
};
