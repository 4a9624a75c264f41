// Personas as a list that is changed as a whole. Pure; ids come from outside.

import type { Persona } from "./bindings/Persona";

/** As many as the engine keeps. */
export const MOST_PERSONAS = 50;
/** Longest name, characters. */
export const LONGEST_NAME = 80;

/** A name nobody else in the list has: the wanted one, or it with a number. */
export function freeName(personas: readonly Persona[], wanted: string): string {
  const taken = new Set(personas.map((persona) => persona.name));
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? "" : ` ${number}`;
    const name = [...wanted].slice(0, LONGEST_NAME - ending.length).join("") + ending;
    if (!taken.has(name)) return name;
  }
}

/** The list with one more at its end. */
export function added(personas: readonly Persona[], persona: Persona): Persona[] {
  return [...personas, { ...persona, name: freeName(personas, persona.name) }];
}

/** The list with a second of the same kind right after the first. */
export function duplicated(personas: readonly Persona[], id: string, newId: string): Persona[] {
  return personas.flatMap((persona) =>
    persona.id === id
      ? [persona, { ...persona, id: newId, name: freeName(personas, persona.name) }]
      : [persona],
  );
}

/** The list with a part of one replaced. */
export function edited(personas: readonly Persona[], id: string, part: Partial<Persona>): Persona[] {
  return personas.map((persona) => (persona.id === id ? { ...persona, ...part } : persona));
}

export function without(personas: readonly Persona[], id: string): Persona[] {
  return personas.filter((persona) => persona.id !== id);
}
