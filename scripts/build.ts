/**
 * Builds what is published, and only that: nothing in development needs it.
 *
 * 1. Every package: JavaScript and declarations from `tsc -b` in `dist/`, and beside them the data files of `src/`.
 * 2. The page: its scripts, one style sheet and the document in `packages/web/dist/page/`, and a copy in
 *    `packages/cli/dist/page/`, from where `sonde serve` takes it.
 * 3. The command: one bundle in `packages/cli/dist/`, entry `sonde.mjs`, code in `chunks/`. It needs no `node_modules`,
 *    loads a subcommand's code when that subcommand runs, and keeps V8's code cache between runs.
 *
 *     node scripts/build.ts
 */
import { createHash } from "node:crypto"
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { isBuiltin } from "node:module"
import { dirname, join } from "node:path"
import { performance } from "node:perf_hooks"
import process from "node:process"
import { gzipSync } from "node:zlib"
import { type OutputOptions, type PluginContext, rolldown, type RolldownPlugin } from "rolldown"
import { chunkOf } from "./internal/chunks.ts"
import { run, seconds } from "./internal/run.ts"
import { at, files, publishable } from "./internal/workspace.ts"

const entry = "packages/cli/src/bin.ts"
const quickEntry = "packages/cli/src/run/quick.ts"
const dist = "packages/cli/dist"

/**
 * The file a user runs. Written for old parsers too, so that a Node that is too old gets a sentence and not a stack.
 * The code cache is on before the first chunk loads.
 */
const launcher = (chunk: string): string =>
  `#!/usr/bin/env node
import module from "node:module"
const [major, minor] = process.versions.node.split(".").map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write("sonde needs Node 22.19 or newer; this is " + process.versions.node + "\\n")
  process.exit(70)
}
module.enableCompileCache()
await import("./chunks/${chunk}")
`

/** JSON in ASCII alone, which is read ten times faster than UTF-8 with a few longer characters in it. */
const ascii = (json: string): string =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Data without its `rules` where these are texts of JSON, and those, of which each fits on a line. */
const apart = (data: unknown): readonly [data: unknown, rules: ReadonlyArray<string>] => {
  if (!isRecord(data) || !Array.isArray(data.rules)) return [data, []]
  const texts = data.rules.filter((rule) => typeof rule === "string")
  return texts.length < data.rules.length ? [data, []] : [{ ...data, rules: [] }, texts]
}

/** A list of numbers so long, or longer, is read as octets: to parse it costs more. */
const longList = 1000

const isLongList = (value: unknown): value is ReadonlyArray<number> =>
  Array.isArray(value) && value.length >= longList &&
  value.every((one) => Number.isInteger(one) && one >= 0 && one <= 0xffff_ffff)

/** Data without its long lists of numbers, two levels deep, and those with their paths. */
const withoutLists = (
  data: Readonly<Record<string, unknown>>,
  path: ReadonlyArray<string> = []
): {
  readonly data: object
  readonly lists: ReadonlyArray<readonly [ReadonlyArray<string>, ReadonlyArray<number>]>
} => {
  const lists: Array<readonly [ReadonlyArray<string>, ReadonlyArray<number>]> = []
  const rest = Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      const here = [...path, key]
      if (isLongList(value)) {
        lists.push([here, value])
        return [key, []]
      }
      if (!isRecord(value) || here.length > 1) return [key, value]
      const inner = withoutLists(value, here)
      lists.push(...inner.lists)
      return [key, inner.data]
    })
  )
  return { data: rest, lists }
}

