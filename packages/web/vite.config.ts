/**
 * How the page is built: one script, one style sheet, and the document, in `dist/page/`.
 *
 * One script and not many: all of it together is held to a size, and what is compressed as one is smaller.
 */
import react from "@vitejs/plugin-react"
import { defineConfig, type Plugin } from "vite"

/**
 * What a browser never runs. The contract refers to these because a server is made from it too; the bundler cannot know that the
 * page only asks.
 */
const ofServers =
  /\/effect\/dist\/(?:encoding\/Ndjson|http\/(?:HttpMiddleware|HttpRouter|HttpServerResponse|HttpStatus))\.js$/

const declared = /export (?:const|function\*?|class) (\w+)/g

const leaveOut: Plugin = {
  name: "sonde:leave-out",
  enforce: "pre",
  transform(code, id) {
    if (ofServers.test(id)) {
      const names = Array.from(code.matchAll(declared), ([, name]) => `export const ${name} = undefined`)
      return { code: names.join("\n"), map: null }
    }
    // The page shows causes by the words of their verdicts, and takes those of a newer server too: it needs no list of them.
    if (id.endsWith("/domain/src/Cause.ts")) {
      return { code: `import * as Schema from "effect/Schema"\nexport const Cause = Schema.String`, map: null }
    }
    return undefined
  }
}

export default defineConfig({
  plugins: [leaveOut, react()],
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2024",
    // Nothing may stand inline where the server allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Reading a property or a global does nothing here; without this, code that nothing calls stays in.
      treeshake: { propertyReadSideEffects: false, propertyWriteSideEffects: false, unknownGlobalSideEffects: false },
      output: { codeSplitting: false }
    }
  }
})
