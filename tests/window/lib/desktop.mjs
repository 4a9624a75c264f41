// A desktop's message bus with a tray and notifications, and a person who uses them.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Starts a message bus of its own, with notifications; a tray comes when `tray(true)` is called. */
export async function startDesktop() {
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [address] = await once(createInterface(bus.stdout), 'line');
  const environment = { DBUS_SESSION_BUS_ADDRESS: address };
  const services = spawn(process.env.VIVAVOCE_XTASK, ['desktop'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  return new Desktop(bus, services, environment);
}

class Desktop {
  /** Whoever waits for an answer, in order. */
  #waiting = [];

  constructor(bus, services, environment) {
    this.bus = bus;
    this.services = services;
    /** What a program needs to find this desktop. */
    this.environment = environment;
    createInterface(services.stdout).on('line', (line) => this.#waiting.shift()(JSON.parse(line)));
  }

  async #ask(command) {
    const answer = new Promise((resolve) => this.#waiting.push(resolve));
    this.services.stdin.write(`${JSON.stringify(command)}\n`);
    const { ok, error } = await answer;
    if (error) throw new Error(error);
    return ok;
  }

  /** Gives the desktop a tray, or takes it away. */
  tray(on) {
    return this.#ask({ do: 'tray', on });
  }

  /** What the first icon in the tray shows; nothing while there is none. */
  async icon() {
    return (await this.#ask({ do: 'items' }))[0];
  }

  /** The first line of the icon's menu: the state in words. */
  async state() {
    return (await this.icon())?.menu[0].label;
  }

  /** The entry of the icon's menu with this label. */
  async entry(label) {
    return (await this.icon())?.menu.find((entry) => entry.label === label);
  }

  /** Chooses from the icon's menu. */
  press(label) {
    return this.#ask({ do: 'press', label });
  }

  /** Presses the icon itself. */
  activate() {
    return this.#ask({ do: 'activate' });
  }

  /** All notifications so far: `[{ id, program, title, body }]`. */
  notifications() {
    return this.#ask({ do: 'notifications' });
  }

  /** Presses a notification. */
  answer(id) {
    return this.#ask({ do: 'answer', id });
  }

  async end() {
    this.services.kill('SIGTERM');
    this.bus.kill('SIGTERM');
  }
}

/** Ids of the program's windows that are on the display. */
export async function visibleWindows() {
  const { stdout } = await execute('xdotool', ['search', '--onlyvisible', '--name', '^Vivavoce$']).catch(() => ({ stdout: '' }));
  return stdout.trim().split('\n').filter(Boolean);
}
