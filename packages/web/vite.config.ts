/**
 * How the page is built: one script, one style sheet, and the document, in `dist/page/`.
 *
 * One script and not many: all of it together is held to a size, and what is compressed as one is smaller.
 */
import react from "@vitejs/plugin-react"
import { defineConfig, type Plugin } from "vite"

/** The page names causes by their ids; what each means comes with a verdict. Their list need not be loaded with it. */
const causes: Plugin = {
  name: "sonde:causes",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("/domain/src/causes.ts")
      ? { code: code.replaceAll(/:\s*"(?:[^"\\]|\\.)*"/g, `: ""`), map: null }
      : undefined
}

export default defineConfig({
  plugins: [causes, react()],
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2024",
    // Nothing may stand inline where the server allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Reading a property or a global does nothing here; without this, modules that only the server needs stay in.
      treeshake: { propertyReadSideEffects: false, propertyWriteSideEffects: false, unknownGlobalSideEffects: false },
      output: { codeSplitting: false }
    }
  }
})
