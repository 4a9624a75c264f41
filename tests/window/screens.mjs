// Pictures of every view and state of the real window, in both languages, all looks and three sizes; axe looks at each, too.
//
//   cargo xtask screenshots [NAME…]

import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { violations } from './lib/accessibility.mjs';
import { launch } from './lib/application.mjs';
import { phase } from './lib/conversation.mjs';
import { simulate } from './lib/simulator.mjs';
import { speech } from './lib/sound.mjs';
import { stages } from './lib/stages.mjs';

const LANGUAGES = ['en', 'ja'];
const SIZES = [[320, 480], [420, 720], [1200, 800]];
const LOOKS = {
  light: { theme: 'light', contrast: 'normal' },
  dark: { theme: 'dark', contrast: 'normal' },
  contrast: { theme: 'light', contrast: 'high' },
  'dark-contrast': { theme: 'dark', contrast: 'high' },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { app: { type: 'string' }, out: { type: 'string' }, scenarios: { type: 'string' } },
});
const folder = path.resolve(values.out);
const voice = await speech('Good morning! Can you hear me well, and will you tell me what I just said?');
const wanted = stages(voice, values.scenarios).filter(
  (stage) => positionals.length === 0 || positionals.includes(stage.name),
);

// Pictures of scenes that no longer exist would be taken for new ones.
if (positionals.length === 0) await rm(folder, { recursive: true, force: true });
const troubles = [];
for (const language of LANGUAGES) {
  for (const stage of wanted) await play(stage, language);
}
console.log(`Pictures are in ${folder}.`);
for (const trouble of troubles) console.error(`  ${trouble}`);
process.exitCode = troubles.length > 0 ? 1 : 0;

async function play(stage, language) {
  const simulator = stage.simulator && (await simulate('--language', language, ...stage.simulator));
  const settings = { language, ...stage.settings };
  if (simulator) settings.endpoint = simulator.url;
  const application = await launch(values.app, { settings, environment: stage.environment });
  const where = path.join(folder, language);
  await mkdir(where, { recursive: true });
  try {
    for (const scene of stage.scenes) {
      const name = `${language} ${scene.name}`;
      try {
        await scene.act(application);
        await pictures(application, scene, stage.sizes ?? SIZES, where);
        if (scene.phase !== undefined && (await phase(application)) !== scene.phase) {
          troubles.push(`${name}: did not last as ${scene.phase} while it was looked at`);
        }
        for (const { id, help, where: places } of await violations(application)) {
          troubles.push(`${name}: axe: ${id} (${help}) at ${places.join(', ')}`);
        }
        await scene.after?.(application);
      } catch (error) {
        troubles.push(`${name}: ${error.message.split('\n')[0]}`);
        await application.screenshot(path.join(where, `${scene.name}-FAILED.png`)).catch(() => undefined);
        break;
      }
    }
  } finally {
    await application.quit();
    simulator?.end();
  }
}

/** One scene in every look and size, as one would get by the settings. */
async function pictures(application, scene, sizes, where) {
  for (const [width, height] of sizes) {
    await application.resize(width, height);
    await scene.arrange?.(application);
    for (const [look, { theme, contrast }] of Object.entries(LOOKS)) {
      await application.run(
        `const { dataset } = document.documentElement;
         dataset.theme = arguments[0];
         if (arguments[1] === 'high') dataset.contrast = 'high'; else delete dataset.contrast;`,
        theme,
        contrast,
      );
      await application.screenshot(path.join(where, `${scene.name}-${look}-${width}x${height}.png`));
    }
  }
}
