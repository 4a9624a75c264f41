// The keyboard, and where its words go.

import assert from 'node:assert/strict';

export const TAB = '\uE004';
export const ENTER = '\uE007';
export const ESCAPE = '\uE00C';
export const SPACE = ' ';
export const UP = '\uE013';
export const DOWN = '\uE015';
export const RIGHT = '\uE014';
const SHIFT = '\uE008';
const CONTROL = '\uE009';

/** More steps than any view has controls: whatever was not reached by then is not reached at all. */
const MOST_STEPS = 40;

/** Presses keys one after the other, wherever the focus is. */
export async function press(application, ...keys) {
  await application.driver.actions().sendKeys(...keys).perform();
}

/** Presses a key together with Ctrl. */
export async function control(application, key) {
  await application.driver.actions().keyDown(CONTROL).sendKeys(key).keyUp(CONTROL).perform();
}

/** Goes back by one control. */
export async function back(application) {
  await application.driver.actions().keyDown(SHIFT).sendKeys(TAB).keyUp(SHIFT).perform();
}

/** Holds a key down; it stays down until `release`. */
export async function hold(application, key) {
  await application.driver.actions().keyDown(key).perform();
}

/** Lets a key go. */
export async function release(application, key) {
  await application.driver.actions().keyUp(key).perform();
}

/** What has the focus, as a person would point at it: `#id`, or its kind and name; `body` where nothing has it. */
export function focused(application) {
  return application.run(`
    const element = document.activeElement;
    if (element === null || element === document.body) return 'body';
    return element.id ? '#' + element.id : element.localName + (element.name ? '[' + element.name + ']' : '');
  `);
}

/** Waits until something has the focus. */
export function waitForFocus(application, wanted) {
  return application.waitFor(`the focus on ${wanted}`, async () => (await focused(application)) === wanted);
}

/** Goes from control to control until the wanted one has the focus; everything on the way can be seen to have it. */
export async function tabTo(application, wanted) {
  const way = [];
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    await press(application, TAB);
    const place = await focused(application);
    way.push(place);
    await checkRing(application, place);
    if (place === wanted) return way;
  }
  throw new Error(`Tab does not lead to ${wanted}, but to ${way.join(', ')}`);
}

/** Fails where the focus can't be seen, or lies outside of what is shown. */
async function checkRing(application, place) {
  if (place === 'body') return;
  const seen = await application.run(`
    const element = document.activeElement;
    // A radio button may draw its ring around its label, a field around what it shares a frame with.
    const drawn = [element, element.nextElementSibling, element.closest('label'), element.closest('form')].filter(Boolean);
    const ringed = drawn.some((part) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || (part !== element && boxShadow !== 'none');
    });
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const inside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
    return { keyboard: element.matches(':focus-visible'), ringed, inside };
  `);
  assert.deepEqual(seen, { keyboard: true, ringed: true, inside: true }, `the focus on ${place} can't be seen`);
}
