/* Writes a .gz and a .br beside every text file of dist/ and prints what a browser has to load. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const textual = new Set([".html", ".js", ".css", ".svg", ".json", ".txt", ".map", ".webmanifest"]);

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

const total = { raw: 0, gz: 0, br: 0 };
for (const path of [...files(dist)]) {
  if (!textual.has(extname(path))) continue;
  const raw = readFileSync(path);
  const gz = gzipSync(raw, { level: 9 });
  const br = brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    },
  });
  writeFileSync(`${path}.gz`, gz);
  writeFileSync(`${path}.br`, br);
  total.raw += raw.length;
  total.gz += gz.length;
  total.br += br.length;
  console.log(row(relative(dist, path), raw.length, gz.length, br.length));
}
console.log(row("whole client", total.raw, total.gz, total.br));

function row(name, ...sizes) {
  const cells = sizes.map((bytes) => `${(bytes / 1024).toFixed(1)}`.padStart(8));
  return `${name.padEnd(40)}${cells[0]} KiB${cells[1]} gz${cells[2]} br`;
}
