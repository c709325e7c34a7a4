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

const nameOf = (option: string): string => option.split("=", 1)[0] ?? option

/** The first suggestion worth making. */
const meant = (suggestions: ReadonlyArray<string>, option?: string): string => {
  const known = option === undefined ? undefined : elsewhere[option]
  const first = known ?? suggestions[0]
  return first === undefined ? "" : `, did you mean ${first}?`
}

const plainWords = (expected: string): string => {
  const words = expected.replace(/^Expected:? /, "").replace(/, got .*$/s, "").replaceAll("\n", " ")
  return /^"[^"]*"(?: \| "[^"]*")+$/.test(words) ? words.slice(1, -1).replaceAll("\" | \"", ", ") : words
}

const sentence = (error: NonShowHelpErrors): string => {
  switch (error._tag) {
    case "UnrecognizedOption": {
      const option = nameOf(error.option)
      return `there is no flag ${option}${meant(error.suggestions, option)}`
    }
    case "MissingOption":
      return `--${error.option} is missing`
    case "MissingArgument":
      return `<${error.argument}> is missing`
    case "UnexpectedArgument":
      return `${error.arguments.length === 1 ? "an argument" : `${error.arguments.length} arguments`} too many`
    case "UnknownSubcommand":
      return `there is no command ${JSON.stringify(error.subcommand)}${meant(error.suggestions)}`
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

/** The sentence for standard error, with its line end. Of several problems the first is told. */
export const text = (path: ReadonlyArray<string>, errors: ReadonlyArray<NonShowHelpErrors>): string => {
  const first = errors.find((error) => error._tag === "UnrecognizedOption" || error._tag === "UnknownSubcommand") ??
    errors[0]
  const problem = first === undefined ? "this cannot be understood" : sentence(first)
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
