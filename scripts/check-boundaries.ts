/**
 * Holds every room to the table of who may import whom.
 *
 * Compares the table below with each `package.json`, each `tsconfig.json`, the linter's configuration, and every import
 * in `packages/` and `scripts/`. Does not look for cycles between files: the linter does.
 *
 *     node scripts/check-boundaries.ts
 */
import { existsSync } from "node:fs"
import { dirname, posix } from "node:path"
import { at, files, finish, lineOf, manifest, read, rooms } from "./internal/workspace.ts"

/** What one room may use. */
interface Room {
  /** Rooms its sources may import. */
  readonly may: ReadonlyArray<string>
  /** Rooms that only its tests may import, beside `may` and `testkit`. */
  readonly tests?: ReadonlyArray<string>
  /** Packages of others its sources may import, beside `effect`. */
  readonly external?: ReadonlyArray<string>
  /** Packages of others that only its tests may import, beside `testTools`. */
  readonly externalTests?: ReadonlyArray<string>
  /** Whether its sources may use Node's own modules. */
  readonly node?: true
}

/**
 * The rooms and their arrows. `wire` is pure, `net` is the one door to the network, judgement is data in `packs`.
 *
 * `simulator` never sees `packs`, `phases` or `pipeline`: its replies come from transcripts of its own, or pack and
 * simulator would agree by construction. `testkit` is for tests alone and sees neither `wire` nor `phases`, or their
 * tests would close a cycle.
 */
const table: Readonly<Record<string, Room>> = {
  domain: { may: [] },
  wire: { may: ["domain"], external: ["@xmldom/xmldom"] },
  net: { may: ["domain", "wire"] },
  packs: { may: ["domain"], external: ["yaml"], externalTests: ["rolldown"] },
  report: { may: ["domain"] },
  policy: { may: ["domain", "wire", "net"], tests: ["platform-node"], externalTests: ["yaml"] },
  phases: { may: ["domain", "wire", "net", "policy"], external: ["jose"] },
  pipeline: { may: ["domain", "net", "phases", "packs"], external: ["tldts"], tests: ["platform-node"] },
  sonde: {
    may: ["domain", "net", "phases", "packs", "pipeline", "report"],
    tests: ["platform-node", "simulator"],
    externalTests: ["@hono/node-server", "hono", "imapflow", "nodemailer"]
  },
  "platform-node": {
    may: ["domain", "net", "pipeline"],
    external: ["@effect/sql-pg", "@peculiar/asn1-ocsp", "@peculiar/asn1-schema", "@peculiar/asn1-x509", "dns-packet"],
    externalTests: ["@types/dns-packet"],
    node: true
  },
  "http-api": { may: ["domain"] },
  "http-server": {
    may: ["domain", "http-api", "net", "report", "sonde"],
    tests: ["platform-node", "simulator"],
    externalTests: ["@modelcontextprotocol/client", "dockerfile-utils"]
  },
  web: {
    may: ["domain", "http-api", "report"],
    external: ["react", "react-aria", "react-dom"],
    externalTests: ["@types/react", "@types/react-dom", "@vitejs/plugin-react", "axe-core", "playwright-core", "vite"]
  },
  simulator: {
    may: ["domain", "wire"],
    external: ["@peculiar/x509", "jose", "reflect-metadata", "yaml"],
    externalTests: ["imapflow", "nodemailer"],
    node: true
  },
  cli: {
    may: [
      "domain",
      "wire",
      "net",
      "packs",
      "report",
      "phases",
      "pipeline",
      "sonde",
      "platform-node",
      "http-api",
      "http-server",
      "simulator"
    ],
    external: ["@effect/platform-node", "@effect/sql-pg"],
    externalTests: ["axe-core", "playwright-core"],
    node: true
  },
  testkit: {
    may: ["domain", "net"],
    external: ["@peculiar/x509", "dns-packet", "reflect-metadata"],
    externalTests: ["@types/dns-packet"],
    node: true
  }
}

/** What every room's tests may use beside its own dependencies. */
const testTools = ["@effect/vitest", "@effect/platform-node", "@types/node", "vitest"]

/** Rooms that a script of the workspace may reach into, by its path. Others may import none. */
const scripts: Readonly<Record<string, ReadonlyArray<string>>> = {
  "scripts/bench/bench.ts": ["testkit"],
  "scripts/bench/bulk.ts": ["pipeline", "platform-node", "sonde"]
}

const problems: Array<string> = []
const roomOf = (specifier: string): string | undefined => /^@sonde\/([^/]+)/.exec(specifier)?.[1]
const externalOf = (specifier: string): string => /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[1] ?? specifier

