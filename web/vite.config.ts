import { defineConfig } from "vitest/config";
import { budget } from "./build/budget.mjs";

/* Where `npm run dev` finds an API: a running server or `npm run dev:mock`. */
const api = process.env.TAKENSEAT_API ?? "http://127.0.0.1:8787";

/* Scripts whose address others know; each stands alone. */
const fixed = ["embed", "sw", "widget"];

export default defineConfig({
  plugins: [budget()],
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2020",
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,                              // Swagger UI, loaded at /docs only
    rollupOptions: {
      input: { index: "index.html", docs: "docs.html", sw: "src/offline/worker.ts", embed: "src/embed/embed.tsx", widget: "src/embed/widget.ts" },
      output: { entryFileNames: ({ name }) => (fixed.includes(name) ? `${name}.js` : "assets/[name]-[hash].js") },
    },
  },
  server: { host: "127.0.0.1", proxy: { "/api": api, "/posters": api } },      // by address: a bare machine does not know "localhost"
  test: { include: ["test/**/*.test.ts"], setupFiles: ["test/setup.mjs"], environment: "node", testTimeout: 60000, css: true },
});
