// What is chosen is there again after a restart.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { checkAccessibility } from './lib/accessibility.mjs';
import { launch, out, program } from './lib/application.mjs';
import { choose, enter, openSettings, reveal } from './lib/settings.mjs';

test('the settings of a group are kept over a restart, in their file and in the window', async (t) => {
  const first = await launch(program, { settings: { welcomed: true, service: 'gemini' } });
  t.after(() => first.quit());
  await openSettings(first);
  await reveal(first, '#temperature');
  await enter(first, '#temperature', '0.7');
  await enter(first, '#top-k', '40');
  await reveal(first, '#start-sensitivity');
  await choose(first, '#start-sensitivity', 'low');
  await first.waitFor('the settings to be kept', async () => {
    const { generation, detection } = (await first.settings()) ?? {};
    return generation?.temperature === 0.7 && generation.topK === 40 && detection?.start === 'low';
  });
  await checkAccessibility(first);
  await first.screenshot(path.join(out, 'settings-group.png'));
  await first.quit();

  const second = await launch(program, { home: first.home });
  t.after(() => second.quit());
  await openSettings(second);
  const values = await second.run(`
    return ['#temperature', '#top-k', '#start-sensitivity', '#silence'].map((id) => document.querySelector(id).value);
  `);
  assert.deepEqual(values, ['0.7', '40', 'low', '']);
});
