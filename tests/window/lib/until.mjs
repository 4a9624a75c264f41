import { setTimeout as pause } from 'node:timers/promises';

/** How often a condition is looked at, ms. */
const LOOK_EVERY = 50;

/**
 * Looks at a condition until it gives something; fails with `what` when `limit` ms pass first.
 *
 * @template T
 * @param {string} what
 * @param {number} limit
 * @param {() => T | Promise<T>} condition
 * @returns {Promise<T>}
 */
export async function until(what, limit, condition) {
  const deadline = performance.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`waited ${limit} ms in vain for ${what}`);
    await pause(LOOK_EVERY);
  }
}
