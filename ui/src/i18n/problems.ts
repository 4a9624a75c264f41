// What a language has to say about every problem.

import type { Problem } from "../bindings/Problem";
import type { ProblemCode } from "../bindings/ProblemCode";

/** A text, or one made from the problem's facts. */
export type Words = string | ((problem: Problem) => string);

/** What has happened (no full stop), why, and what to do (sentences). */
export interface Explanation {
  title: Words;
  cause: Words;
  remedy: Words;
}

export type ProblemTable = Record<ProblemCode, Explanation>;

/** An explanation's parts for one problem. */
export function explain(table: ProblemTable, problem: Problem): Record<keyof Explanation, string> {
  const { title, cause, remedy } = table[problem.code];
  const say = (words: Words) => (typeof words === "string" ? words : words(problem));
  return { title: say(title), cause: say(cause), remedy: say(remedy) };
}
