/**
 * Bad usage in one sentence: what is wrong, what was probably meant, where help is.
 *
 * Values are repeated only where they cannot be secrets: somebody may have typed a password where none belongs.
 */
import type { NonShowHelpErrors } from "effect/cli/CliError"

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
      if (/^(?:--)?(?:secret|token)$/.test(error.option)) {
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
