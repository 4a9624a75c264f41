// What has happened, why, and what to do: one row for every problem there is.

import type { Problem } from "../bindings/Problem";
import type { ProblemTable } from "./problems";

const device = (p: Problem) => (p.device ? `“${p.device}”` : "The device");
const address = (p: Problem) => p.url ?? "the service";

/** Where a system lets programs use the microphone, by the system's name. */
const allowing: Record<string, string> = {
  windows: "Open Settings, Privacy & security, Microphone, and let desktop apps use it.",
  macos: "Open System Settings, Privacy & Security, Microphone, and allow Vivavoce there.",
  linux: "See in the sound settings, and on the device itself, whether it is muted.",
};

export const problems: ProblemTable = {
  noInputDevice: {
    title: "There is no microphone",
    cause: "The system knows none that Vivavoce could listen to.",
    remedy: "Plug one in, or switch it on.",
  },
  noOutputDevice: {
    title: "There is no loudspeaker or headphone",
    cause: "Answers can't be heard; they are shown as text.",
    remedy: "Connect one to hear them.",
  },
  deviceNotFound: {
    title: (p) => `${device(p)} isn't connected`,
    cause: "It was chosen in the settings, and the system doesn't know it now.",
    remedy: "Connect it or choose another device.",
  },
  deviceRefused: {
    title: (p) => `The system doesn't let Vivavoce use ${p.device ? `“${p.device}”` : "this device"}`,
    cause: "Its privacy settings keep programs from it.",
    remedy: "Allow it there, then try again.",
  },
  deviceBusy: {
    title: (p) => `${device(p)} is in use by another program`,
    cause: "That program keeps it to itself.",
    remedy: "Close that program or choose another device.",
  },
  deviceUnsupported: {
    title: (p) => `${device(p)} doesn't work with Vivavoce`,
    cause: "It offers no kind of sound that can be used here.",
    remedy: "Choose another device.",
  },
  deviceLost: {
    title: (p) => `${device(p)} was disconnected`,
    cause: "It went away while it was in use.",
    remedy: "If there is another device, it is used instead.",
  },
  soundSystemUnavailable: {
    title: "The system's sound doesn't answer",
    cause: "The service that all programs get their sound from can't be reached.",
    remedy: "Check that sound works elsewhere, then try again.",
  },
  wavUnreadable: {
    title: (p) => `The sound file${p.device ? ` “${p.device}”` : ""} can't be used`,
    cause: (p) => `It stands in for a device, but: ${p.detail ?? "its format is unknown"}.`,
    remedy: "Choose another file, or a device.",
  },
  audioDropped: {
    title: (p) => `${p.detail ?? "Some"} of what you said was left out`,
    cause: "The connection was too slow to send it in time.",
    remedy: "Say it again if it mattered.",
  },
  keyMissing: {
    title: "The Gemini API needs a key",
    cause: "None has been entered yet.",
    remedy: "Enter yours in the settings, or choose the rehearsal, which needs none.",
  },
  keyInvalid: {
    title: "Google doesn't accept this API key",
    cause: "A character may be missing, or the key was deleted.",
    remedy: "Enter it again, or make a new one in Google AI Studio.",
  },
  keyExpired: {
    title: "This API key has expired",
    cause: "Its time is over, and Google takes it no more.",
    remedy: "Make a new one in Google AI Studio and enter it.",
  },
  keyLeaked: {
    title: "Google has blocked this API key",
    cause: "It was found in a public place, where anybody could have used it.",
    remedy: "Make a new one and keep it private.",
  },
  modelNotFound: {
    title: (p) => `The model${p.model ? ` ${p.model}` : ""} isn't available`,
    cause: "The service doesn't know it, or doesn't offer it for live conversation.",
    remedy: "Choose another model.",
  },
  configurationRejected: {
    title: "The service doesn't accept one of the settings",
    cause: "It doesn't say which. Most often the model can't do what was asked of it.",
    remedy: "Change the model, or undo what you changed last.",
  },
  fieldUnknown: {
    title: "The service doesn't know one of the settings",
    cause: "It names the one that this model, or this server, doesn't have.",
    remedy: "Leave that setting to the service, or choose another model.",
  },
  preconditionFailed: {
    title: "Your Google project can't use this service yet",
    cause: "Billing, the region or the state of the project stands in the way.",
    remedy: "Look at the project in Google AI Studio.",
  },
  soundRejected: {
    title: "The service can't read the sound it is sent",
    cause: "This model, or this server, expects another format.",
    remedy: "Choose another model.",
  },
  modalityRejected: {
    title: "This model can't hold a spoken conversation",
    cause: "It can't listen to speech, or can't answer in it.",
    remedy: "Choose another model.",
  },
  languageRejected: {
    title: "This model takes no explicit language",
    cause: "It finds out by itself which language is spoken.",
    remedy: "Leave the language to the service, or choose another model.",
  },
  activityMarksRejected: {
    title: "The service doesn't take turns marked by you",
    cause: "It listens for the beginning and end of speech by itself.",
    remedy: "Talk hands-free, or choose another model.",
  },
  tokenInvalid: {
    title: "The access token isn't accepted",
    cause: "It is wrong, has expired, or belongs to another service.",
    remedy: "Check in the settings where tokens come from.",
  },
  tokenUsed: {
    title: "The access token was used before",
    cause: "Such a token is good for one connection only.",
    remedy: "Try again; a new one is fetched.",
  },
  tokenUnavailable: {
    title: "No access token could be had",
    cause: "What was to give one answered otherwise, or not at all.",
    remedy: "Check in the settings where tokens come from.",
  },
  inputRefused: {
    title: "The service couldn't take what was sent just then",
    cause: "It was busy with something it had been asked to do, or doesn't offer it.",
    remedy: "Say it again.",
  },
  entityGone: {
    title: "The service has lost something it needed",
    cause: "Part of this conversation is no longer there on its side.",
    remedy: "Try again.",
  },
  sessionGone: {
    title: "The conversation can't be picked up where it ended",
    cause: "The service has forgotten it; it keeps conversations for a limited time.",
    remedy: "Begin a new one; what was said so far is told to it where the model allows.",
  },
  idleClosed: {
    title: "The service has hung up",
    cause: "Nobody said anything for a while.",
    remedy: "Just talk; the conversation goes on.",
  },
  lifetimeOver: {
    title: "The connection's time was over",
    cause: "The service ends every connection after about ten minutes.",
    remedy: "Just talk; the conversation goes on.",
  },
  proxyFailed: {
    title: "The proxy can't be used",
    cause: "It can't be reached, or refuses to connect to the service.",
    remedy: "Check its address in the settings, or connect directly.",
  },
  certificatesUnreadable: {
    title: "The file of certificates can't be used",
    cause: "It can't be read, or has no certificate in it.",
    remedy: "Choose another PEM file in the settings, or none.",
  },
  keychainUnavailable: {
    title: "The system's keychain can't be used",
    cause: "It is locked, missing, or didn't answer; the key is kept until you close Vivavoce.",
    remedy: "Unlock the keychain and enter the key again to keep it longer.",
  },
  quotaExceeded: {
    title: "Your quota is used up for now",
    cause: "Google limits how much a key may use in a minute and in a day.",
    remedy: (p) =>
      p.retryAt === null
        ? `Wait ${p.retryAfterS ?? 60} seconds: an earlier try only makes it longer.`
        : "Waiting helps; an earlier try only makes it longer.",
  },
  locationUnsupported: {
    title: "Google doesn't offer this service where you are",
    cause: "The place your connection comes from isn't on its list.",
    remedy: "If a proxy or VPN is in use, try without it.",
  },
  hostUnreachable: {
    title: (p) => `There is no way to reach ${address(p)}`,
    cause: "This computer seems to be offline, or something in between blocks the way.",
    remedy: "Check your network connection.",
  },
  hostUnknown: {
    title: (p) => `There is no server by the name of ${address(p)}`,
    cause: "The name can't be looked up: it is wrong, or this computer is offline.",
    remedy: "Check the address and your network connection.",
  },
  connectionRefused: {
    title: (p) => `Nothing answers at ${address(p)}`,
    cause: "The computer is there, but no server runs at this address.",
    remedy: "Check the address, and that the server is running.",
  },
  tlsFailed: {
    title: (p) => `The encrypted connection to ${address(p)} failed`,
    cause: "Its certificate isn't trusted here, or something in between reads along.",
    remedy: "Check the address, the date of this computer and its certificates.",
  },
  notALiveServer: {
    title: (p) => `Something answers at ${address(p)}, but it isn't a Live service`,
    cause: "It doesn't speak the protocol of live conversations.",
    remedy: "Check the address.",
  },
  plainTextToRemote: {
    title: (p) => `${address(p)} would carry your voice unencrypted`,
    cause: "Without encryption only this computer may be talked to.",
    remedy: "Use https:// or wss://.",
  },
  endpointInvalid: {
    title: (p) => (p.url ? `“${p.url}” isn't an address` : "The server's address is missing"),
    cause: "Another server is chosen, and it is found by its address alone.",
    remedy: "Enter one that looks like https://example.com.",
  },
  setupTimeout: {
    title: "The service never became ready",
    cause: "It took the connection, then said nothing more.",
    remedy: "Try again; if it goes on like this, choose another model.",
  },
  connectionLost: {
    title: "The connection was lost",
    cause: "The network failed, or the service went away without a word.",
    remedy: "Check your network if it doesn't come back.",
  },
  serviceUnavailable: {
    title: "The service has trouble at the moment",
    cause: "It is overloaded, or something broke on its side.",
    remedy: "Wait a little, then try again.",
  },
  serviceClosed: {
    title: "The service ended the connection",
    cause: (p) => (p.detail ? "It gave its own reason for that." : "It gave no reason."),
    remedy: "Try again; if it happens often, the details help to find out why.",
  },
  noAnswer: {
    title: "No answer came",
    cause: "The service took what you said, and nothing came back.",
    remedy: "Say it again, or try again later.",
  },
  malformedMessages: {
    title: "The service sends something Vivavoce can't read",
    cause: "Parts of the conversation may be missing.",
    remedy: "A newer version of Vivavoce may know it.",
  },
  settingsUnreadable: {
    title: "The settings could not be read",
    cause: "Something in their file makes no sense; the old file was kept.",
    remedy: "The defaults are used; choose anew what you need.",
  },
  settingsPartlyUnreadable: {
    title: "Some settings could not be read",
    cause: (p) =>
      p.detail
        ? `These make no sense in their file: ${p.detail}.`
        : "Some entries of their file make no sense.",
    remedy: "They have their defaults, all others hold; the old file was kept.",
  },
  settingsNewer: {
    title: "The settings are from a newer version",
    cause: "What this version doesn't know of them can't be used here.",
    remedy: (p) => (p.detail ? `A copy was kept as ${p.detail}.` : "A copy of them was kept."),
  },
  settingsUnwritable: {
    title: "The settings could not be saved",
    cause: "Their file can't be written; they hold until you close Vivavoce.",
    remedy: "Check the rights to the file and the space on the disk.",
  },
  listDamaged: {
    title: "A list could not be read",
    cause: (p) =>
      p.detail === null
        ? "Its file makes no sense; the list begins anew."
        : `Its file makes no sense; the list begins anew, and the file was kept as ${p.detail}.`,
    remedy: "If you changed the file yourself, put right what was kept and bring it back.",
  },
  listUnreadable: {
    title: "A list can't be kept",
    cause: (p) =>
      p.detail === null
        ? "Its file can't be read or written; it holds until you close Vivavoce."
        : `Its file can't be read or written (${p.detail}); it holds until you close Vivavoce.`,
    remedy: "See whether you may write there, and whether there is room on the disk.",
  },
  picturesRefused: {
    title: "This model can't see",
    cause: "It takes words and sound, but no pictures.",
    remedy: "Choose another model to show it something.",
  },
  demoUnavailable: {
    title: "The built-in rehearsal could not start",
    cause: "This computer doesn't let it listen on an address of its own.",
    remedy: "Try again, or start Vivavoce anew.",
  },
  microphoneBlocked: {
    title: "The microphone delivers nothing but silence",
    cause: (p) =>
      `${p.device ? `“${p.device}”` : "It"} is open, but not one sound comes in: the system may be blocking it.`,
    remedy: (p) => allowing[p.detail ?? ""] ?? "Allow it in the system's settings, or choose another one.",
  },
  nothingHeard: {
    title: "Nothing was heard",
    cause: (p) =>
      p.detail ? `The loudest sound was at ${p.detail}.` : "There was no speech in what came in.",
    remedy: "Come closer to the microphone, or choose another one.",
  },
  pressTooShort: {
    title: "That was too short",
    cause: "There was no speech in it, so there will be no answer.",
    remedy: "Hold the button for as long as you speak.",
  },
  longPress: {
    title: "This turn is about to end",
    cause: "After five minutes the microphone is let go by itself.",
    remedy: "Finish your sentence, then press again to go on.",
  },
  echoFailing: {
    title: "The echo can't be taken out here",
    cause: "The microphone hears the loudspeaker, and answers may interrupt themselves.",
    remedy: "Use headphones or half-duplex.",
  },
  bluetoothMicrophone: {
    title: (p) => `${device(p)} is a Bluetooth microphone`,
    cause: "While it is in use, many headsets play in the quality of a telephone.",
    remedy: (p) =>
      p.detail ? `“${p.detail}” would keep the good sound.` : "Any other one keeps the good sound.",
  },
};