const imports = (path: string): ReadonlyArray<{ readonly specifier: string; readonly line: number }> => {
  const text = read(path)
  const found: Array<{ specifier: string; line: number }> = []
  const pattern =
    /(?:^|[;\s])(?:import|export)\s[^"'`;]*?from\s*"([^"]+)"|^import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*[,)]/gm
  for (const match of text.matchAll(pattern)) {
    const start = text.lastIndexOf("\n", match.index) + 1
    if (/^\s*(?:\*|\/\/)/.test(text.slice(start))) continue
    found.push({
      specifier: match[1] ?? match[2] ?? match[3] ?? "",
      line: lineOf(text, match.index + match[0].search(/\S/))
    })
  }
  return found
}

const isCode = (path: string): boolean => /\.(?:ts|tsx|mts|mjs|js)$/.test(path)

for (const name of rooms()) {
  const room = table[name]
  if (room === undefined) {
    problems.push(`packages/${name}: not in the table of scripts/check-boundaries.ts`)
    continue
  }
  const where = `packages/${name}/package.json`
  const own = manifest(name)
  if (own.name !== `@sonde/${name}`) problems.push(`${where}: is named ${own.name}, not @sonde/${name}`)

  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"] as const) {
    for (const [dependency, range] of Object.entries(own[kind] ?? {})) {
      const target = roomOf(dependency)
      if (target === undefined) {
        if (dependency !== "effect" && !(room.external ?? []).includes(dependency)) {
          problems.push(`${where}: ${kind} has ${dependency}, which the table does not allow`)
        } else if (range !== "catalog:") {
          problems.push(`${where}: ${dependency} is "${range}"; versions stand in the catalog, write "catalog:"`)
        }
      } else if (!room.may.includes(target)) {
        problems.push(`${where}: ${name} may not depend on ${target}`)
      } else if (range !== "workspace:^") {
        problems.push(`${where}: ${dependency} is "${range}", not "workspace:^"`)
      }
    }
  }
  const inTests = new Set([...room.may, ...(room.tests ?? []), "testkit"])
  const tools = new Set([...testTools, ...(room.external ?? []), ...(room.externalTests ?? [])])
  for (const dependency of Object.keys(own.devDependencies ?? {})) {
    const target = roomOf(dependency)
    if (target === undefined ? !tools.has(dependency) : !inTests.has(target)) {
      problems.push(`${where}: devDependencies has ${dependency}, which the table does not allow`)
    }
  }

  const runtime = new Set(Object.keys({ ...own.dependencies, ...own.peerDependencies, ...own.optionalDependencies }))
  const declared = new Set([...runtime, ...Object.keys(own.devDependencies ?? {})])
  for (const path of files(`packages/${name}`, isCode)) {
    const source = path.startsWith(`packages/${name}/src/`)
    for (const { line, specifier } of imports(path)) {
      const here = `${path}:${line}`
      if (specifier.startsWith(".")) {
        const resolved = posix.normalize(`${dirname(path)}/${specifier}`)
        if (source && !resolved.startsWith(`packages/${name}/`)) {
          problems.push(`${here}: "${specifier}" leaves the package; import another room by its name`)
        }
        continue
      }
      if (specifier.startsWith("node:")) {
        if (source && room.node !== true) problems.push(`${here}: ${name} may not use Node's own modules`)
        continue
      }
      const target = roomOf(specifier)
      if (target === name) continue
      const dependency = target === undefined ? externalOf(specifier) : `@sonde/${target}`
      if (!(source ? runtime : declared).has(dependency)) {
        problems.push(
          `${here}: imports ${dependency}, which package.json does not declare${source ? " for sources" : ""}`
        )
      }
    }
  }

  // A project reference for every room that is imported, or `tsc -b` builds in the wrong order.
  for (
    const [path, wanted] of [
      [`packages/${name}/tsconfig.json`, Object.keys(own.dependencies ?? {})],
      [`packages/${name}/test/tsconfig.json`, [...declared]]
    ] as const
  ) {
    if (!existsSync(at(path))) {
      problems.push(`${path}: missing`)
      continue
    }
    const references = [...read(path).matchAll(/"path":\s*"(?:\.\.\/)+([^".]+)"/g)].map((match) => match[1])
    for (const dependency of wanted) {
      const target = roomOf(dependency)
      if (target !== undefined && !references.includes(target)) problems.push(`${path}: no reference to ../${target}`)
    }
  }
}

for (const path of files("scripts", isCode)) {
  for (const { line, specifier } of imports(path)) {
    if (specifier.startsWith("node:")) continue
    const resolved = specifier.startsWith(".") ? posix.normalize(`${dirname(path)}/${specifier}`) : specifier
    const target = roomOf(specifier) ?? /^packages\/([^/]+)/.exec(resolved)?.[1]
    if (target !== undefined && !(scripts[path] ?? []).includes(target)) {
      problems.push(`${path}:${line}: this script may not import ${target}`)
    }
  }
}

// The linter says the same while one types: its groups are this table written once more, so they are compared.
interface Restriction {
  readonly patterns: ReadonlyArray<{ readonly group: ReadonlyArray<string> }>
}
interface Linter {
  readonly overrides: ReadonlyArray<{
    readonly files: ReadonlyArray<string>
    readonly rules: { readonly "eslint/no-restricted-imports"?: readonly [string, Restriction] }
  }>
}
const linter = JSON.parse(read("scripts/oxlintrc.json").replace(/^\s*\/\/.*$/gm, "")) as Linter
for (const name of rooms()) {
  const room = table[name]
  if (room === undefined) continue
  const override = linter.overrides.find((entry) => entry.files.includes(`**/packages/${name}/src/**`))
  const groups = override?.rules["eslint/no-restricted-imports"]?.[1].patterns.map((pattern) => pattern.group) ?? []
  const allowed = groups.flat().flatMap((glob) => /^!@sonde\/([^/]+)\/\*\*$/.exec(glob)?.[1] ?? [])
  const wanted = [...new Set([name, ...room.may])]
  if (!groups.flat().includes("@sonde/**") || allowed.toSorted().join() !== wanted.toSorted().join()) {
    problems.push(
      `scripts/oxlintrc.json: packages/${name}/src allows [${allowed.join()}], the table [${wanted.join()}]`
    )
  }
  if (groups.flat().includes("node:*") === (room.node === true)) {
    problems.push(`scripts/oxlintrc.json: packages/${name}/src and the table differ about node:*`)
  }
}

finish(problems, `${rooms().length} rooms keep to the table`)
