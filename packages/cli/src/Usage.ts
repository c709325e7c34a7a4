/**
 * Bad usage in one sentence: what is wrong, what was probably meant, where help is.
 *
 * Values are repeated only where they cannot be secrets: somebody may have typed a password where none belongs.
 */
import type { NonShowHelpErrors } from "effect/cli/CliError"
import { stripVTControlCharacters } from "node:util"

/** Flags people bring from other tools, and what they are called here. */
const elsewhere: Readonly<Record<string, string>> = {
  "--password": "--secret env:NAME",
  "--pass": "--secret env:NAME",
  "--auth-password": "--secret env:NAME",
  "--auth-user": "--user NAME",
  "--username": "--user NAME",
  "--server": "--host NAME",
  "--starttls": "--security starttls",
  "--tls": "--security tls",
  "--ssl": "--security tls",
  "--access-token": "--token env:NAME",
  "--no-color": "--color never",
  "--verbose": "--transcript",
  "--output": "--format",
  "--helo": "--ehlo NAME"
}

/** The same for commands that call it otherwise than the rest. */
const within: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "sonde serve": {
    "--port": "--listen 127.0.0.1:PORT",
    "--host": "--listen ADDRESS:PORT",
    "--bind": "--listen ADDRESS:PORT",
    "--address": "--listen ADDRESS:PORT",
    "--password": "--token env:NAME",
    "--server": "--listen ADDRESS:PORT"
  }
}

/** How many letters have to be put in, left out, changed or swapped with the next to make one word of another. */
const distance = (a: string, b: string): number => {
  let before: ReadonlyArray<number> = []
  let row: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const swapped = j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? (before[j - 1] ?? Infinity) + 1 : Infinity
      next.push(Math.min(
        (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1),
        (row[j + 1] ?? 0) + 1,
        (next[j] ?? 0) + 1,
        swapped
      ))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

/** The word nearest to another, as far as it may be one that was mistyped. */
const nearest = (word: string, words: ReadonlyArray<string>): string | undefined =>
  words.map((one) => [one, distance(word, one)] as const).filter(([, far]) => far <= 2)
    .toSorted(([, a], [, b]) => a - b)[0]?.[0]

/**
 * What a flag that there is not was meant for: known from elsewhere, mistyped, cut short, or mistyped from elsewhere. Only what
 * the command has is proposed.
 */
const flagMeant = (
  option: string,
  suggestions: ReadonlyArray<string>,
  path: ReadonlyArray<string>,
  flags: ReadonlyArray<string>
): string | undefined => {
  const known = Object.fromEntries(
    Object.entries({ ...elsewhere, ...within[path.join(" ")] }).filter(([, text]) =>
      flags.includes(text.split(" ", 1)[0]!)
    )
  )
  const short = option.length < 4
    ? []
    : flags.filter((flag) => flag.startsWith(option) || option.startsWith(`${flag}-`))
  return known[option] ?? nearest(option, flags) ?? suggestions[0] ?? short[0] ??
    known[nearest(option, Object.keys(known)) ?? ""]
}

const nameOf = (option: string): string => option.split("=", 1)[0] ?? option

const meant = (suggestion: string | undefined): string =>
  suggestion === undefined ? "" : `, did you mean ${suggestion}?`

const plainWords = (expected: string): string => {
  const words = expected.replace(/^Expected:? /, "").replace(/, got .*$/s, "").replaceAll("\n", " ")
  return /^"[^"]*"(?: \| "[^"]*")+$/.test(words) ? words.slice(1, -1).replaceAll("\" | \"", ", ") : words
}

const sentence = (
  error: NonShowHelpErrors,
  path: ReadonlyArray<string>,
  flags: ReadonlyArray<string>
): string => {
  switch (error._tag) {
    case "UnrecognizedOption": {
      const option = nameOf(error.option)
      return `there is no flag ${option}${meant(flagMeant(option, error.suggestions, path, flags))}`
    }
    case "MissingOption":
      return `--${error.option} is missing`
    case "MissingArgument":
      return `<${error.argument}> is missing`
    case "UnexpectedArgument":
      return `${error.arguments.length === 1 ? "an argument" : `${error.arguments.length} arguments`} too many`
    case "UnknownSubcommand":
      return `there is no command ${JSON.stringify(error.subcommand)}${meant(error.suggestions[0])}`
    case "InvalidValue": {
      const name = error.kind === "argument" ? `<${error.option}>` : `--${error.option.replace(/^--/, "")}`
      if (/^(?:--)?(?:secret|token|client-secret|refresh-token)$/.test(error.option)) {
        return `${name} takes one source: env:NAME, file:PATH, stdin, cmd:COMMAND or prompt`
      }
      const value = error.value === "" ? "nothing" : JSON.stringify(error.value)
      return `${name} takes ${plainWords(error.expected)}, not ${value}`
    }
    case "DuplicateOption":
    case "ValidationError":
    case "UserError":
      return error.message.split("\n", 1)[0] ?? error.message
  }
}

/**
 * The sentence for standard error, with its line end. Of several problems the first is told. `path` is the command that was meant,
 * `flags` are those that it has, with their hyphens.
 */
export const text = (
  path: ReadonlyArray<string>,
  errors: ReadonlyArray<NonShowHelpErrors>,
  flags: ReadonlyArray<string>
): string => {
  const first = errors.find((error) => error._tag === "UnrecognizedOption" || error._tag === "UnknownSubcommand") ??
    errors[0]
  const problem = first === undefined ? "this cannot be understood" : sentence(first, path, flags)
  return `sonde: ${problem}${problem.endsWith("?") ? "" : ";"} see "${path.join(" ")} --help"\n`
}

const visible = (text: string): string => stripVTControlCharacters(text)

/** Where the rows below the first begin: under the description of a flag, as far as that leaves room. */
const hangingOf = (line: string, width: number): number => {
  const margin = /^ */.exec(line)?.[0].length ?? 0
  const column = /^ *\S.*?\S {2,}(?=\S)/.exec(line)?.[0].length ?? margin
  return column <= width - 30 ? column : margin + 4
}

/** A line in rows of at most `width` columns; words longer than that stay whole. */
const rows = (line: string, width: number): ReadonlyArray<string> => {
  if (visible(line).length <= width) return [line]
  const hanging = hangingOf(visible(line), width)
  const out: Array<string> = []
  let row = ""
  for (const part of line.split(/(?<=\S)(?= )/)) {
    if (row === "") row = part
    else if (visible(row + part).length <= width) row += part
    else {
      out.push(row)
      row = " ".repeat(hanging) + part.trimStart()
    }
  }
  return [...out, row]
}

/** A help text in at most `width` columns. Commands of the examples stay on one line: they are there to be copied. */
export const wrapped = (text: string, width: number): string => {
  let examples = false
  return text.split("\n").flatMap((line) => {
    const plain = visible(line)
    if (/^[A-Z]/.test(plain)) examples = plain.startsWith("EXAMPLES")
    return examples && !plain.trimStart().startsWith("#") ? [line] : rows(line, width)
  }).join("\n")
}
