// What a problem means for the person in front of it, before any language: what happens next, where it can be mended, and
// what may be passed on about it.

import type { Problem } from "./bindings/Problem";
import type { ProblemCode } from "./bindings/ProblemCode";

/** What happens next: by the program itself, or by the person. */
export type Next = "retrying" | "press" | "afterChange" | "byItself" | "goesOn";

/** These don't keep anybody from talking. */
const HARMLESS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "noOutputDevice",
  "deviceNotFound",
  "deviceLost",
  "audioDropped",
  "malformedMessages",
  "keychainUnavailable",
  "settingsUnreadable",
  "settingsPartlyUnreadable",
  "settingsNewer",
  "settingsUnwritable",
]);

/** Not faults, but hints for the one who is talking: said in a line beside the talk button. */
const HINTS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "noAnswer",
  "nothingHeard",
  "pressTooShort",
  "longPress",
  "echoFailing",
  "bluetoothMicrophone",
]);

/** Only the other side's own words tell what these are about. */
const TOLD_BY_OTHERS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "serviceClosed",
  "preconditionFailed",
  "configurationRejected",
  "fieldUnknown",
  "tokenUnavailable",
  "proxyFailed",
  "certificatesUnreadable",
  "keychainUnavailable",
  "settingsUnreadable",
  "settingsUnwritable",
]);

/** The control in the settings that is to be changed, where it isn't the model. */
const CONTROLS: Partial<Record<ProblemCode, string>> = {
  noOutputDevice: "output-device",
  tokenInvalid: "access-kind",
  tokenUnavailable: "access-kind",
  keychainUnavailable: "api-key",
  proxyFailed: "proxy",
  certificatesUnreadable: "ca-file",
};

/** Longest quotation in a sentence; the details have all of it. */
const QUOTE_LENGTH = 280;

/** Whether it is a hint rather than a fault. */
export function isHint(problem: Problem): boolean {
  return HINTS.has(problem.code);
}

export function nextOf(problem: Problem): Next {
  if (problem.retryAt !== null) return "retrying";
  if (HARMLESS.has(problem.code)) return "goesOn";
  switch (problem.advice) {
    case "connectDevice":
      return "byItself";
    case "chooseDevice":
    case "allowMicrophone":
    case "enterKey":
    case "chooseModel":
    case "checkEndpoint":
    case "changeSettings":
      return "afterChange";
    case "checkNetwork":
    case "waitThenRetry":
    case "retry":
    case "none":
      return "press";
  }
}

/** The words of the service or the system that belong to the explanation; null where ours say it all. */
export function quotationOf(problem: Problem): string | null {
  if (!TOLD_BY_OTHERS.has(problem.code) || problem.detail === null) return null;
  const words = withoutSecrets(problem.detail).trim();
  return words.length > QUOTE_LENGTH ? `${words.slice(0, QUOTE_LENGTH)}…` : words || null;
}

/** Id of the control to change, of those for a device or of all. */
export function controlOf(problem: Problem): string {
  if (problem.advice === "enterKey") return "api-key";
  if (problem.advice === "checkEndpoint") return "endpoint";
  const other = problem.advice === "chooseDevice" ? "input-device" : "model";
  return CONTROLS[problem.code] ?? other;
}

/**
 * The text without what looks like a key, a token or a password. None should be in it; what is copied may end up in public, so
 * this doesn't rely on that.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(:\/\/)[^/\s@]+@/g, "$1…@")
    .replace(/([?&](?:key|access_token|token)=)[^&\s"']+/gi, "$1…")
    .replace(/\b(Bearer)\s+[\w.~+/=-]{8,}/gi, "$1 …")
    .replace(/\b(?:AIza|AQ\.|ya29\.|auth_tokens\/)[\w./-]{6,}/g, "…");
}

/** Whole seconds until a time, rounded up; 0 once it has come. */
export function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.ceil((time - now) / 1000));
}