/** Data on a line, behind it the rules one after the other and the lists of numbers, and with the data the places of all these. */
const withOctets = (data: unknown, rules: ReadonlyArray<string>): Buffer => {
  let end = 0
  const ends = rules.map(({ length }) => end += length)
  const found = withoutLists({ ...isRecord(data) ? data : {}, ends })
  const lists = found.lists.map(([path, numbers]) => {
    const begin = end
    end += 4 * numbers.length
    return { path, begin, numbers }
  })
  const places = lists.map(({ begin, numbers, path }) => [path, begin, begin + 4 * numbers.length])
  return Buffer.concat([
    Buffer.from(`${ascii(JSON.stringify({ data: found.data, places }))}\n${rules.join("")}`),
    ...lists.map(({ numbers }) => Buffer.from(Uint32Array.from(numbers).buffer))
  ])
}

/** What a module needs that reads such files. Of rules no more than the octets are read until one is asked for. */
const reader = `import { readFileSync } from "node:fs"
const readData = (name) => {
  const octets = readFileSync(import.meta.dirname + "/" + name)
  const start = octets.indexOf(10) + 1
  if (start === 0) return JSON.parse(octets.latin1Slice())
  const { data, places } = JSON.parse(octets.latin1Slice(0, start))
  for (const [path, begin, end] of places) {
    const owner = path.length === 1 ? data : data[path[0]]
    const from = octets.byteOffset + start
    owner[path.at(-1)] = new Uint32Array(octets.buffer.slice(from + begin, from + end))
  }
  const { ends } = data
  const at = (place) => octets.latin1Slice(start + (ends[place - 1] ?? 0), start + ends[place])
  delete data.ends
  if (ends.length > 0) data.rules = { length: ends.length, at }
  return data
}
`

/** Writes data into a file beside the chunks; the call that reads it. */
const dataFile = (context: PluginContext, code: string): string => {
  const [data, rules] = apart(JSON.parse(code))
  const hasOctets = rules.length > 0 || (isRecord(data) && withoutLists(data).lists.length > 0)
  const source = hasOctets ? withOctets(data, rules.map(ascii)) : Buffer.from(ascii(JSON.stringify(data)))
  const hash = createHash("sha256").update(source).digest("base64url").slice(0, 8)
  const fileName = `data-${hash}.json`
  context.emitFile({ type: "asset", fileName, source })
  return `readData("${fileName}")`
}

/** How a module asks for data late. */
const late = /\bimport\("(\.[^"]+\.json)", \{ with: \{ type: "json" \} \}\)/g

/**
 * Data in files of their own, which are read and parsed when they are asked for. As an object literal, which it would be
 * otherwise, the same data costs several times as much: it is parsed as a program, and kept in the code cache as one. As
 * text within a program it is still read twice, once with the program and once from the code cache. Rules that are texts
 * already and long lists of numbers are octets behind the rest, so that nothing of them is parsed.
 */
const jsonFiles: ReadonlyArray<RolldownPlugin> = [
  {
    name: "json-files",
    transform: {
      filter: { id: /\.json$/ },
      handler(code: string) {
        return { code: `${reader}export default ${dataFile(this, code)}`, moduleType: "js" as const, map: null }
      }
    }
  },
  {
    name: "late-json-files",
    transform: {
      filter: { id: /\.ts$/, code: late },
      handler(code: string, id: string) {
        const changed = code.replace(
          late,
          (_, path: string) =>
            `Promise.resolve().then(() => ({ default: ${
              dataFile(this, readFileSync(join(dirname(id), path), "utf8"))
            } }))`
        )
        return { code: reader + changed, map: null }
      }
    }
  }
]

/**
 * Modules of Node without the namespace that `import` makes of them: to fill that one, every property of the module is
 * read, and some load a dozen further modules each.
 */
const builtinModules: RolldownPlugin = {
  name: "builtin-modules",
  renderChunk: (code) =>
    code.replace(
      /^import (?:(\w+|\* as \w+)|\{((?:(?!\bdefault\b)[^}])*)\}) from "(node:[\w/]+)";$/gm,
      (_whole, whole: string | undefined, some: string | undefined, id: string) =>
        `const ${
          whole?.replace("* as ", "") ?? `{${some?.replaceAll(" as ", ": ")}}`
        } = process.getBuiltinModule("${id}");`
    )
}

