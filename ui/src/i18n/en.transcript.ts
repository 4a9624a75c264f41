// The texts of the conversation as it is written.

export const transcript = {
  label: "Conversation",
  user: "You",
  model: "Gemini",
  guide: "Guide",
  emptyTitle: "Say something",
  emptyText: "Both sides appear here as they are spoken.",
  interrupted: "Interrupted",
  unheard: "Not heard",
  pending: "…",
  latest: "Latest",
  fresh: "New words",
  thinking: "Thinking…",
  thought: "Thought for a moment",
  said: (speaker: string, text: string) => `${speaker}: ${text}`,
  showAll: (characters: string) => `Show all ${characters} characters`,
  copy: "Copy what was said",
  copyAll: "Copy the conversation",
  copied: "Copied",
  notCopied: "It could not be copied. Please select it and copy it yourself.",
};

export const find = {
  open: "Find in the conversation",
  label: "Find",
  next: "Next",
  previous: "Previous",
  close: "Close",
  nothing: "Nothing found",
  place: (place: string, count: string) => `${place} of ${count}`,
  many: (count: string) => `${count} or more`,
};

export const link = {
  title: "Open this address?",
  cause: "It stands in the conversation. Opened in your browser, it leads to this host:",
  encoded: "This name has letters that can look like others, so it is shown encoded.",
  whole: "Whole address",
  copy: "Copy address",
  open: "Open in browser",
  close: "Close",
  refused: "The browser could not be opened. You can copy the address instead.",
};
