// Builds the pages into the Python package: shells beside a manifest, hashed assets under assets/.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
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

/** Compressed once and as well as can be: the server sends what a browser takes, and compresses nothing itself. */
function compressed() {
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  return {
    name: "compressed",
    closeBundle() {
      for (const entry of readdirSync(resolve(pages, "assets"), { recursive: true, withFileTypes: true })) {
        if (!/\.(js|css)$/.test(entry.name)) continue;
        const file = resolve(entry.parentPath, entry.name);
        const plain = readFileSync(file);
        writeFileSync(`${file}.br`, brotliCompressSync(plain, best));
        writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }));
      }
    },
  };
}

/** Most viewers read Russian: its sentences come with the scripts, not after them. */
function russianFirst() {
  return {
    name: "russian-first",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const sentences = Object.values(bundle ?? {}).find(
          ({ name, type }) => type === "chunk" && name === "ru",
        );
        if (!sentences) throw new Error("the Russian sentences are in no chunk of their own");
        const href = `/${sentences.fileName}`;
        return [{ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href }, injectTo: "head" }];
      },
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
  plugins: [russianFirst(), apiDocs(), compressed()],
});