/**
 * The segmenter by which the width of help is measured, made when help is shown: to make it, tables of ICU are read, which takes a
 * tenth of a check.
 */
const lateSegmenter: RolldownPlugin = {
  name: "late-segmenter",
  transform: {
    filter: { id: /\/effect\/dist\/cli\/CliOutput\.js$/ },
    handler(code: string) {
      const changed = code.replace(
        /const (\w+) = \/\*#__PURE__\*\/\s*(new Intl\.Segmenter\([^)]*\));/,
        "let made;\nconst $1 = { segment: (text) => (made ??= $2).segment(text) };"
      )
      if (changed === code) fail("effect/cli makes its segmenter in another way now: look at late-segmenter")
      return { code: changed, map: null }
    }
  }
}

const step = async (name: string, work: () => Promise<string>): Promise<void> => {
  const started = performance.now()
  const result = await work()
  console.error(`build: ${name}: ${result} (${seconds(performance.now() - started)})`)
}

const fail = (message: string): never => {
  console.error(`build: ${message}`)
  process.exit(1)
}

if (!existsSync(at(entry))) fail(`${entry} is missing`)

await step("packages", async () => {
  const rooms = publishable()
  const compiled = await run(["tsc", "-b", ...rooms.map((room) => `packages/${room}`)])
  if (compiled.status !== 0) fail(`tsc failed\n${compiled.output}`)
  let copied = 0
  let stale = 0
  for (const room of rooms) {
    for (const path of files(`packages/${room}/src`, (name) => !/\.tsx?$/.test(name))) {
      const target = path.replace(/^(packages\/[^/]+)\/src\//, "$1/dist/")
      mkdirSync(dirname(at(target)), { recursive: true })
      cpSync(at(path), at(target))
      copied++
    }
    // What an earlier build made of a file that is gone would be published with the rest.
    if (!existsSync(at(`packages/${room}/dist`))) fail(`packages/${room} has no source`)
    for (const name of readdirSync(at(`packages/${room}/dist`), { recursive: true, encoding: "utf8" })) {
      const source = `packages/${room}/src/${name.replace(/(?:\.js|\.d\.ts)(?:\.map)?$/, "")}`
      if (
        /(?:\.js|\.d\.ts)(?:\.map)?$/.test(name) && !existsSync(at(`${source}.ts`)) && !existsSync(at(`${source}.tsx`))
      ) {
        rmSync(at(`packages/${room}/dist/${name}`))
        stale++
      }
    }
  }
  return `${rooms.length} compiled, ${copied} data files, ${stale} stale files removed`
})

await step("page", async () => {
  const built = await run([at("packages/web/node_modules/.bin/vite"), "build", "--logLevel", "warn"], {
    cwd: at("packages/web"),
    // Whoever builds: with the environment of a test React's development build would be published.
    env: { NODE_ENV: "production" }
  })
  if (built.status !== 0) fail(`vite failed\n${built.output}`)
  const from = "packages/web/dist/page"
  const to = `${dist}/page`
  // The new files first, then what no document refers to any more: a server that starts meanwhile finds all of one build.
  cpSync(at(from), at(to), { recursive: true })
  const names = readdirSync(at(from), { recursive: true, encoding: "utf8" })
  for (const name of readdirSync(at(to), { recursive: true, encoding: "utf8" })) {
    if (!names.includes(name)) rmSync(at(`${to}/${name}`), { recursive: true, force: true })
  }
  const document = readFileSync(at(`${from}/index.html`), "utf8")
  const scripts = names.filter((name) => name.endsWith(".js"))
  const kibibytes = (some: ReadonlyArray<string>): number =>
    Math.round(some.reduce((sum, name) => sum + gzipSync(readFileSync(at(`${from}/${name}`))).length, 0) / 1024)
  const first = scripts.filter((name) => document.includes(`"/${name}"`))
  return `${to}, ${kibibytes(scripts)} KiB of JavaScript compressed, ${kibibytes(first)} of them for the first view`
})

/** One bundle of the command, written below `chunks/`. */
const bundled = async (
  input: Readonly<Record<string, string>>,
  plugins: ReadonlyArray<RolldownPlugin> = [],
  codeSplitting: OutputOptions["codeSplitting"] = { groups: [] }
) => {
  const bundle = await rolldown({
    input,
    platform: "node",
    external: (id) => isBuiltin(id),
    treeshake: true,
    // What an entry shares with chunks that load later stays in the entry.
    preserveEntrySignatures: "allow-extension",
    plugins: [...jsonFiles, builtinModules, lateSegmenter, ...plugins],
    onLog: (level, log) => {
      // A warning here is an import that will not resolve on a user's machine, or a cycle that changes what runs first.
      // How long plugins took says nothing of the bundle, and is told only on a busy machine. That a module is loaded on demand in
      // one place and stands in a file with what is always loaded is what `chunks.ts` means.
      const isMeant = log.code === "PLUGIN_TIMINGS" || log.code === "INEFFECTIVE_DYNAMIC_IMPORT"
      if (level === "warn" && !isMeant) fail(log.message)
    }
  })
  const { output } = await bundle.write({
    dir: at(`${dist}/chunks`),
    format: "esm",
    minify: true,
    codeSplitting,
    entryFileNames: "[name]-[hash].mjs",
    chunkFileNames: "[name]-[hash].mjs"
  })
  await bundle.close()
  return output
}

await step("command", async () => {
  // What `explain` needs at once is one file, because each that is read at the start costs half a millisecond.
  const quick = await bundled({ quick: at(quickEntry) }, [], { groups: [{ name: "quick", tags: ["$initial"] }] })
  const quickFile = quick.find((chunk) => chunk.type === "chunk" && chunk.isEntry)?.fileName ?? fail("no quick chunk")
  const chunk = chunkOf()
  const rest = await bundled({ bin: at(entry) }, [{
    name: "quick-apart",
    resolveId: (id) => id === "./run/quick.ts" ? { id: `./${quickFile}`, external: "absolute" } : null
  }], {
    includeDependenciesRecursively: false,
    groups: [{
      debugName: "files of the command",
      name: (id, context) => chunk(id, (module) => context.getModuleInfo(module))
    }]
  })
  const output = [...quick, ...rest.filter(({ fileName }) => !quick.some((one) => one.fileName === fileName))]
  for (const chunk of output) {
    if (chunk.type !== "chunk") continue
    const foreign = [...chunk.imports, ...chunk.dynamicImports]
      .filter((id) => !isBuiltin(id) && !output.some((other) => other.fileName === id.replace(/^\.\//, "")))
    if (foreign.length > 0) fail(`${chunk.fileName} still imports ${foreign.join(", ")}`)
  }
  const first = rest.find((chunk) => chunk.type === "chunk" && chunk.isEntry)?.fileName ?? fail("no entry chunk")
  // By renaming, and only then without the chunks of before: a command that runs meanwhile finds all of one build.
  writeFileSync(at(`${dist}/sonde.mjs.new`), launcher(first), { mode: 0o755 })
  renameSync(at(`${dist}/sonde.mjs.new`), at(`${dist}/sonde.mjs`))
  for (const name of readdirSync(at(`${dist}/chunks`))) {
    if (!output.some((chunk) => chunk.fileName === name)) rmSync(at(`${dist}/chunks/${name}`))
  }
  const size = (name: string): number => statSync(at(`${dist}/chunks/${name}`)).size
  const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`
  const all = output.reduce((sum, chunk) => sum + size(chunk.fileName), 0)
  return `${dist}/sonde.mjs, ${output.length} chunks, ${kilobytes(all)}, of which the entry ${kilobytes(size(first))}`
})
