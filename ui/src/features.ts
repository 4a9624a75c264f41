// What may be set for the chosen model; nothing else is offered. What is hidden keeps its value.

import type { ModelFeatures } from "./bindings/ModelFeatures";
import type { ModelOption } from "./bindings/ModelOption";
import type { Settings } from "./bindings/Settings";

/** What a model takes, and what follows from that. */
export interface Features extends ModelFeatures {
  /** Blocking of harmful content, what belongs to a turn, and whether speaking cuts the answer. */
  turns: boolean;
  /** Words to expect: only models that write down what they hear take them. */
  vocabulary: boolean;
  /** Typed words: what takes no instruction takes none of these either. */
  typing: boolean;
  /** A memory that can be kept from filling up. */
  compression: boolean;
}

/** A model that isn't in the list gets what every model for conversation takes. */
const UNKNOWN: ModelFeatures = {
  voice: true,
  language: false,
  instruction: true,
  pushToTalk: true,
  sampling: false,
  thinkingLevels: [],
  thinkingBudget: false,
  thoughts: false,
  mediaResolution: false,
  affectiveDialog: false,
  proactiveAudio: false,
  transcriptionHints: false,
  translation: false,
  speaks: true,
  pictures: true,
  tools: true,
  googleSearch: false,
  contextTokens: 131_072,
};

/** What the chosen model takes. */
export function featuresOf(models: ModelOption[], settings: Settings): Features {
  const accepts = models.find((model) => model.id === settings.model)?.accepts ?? UNKNOWN;
  return {
    ...accepts,
    turns: accepts.sampling,
    vocabulary: accepts.transcriptionHints && !accepts.speaks,
    typing: accepts.instruction,
    compression: accepts.speaks,
  };
}
