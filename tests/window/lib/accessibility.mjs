// axe in the real window, where contrast and focus are real.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const source = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Fails when axe finds something in what the window shows. */
export async function checkAccessibility(application) {
  assert.deepEqual(await violations(application), []);
}

/** What axe finds: `[{ id, impact, help, where }]`. */
export async function violations(application) {
  await application.run(`${source}; window.axe = axe;`);
  return application.driver.executeAsyncScript(`
    const done = arguments[arguments.length - 1];
    window.axe.run(document, { resultTypes: ['violations'] }).then(
      (result) => done(result.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, where: nodes.map((node) => node.target.join(' ')) }))),
      (error) => done([{ id: 'axe', impact: 'critical', help: String(error), where: [] }]),
    );
  `);
}
