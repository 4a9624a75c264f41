// Functions and their arguments in words. What has no words is called as it calls itself.

import type { ToolCall } from "./bindings/ToolCall";
import type { Messages } from "./i18n/en";

/** What a function does. */
export function functionName(text: Messages, name: string): string {
  return text.tools.functions[name] ?? name;
}

/** What an argument is. */
export function detailName(text: Messages, name: string): string {
  return text.tools.details[name] ?? name;
}

/** What was to be done, and what became of it. */
export function toldCall(text: Messages, call: ToolCall): string {
  return text.tools.told(functionName(text, call.name), text.tools.stages[call.stage]);
}

/** Whether nothing more will become of it. */
export function isOver({ stage }: ToolCall): boolean {
  return stage !== "asking" && stage !== "running";
}
