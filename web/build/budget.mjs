/* What a browser loads must stay within these (KiB of script, gzipped); the build fails otherwise. A buyer's page is measured with the shell, as
   if it were the first; the seat map and all pages of people with a role are measured by what they need beside the shell. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { gzipSync } from "node:zlib";

const limits = { buyer: 60, map: 30, organizer: 150 };
const shell = "index.html";
const map = "src/pages/SeatsPage.tsx";

/* The files of pages, told apart by whether a role may be needed, as src/app/pages.ts lists them. */
function pagesOf(root) {
  const text = readFileSync(`${root}/src/app/pages.ts`, "utf8");
  const named = new Map([...text.matchAll(/^const (\w+) = \(\) => import\("\.\.\/([\w/]+)"\)/gm)].map(([, name, file]) => [name, file]));
  const pages = { buyer: new Set(), organizer: new Set() };
  for (const line of text.split("\n").filter((one) => /\bpattern: "/.test(one))) {
    const file = /import\("\.\.\/([\w/]+)"\)/.exec(line)?.[1] ?? named.get(/\bload: (\w+)/.exec(line)?.[1]);
    if (!file) throw new Error(`web/build/budget.mjs finds no file in: ${line.trim()}`);
    pages[/\broles: /.test(line) ? "organizer" : "buyer"].add(`src/${file}.tsx`);
  }
  return { buyer: [...pages.buyer].filter((page) => page !== map), organizer: [...pages.organizer] };
}

class Chunks {
  constructor(root, bundle) {
    this.all = new Map(Object.values(bundle).filter(({ type }) => type === "chunk").map((chunk) => [chunk.fileName, chunk]));
    this.ofModule = new Map([...this.all.values()].flatMap((chunk) =>
      [chunk.facadeModuleId, ...chunk.moduleIds].flatMap((id) => (id ? [[relative(root, id), chunk]] : []))));
  }

  /* The chunks of these modules and all that they import. */
  closure(modules) {
    const found = new Set();
    const visit = (chunk) => {
      if (found.has(chunk)) return;
      found.add(chunk);
      for (const name of chunk.imports) if (this.all.has(name)) visit(this.all.get(name));
    };
    for (const module of modules) {
      if (!this.ofModule.has(module)) throw new Error(`no chunk has ${module}`);
      visit(this.ofModule.get(module));
    }
    return found;
  }

  kib(modules, without = []) {
    const before = this.closure(without);
    const bytes = [...this.closure(modules)].filter((chunk) => !before.has(chunk)).map(({ code }) => gzipSync(code, { level: 9 }).length);
    return bytes.reduce((sum, n) => sum + n, 0) / 1024;
  }
}

export function budget() {
  let root = "";
  return {
    name: "budget",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    writeBundle(_, bundle) {
      const chunks = new Chunks(root, bundle);
      const pages = pagesOf(root);
      const largest = pages.buyer.map((page) => ({ page, kib: chunks.kib([shell, page]) })).sort((a, b) => b.kib - a.kib)[0];
      const parts = [
        [`a buyer's first page (${largest.page})`, largest.kib, limits.buyer],
        ["the seat map", chunks.kib([map], [shell]), limits.map],
        ["an organizer's pages", chunks.kib(pages.organizer, [shell]), limits.organizer],
      ];
      for (const [name, kib, most] of parts) {
        const told = `${name}: ${kib.toFixed(1)} of ${most} KiB of script, gzipped`;
        if (kib > most) this.error(`${told}: over budget`);
        console.log(told);
      }
    },
  };
}
