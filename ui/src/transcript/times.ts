// Times and days as the user's language writes them.

/** Writes times. Making a formatter is slow, so one of these serves a whole conversation. */
export class Times {
  #time: Intl.DateTimeFormat;
  #date: Intl.DateTimeFormat;
  #relative: Intl.RelativeTimeFormat;

  /** `language` is the window's; the desktop's region says how it writes times, if it speaks that language. */
  constructor(language: string, desktop: string) {
    const locale = desktop.split("-")[0] === language ? desktop : language;
    this.#time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
    this.#date = new Intl.DateTimeFormat(locale, { dateStyle: "full" });
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  }

  /** The time of the day of a moment, in milliseconds since the Unix epoch. */
  time(moment: number): string {
    return this.#time.format(moment);
  }

  /** The whole date. */
  date(moment: number): string {
    return this.#date.format(moment);
  }

  /** The day by its name while it has one (“Today”), then its date. */
  day(moment: number, now: number): string {
    const yesterday = new Date(now);
    yesterday.setDate(yesterday.getDate() - 1);
    if (isSameDay(moment, now)) return this.#named(0);
    return isSameDay(moment, yesterday.getTime()) ? this.#named(-1) : this.date(moment);
  }

  #named(days: number): string {
    const name = this.#relative.format(days, "day");
    return name.charAt(0).toLocaleUpperCase() + name.slice(1);
  }
}

export function isSameDay(one: number, other: number): boolean {
  return one === other || dayOf(one) === dayOf(other);
}

/** A number of its own for each day here. */
function dayOf(moment: number): number {
  const date = new Date(moment);
  return (date.getFullYear() * 12 + date.getMonth()) * 31 + date.getDate();
}
