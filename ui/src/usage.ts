// Numbers of what was used, as people read them.

import type { Tokens } from "./bindings/Tokens";

/** The kinds a total is made of, in the order in which they are shown. */
export const KINDS = [
  "textIn",
  "audioIn",
  "imageIn",
  "textOut",
  "audioOut",
  "thoughts",
  "toolUse",
  "unattributed",
] as const satisfies (keyof Tokens)[];

/** A number of tokens with its thousands marked. */
export function tokens(count: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(count);
}

/** US dollars; small amounts, which are the usual ones, to a hundredth of a cent. */
export function dollars(amount: number, locale: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: amount < 1 ? 4 : 2,
    maximumFractionDigits: amount < 1 ? 4 : 2,
  });
  return format.format(amount);
}

/** A time of up to some seconds, to a hundredth of one. */
export function seconds(milliseconds: number, locale: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: "unit",
    unit: "second",
    unitDisplay: "narrow",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return format.format(milliseconds / 1000);
}
