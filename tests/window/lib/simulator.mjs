// The simulator as a program of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { program } from './application.mjs';

/** Starts the simulator with some arguments; gives its address, and how to end it. */
export async function simulate(...args) {
  const binary = process.env.VIVAVOCE_SIMULATOR ?? path.join(path.dirname(program), 'vivavoce-simulator');
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  for await (const line of createInterface(child.stdout)) {
    const url = line.match(/wss?:\/\/[\w.:[\]]+/)?.[0];
    if (url) return { url, end: () => child.kill('SIGKILL') };
  }
  throw new Error('the simulator named no address');
}
