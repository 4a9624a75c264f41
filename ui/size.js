// Fails when the built window is too large. Fonts are compressed already.
import process from "node:process";
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** What the window may weigh, bytes: it has to be there in a second. */
const LIMIT = 200_000;

const dist = new URL("dist/", import.meta.url);
const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const sizes = files.map(({ parentPath, name }) => {
  const bytes = readFileSync(`${parentPath}/${name}`);
  return { name, size: name.endsWith(".woff2") ? bytes.length : gzipSync(bytes).length };
});
const all = sizes.reduce((sum, { size }) => sum + size, 0);
for (const { name, size } of sizes) console.log(`${String(size).padStart(8)}  ${name}`);
console.log(`${String(all).padStart(8)}  of ${String(LIMIT)} bytes, compressed`);
if (all > LIMIT) process.exitCode = 1;
