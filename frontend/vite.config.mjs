// Builds the pages into the Python package: shells beside a manifest, hashed assets under assets/.
import { copyFileSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const pages = resolve(import.meta.dirname, "../src/rollcall/web/pages");

/** The API documentation works offline: its viewer travels with the pages. */
function apiDocs() {
  return {
    name: "api-docs",
    closeBundle() {
      const target = resolve(pages, "assets/docs");
      mkdirSync(target, { recursive: true });
      for (const file of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
        copyFileSync(
          resolve(import.meta.dirname, "node_modules/swagger-ui-dist", file),
          resolve(target, file),
        );
      }
    },
  };
}

export default defineConfig({
  base: "/",
  publicDir: false,
  build: {
    outDir: pages,
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    rollupOptions: {
      input: { embed: resolve(import.meta.dirname, "embed.html") },
      output: { manualChunks: (id) => (id.includes("node_modules/hls.js") ? "hls" : undefined) },
    },
  },
  worker: { format: "es" },
  plugins: [apiDocs()],
});
