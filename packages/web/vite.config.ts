/**
 * How the page is built: one script, one style sheet, and the document, in `dist/page/`.
 *
 * One script and not many: all of it together is held to a size, and what is compressed as one is smaller.
 */
import react from "@vitejs/plugin-react"
import { defineConfig, type Plugin } from "vite"

/** The page shows causes by the words of their verdicts, and takes those of a newer server too: it needs no list of them. */
const anyCause: Plugin = {
  name: "sonde:any-cause",
  enforce: "pre",
  transform: (_code, id) =>
    id.endsWith("/domain/src/Cause.ts")
      ? { code: `import * as Schema from "effect/Schema"\nexport const Cause = Schema.String`, map: null }
      : undefined
}

export default defineConfig({
  plugins: [anyCause, react()],
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2024",
    // Nothing may stand inline where the server allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Reading a property does nothing here; without this, code that nothing calls stays in.
      treeshake: { propertyReadSideEffects: false },
      output: { codeSplitting: false }
    }
  }
})
