/**
 * How the page is built: the frame with the first view, the client of the server, and the other views, each in a script that is
 * loaded when it is needed; one style sheet, and the document, in `dist/page/`.
 *
 * Few scripts and not many: all of them together are held to a size, and what is compressed as one is smaller.
 */
import react from "@vitejs/plugin-react"
import { defineConfig, type Plugin } from "vite"

/**
 * What the page has no use for in schemas. It shows causes, and what is wrong with a certificate, by the words of their verdicts,
 * and takes those of a newer server too: it needs no list of them. Names of schemas are for the documents that are made of them.
 * The posture of a domain is shown by its findings; what sources of settings and lists of revoked certificates said is not taken
 * apart.
 */
const lean: Plugin = {
  name: "sonde:lean",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("/domain/src/Cause.ts")
      ? { code: `import * as Schema from "effect/Schema"\nexport const Cause = Schema.String`, map: null }
      : id.endsWith("/domain/src/Discovery.ts")
      ? { code: `import * as Schema from "effect/Schema"\nexport const Discovery = Schema.Json`, map: null }
      : id.endsWith("/report/src/internal/posture.ts")
      ? { code: "export const posture = () => undefined", map: null }
      : /\/packages\/(?:domain|http-api)\/src\//.test(id)
      ? {
        code: code
          .replaceAll(/\.annotate\(\{\s*identifier: "\w+"\s*\}\)/g, "")
          // What goes out is judged by the server, which says what is wrong with it.
          .replaceAll(/\.check\(Schema\.is\w+\((?:[^()]|\([^()]*\))*\)\)/g, "")
          .replaceAll(
            /(export const (?:TlsNote|TlsProblem|Revocation) = )Schema\.Struct\(\{[\s\S]*?\n\}\)/g,
            "$1Schema.Json"
          )
          .replace(/(export const TlsReason = )Schema\.Literals\(\[[^\]]*\]\)/, "$1Schema.String")
          .replace(/HttpApiEndpoint\.post\("discover", "\/discover", \{[\s\S]*?\}\),/, ""),
        map: null
      }
      : undefined
}

/**
 * Modules of Effect for what the page does not do: numbers of octets, octets as text, NDJSON, answers of a server, waiting for a turn.
 */
const unspoken = /\/effect\/dist\/(?:ByteSize|Semaphore|encoding\/(?:Ndjson|Base64)|http\/HttpServerResponse)\.js$/

/** Leaves those out: whatever calls into one of them fails with its name. */
const leftOut: Plugin = {
  name: "sonde:left-out",
  enforce: "pre",
  transform(code, id) {
    if (!unspoken.test(id)) return undefined
    const names = this.parse(code).body.flatMap((node) => {
      if (node.type !== "ExportNamedDeclaration") return []
      const { declaration, specifiers } = node
      if (declaration?.type === "VariableDeclaration") {
        return declaration.declarations.flatMap((one) => one.id.type === "Identifier" ? [one.id.name] : [])
      }
      if (declaration?.type === "FunctionDeclaration" || declaration?.type === "ClassDeclaration") {
        return declaration.id === null ? [] : [declaration.id.name]
      }
      return specifiers.flatMap((one) => one.exported.type === "Identifier" ? [one.exported.name] : [])
    })
    const problem = `left out of the page: ${id.replace(/^.*\/effect\/dist\//, "")}`
    return {
      code: `const absent = () => { throw new Error(${JSON.stringify(problem)}) }\n${
        names.map((name) => `export { absent as ${name} }`).join("\n")
      }`,
      map: null
    }
  }
}

/** What the first view needs: React, the frame around all views, the start. */
const frame =
  /\/(?:react|react-dom|react-aria|@react-\w+|scheduler|clsx)\/|\/web\/src\/(?:main|Page|Part|parts|Start|Form|SecretField|Navigation|Route|Bearer|Client|Clipboard|Moment|Problem|Theme)\./

/** What asks the server, and what all views show of its answers. */
const client =
  /\/effect\/dist\/|\/packages\/(?:domain|http-api|report)\/|\/web\/src\/(?:Interface|Refusal|Secrets|Advice|Marks|Changes)\./

export default defineConfig({
  plugins: [lean, leftOut, react()],
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2024",
    // Nothing may stand inline where the server allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Reading a property does nothing here, nor does making a schema; without this, code that nothing calls stays in.
      treeshake: { propertyReadSideEffects: false, manualPureFunctions: ["Schema"] },
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
