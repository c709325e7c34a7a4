/**
 * Fails when something was added without what belongs to it.
 *
 * - A codec of `wire` (an export `from...` or `decode...`) needs a property test that calls it: a call of `it.prop`,
 *   `it.effect.prop` or `it.live.prop` in `packages/wire/test`, or a helper of the same file which such a call uses.
 * - A phase needs its specification, `packages/phases/specs/<phase>.md`, with the sections every specification has.
 *
 * Reads text, not types: a codec that is re-exported under another name is not followed.
 *
 *     node scripts/check-catalogue.ts
 */
import { basename } from "node:path"
import { files, finish, read } from "./internal/workspace.ts"

/** Sections of a specification, in this order. */
const sections = ["Objective", "Inputs", "Steps", "Facts", "Failures", "References"]

const problems: Array<string> = []

/** Blanks out comments and the insides of strings, at unchanged offsets, so that brackets can be counted. */
const bare = (text: string): string =>
  text.replace(
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (part) => part.startsWith("`") ? part : part.replace(/[^\n]/g, " ")
  )

/** The text from `open`, the offset of a bracket, to the bracket that closes it. */
const balanced = (text: string, open: number): string => {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    const character = text[at]
    if (character === "(" || character === "{" || character === "[") depth++
    else if (character === ")" || character === "}" || character === "]") {
      depth--
      if (depth === 0) return text.slice(open, at + 1)
    }
  }
  return text.slice(open)
}

/** Everything that the property tests of one file do: their calls, and the helpers of the file that those use. */
const properties = (text: string): string => {
  const code = bare(text)
  const helpers = new Map<string, string>()
  // A statement of the file begins in the first column, and so does the next one.
  for (const statement of code.split(/\n(?=[A-Za-z])/)) {
    const name = /^(?:export\s+)?(?:const|function\*?)\s+(\w+)/.exec(statement)?.[1]
    if (name !== undefined) helpers.set(name, statement)
  }
  let reached = ""
  for (const match of code.matchAll(/\bit(?:\.\w+)*\.prop\s*\(/g)) {
    reached += balanced(code, match.index + match[0].length - 1) + "\n"
  }
  const taken = new Set<string>()
  for (let grown = reached !== ""; grown;) {
    grown = false
    for (const [name, body] of helpers) {
      if (!taken.has(name) && new RegExp(`\\b${name}\\b`).test(reached)) {
        taken.add(name)
        reached += `${body}\n`
        grown = true
      }
    }
  }
  return reached
}

interface Suite {
  readonly text: string
  readonly reached: string
}
const suites: ReadonlyArray<Suite> = files("packages/wire/test", (path) => path.endsWith(".test.ts")).map((path) => {
  const text = read(path)
  return { text, reached: properties(text) }
})

/** Whether a property test reaches export `name` of the module `specifier`. */
const isTested = (specifier: string, name: string): boolean =>
  suites.some(({ reached, text }) => {
    const from = `\\s+from\\s+"${specifier.replaceAll("/", "\\/")}"`
    const namespace = new RegExp(`import\\s+\\*\\s+as\\s+(\\w+)${from}`).exec(text)?.[1]
    if (namespace !== undefined && new RegExp(`\\b${namespace}\\.${name}\\b`).test(reached)) return true
    const named = new RegExp(`import\\s+\\{([^}]*)\\}${from}`).exec(text)?.[1] ?? ""
    const alias = new RegExp(`\\b${name}\\b(?:\\s+as\\s+(\\w+))?`).exec(named)
    return alias !== null && new RegExp(`\\b${alias[1] ?? name}\\b`).test(reached)
  })

let codecs = 0
for (const path of files("packages/wire/src", (name) => name.endsWith(".ts") && !name.includes("/internal/"))) {
  const specifier = `@sonde/wire/${path.slice("packages/wire/src/".length, -".ts".length)}`
  for (const match of read(path).matchAll(/^export\s+(?:const|function)\s+((?:from[A-Z]|decode)\w*)\b/gm)) {
    codecs++
    const name = match[1] ?? ""
    if (!isTested(specifier, name)) {
      problems.push(`${path}: ${name} has no property test in packages/wire/test that reaches it`)
    }
  }
}

const known = new Set(
  [...(/phaseIds = \[([^\]]*)\]/.exec(read("packages/domain/src/Words.ts"))?.[1] ?? "")
    .matchAll(/"([\w-]+)"/g)].map((match) => match[1] ?? "")
)
const phases = new Map<string, string>()
for (const path of files("packages/phases/src", (name) => name.endsWith(".ts"))) {
  for (const match of read(path).matchAll(/(?:\bid:\s*|\bPhase\.make\(\s*)"([\w-]+)"/g)) {
    const id = match[1] ?? ""
    if (known.has(id)) phases.set(id, path)
    else problems.push(`${path}: "${id}" is no phase that packages/domain/src/Words.ts knows`)
  }
}
const specifications = files("packages/phases/specs", (name) => name.endsWith(".md"))
for (const [id, path] of phases) {
  if (!specifications.includes(`packages/phases/specs/${id}.md`)) {
    problems.push(`${path}: phase ${id} has no packages/phases/specs/${id}.md`)
  }
}
for (const path of specifications) {
  if (!phases.has(basename(path, ".md"))) {
    problems.push(`${path}: specifies a phase that packages/phases/src does not have`)
  }
  const found = [...read(path).matchAll(/^##\s+(.+?)\s*$/gm)].map((match) => match[1] ?? "")
  const missing = sections.filter((section) => !found.includes(section))
  if (missing.length > 0) problems.push(`${path}: lacks ${missing.map((name) => `"## ${name}"`).join(", ")}`)
}
if (codecs === 0) problems.push("packages/wire/src: no codec found, so this check saw nothing")
if (phases.size === 0) problems.push("packages/phases/src: no phase found, so this check saw nothing")

finish(problems, `${codecs} codecs with a property test, ${phases.size} phases with a specification`)
