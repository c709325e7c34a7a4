/**
 * How the page is built: the frame with the first view, the client of the server, and the other views, each in a script that is
 * loaded when it is needed; one style sheet, and the document, in `dist/page/`.
 *
 * Few scripts and not many: all of them together are held to a size, and what is compressed as one is smaller.
 */
import react from "@vitejs/plugin-react"
import { fileURLToPath } from "node:url"
import { defineConfig, type Plugin } from "vite"

/**
 * Puts a module of the page in the place of those that check by schemas what the page has from its own server.
 */
const trusting: Plugin = {
  name: "sonde:trusting",
  enforce: "pre",
  resolveId(source, importer) {
    return importer?.includes("/report/src/") === true && /\/(?:facts|codecs)\.ts$/.test(source)
      ? fileURLToPath(new URL("src/Trusted.ts", import.meta.url))
      : undefined
  }
}

/** What the first view needs: React, the frame around all views, the start. */
const frame =
  /\/(?:react|react-dom|react-aria|@react-\w+|scheduler|clsx)\/|\/web\/src\/(?:main|Page|Part|parts|Start|Form|SecretField|Navigation|Route|Bearer|Client|Clipboard|Moment|Problem|Theme)\./

/** What asks the server, and what all views show of its answers. */
const client =
  /\/effect\/dist\/|\/packages\/(?:domain|http-api|report)\/|\/web\/src\/(?:Interface|More|EventStream|Trusted|Refusal|Secrets|Advice|Marks|Changes)\./

export default defineConfig({
  plugins: [trusting, react()],
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2024",
    // Nothing may stand inline where the server allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // A module of ours does nothing by being loaded: of one with a schema and a word for people the word alone is taken.
      treeshake: { moduleSideEffects: (id) => !/\/packages\/(?:domain|http-api|report)\//.test(id) },
      output: {
        codeSplitting: {
          groups: [
            { name: "frame", test: frame, priority: 3 },
            { name: "client", test: client, priority: 2 },
            { name: "views", test: /\/web\/src\//, priority: 1 }
          ]
        }
      }
    }
  }
})
