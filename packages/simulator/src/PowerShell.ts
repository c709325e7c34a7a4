/**
 * Reads PowerShell as far as an administrator's one-liners go: commands, parameters, quotes, pipes, line continuation.
 *
 * No variables but `$true`, `$false` and `$null`, no expressions, no loops: what is not understood is refused with the
 * words PowerShell uses, never guessed.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * What PowerShell or a cmdlet says when it will not do something. `text` is the message without position.
 *
 * @category errors
 * @since 0.1.0
 */
export class CmdletError extends Data.TaggedError("CmdletError")<{ readonly text: string }> {
  override get message(): string {
    return this.text
  }
}

/** A value: text, one of the three constants, a list, or text in `$(...)`, `(...)`, `{...}` or `@{...}` as it stands. */
export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "list"; readonly items: ReadonlyArray<Value> }
  | { readonly kind: "expression"; readonly open: "(" | "{" | "@"; readonly text: string }

/** An argument in the order of the line: a parameter, with the value its colon gives, or a value. */
export type Argument =
  | { readonly kind: "parameter"; readonly name: string; readonly value: Value | undefined }
  | { readonly kind: "value"; readonly value: Value }

/** A command with its arguments. */
export interface Command {
  readonly name: string
  readonly arguments: ReadonlyArray<Argument>
}

/** Commands joined by pipes. */
export type Pipeline = ReadonlyArray<Command>

/** Longest script in characters. */
export const maxScriptLength = 64 * 1024

const fail = (text: string): never => {
  throw new CmdletError({ text })
}

const isSpace = (char: string): boolean => char === " " || char === "\t" || char === "\u00a0" || char === "\r"
const isDash = (char: string): boolean => char === "-" || char === "\u2013" || char === "\u2014"
const singles = "'\u2018\u2019"
const doubles = "\"\u201c\u201d"
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0" }
const closers: Readonly<Record<string, string>> = { "(": ")", "{": "}" }

class Reader {
  at = 0
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  peek(ahead = 0): string {
    return this.source[this.at + ahead] ?? ""
  }

  /** Skips blanks, comments and backtick line ends; `lines` skips line ends and semicolons too. */
  skip(lines: boolean): void {
    for (;;) {
      const char = this.peek()
      if (isSpace(char) && char !== "") this.at++
      else if (char === "`" && (this.peek(1) === "\n" || (this.peek(1) === "\r" && this.peek(2) === "\n"))) {
        this.at += this.peek(1) === "\n" ? 2 : 3
      } else if (char === "#") {
        while (this.peek() !== "" && this.peek() !== "\n") this.at++
      } else if (lines && (char === "\n" || char === ";")) this.at++
      else return
    }
  }

  quoted(): string {
    const single = singles.includes(this.peek())
    const quotes = single ? singles : doubles
    this.at++
    let text = ""
    for (;;) {
      const char = this.peek()
      if (char === "") return fail(`The string is missing the terminator: ${single ? "'" : "\""}.`)
      this.at++
      if (quotes.includes(char)) {
        if (this.peek() === "" || !quotes.includes(this.peek())) return text
        text += this.peek()
        this.at++
      } else if (!single && char === "`") {
        text += escapes[this.peek()] ?? this.peek()
        this.at++
      } else if (!single && char === "$" && /[\w({]/.test(this.peek())) {
        return fail("Variables and expressions in strings are not available in this session.")
      } else text += char
    }
  }

  /** Text up to the bracket that closes the one here, quotes respected; brackets left out. */
  balanced(): string {
    const stack: Array<string> = []
    const begin = this.at + 1
    for (;;) {
      const char = this.peek()
      if (char === "") return fail(`Missing closing '${stack.at(-1) ?? ")"}' in expression.`)
      if (singles.includes(char) || doubles.includes(char)) {
        this.quoted()
        continue
      }
      this.at++
      const closer = closers[char]
      if (closer !== undefined) stack.push(closer)
      else if (char === stack.at(-1)) {
        stack.pop()
        if (stack.length === 0) return this.source.slice(begin, this.at - 1)
      }
    }
  }

  bare(): string {
    let text = ""
    for (;;) {
      const char = this.peek()
      if (
        char === "" || isSpace(char) || "\n;|,(){}'\"".includes(char) || singles.includes(char) ||
        doubles.includes(char)
      ) {
        return text
      }
      if (char === "<" || char === ">") {
        return fail(
          char === "<"
            ? "The '<' operator is reserved for future use."
            : "Redirection is not available in this session."
        )
      }
      if (char === "&") fail("The ampersand (&) character is not allowed. Wrap an ampersand in double quotation marks.")
      if (char === "`") {
        if (this.peek(1) === "\n" || this.peek(1) === "\r") return text
        this.at++
        text += escapes[this.peek()] ?? this.peek()
      } else text += char
      this.at++
    }
  }

  single(): Value {
    const char = this.peek()
    if (char === "") return fail("Missing an argument.")
    if (singles.includes(char) || doubles.includes(char)) return { kind: "text", text: this.quoted() }
    if (char === "(" || char === "{") return { kind: "expression", open: char, text: this.balanced() }
    if (char === "@" && (this.peek(1) === "{" || this.peek(1) === "(")) {
      this.at++
      return { kind: "expression", open: "@", text: this.balanced() }
    }
    if (char === "$") {
      if (this.peek(1) === "(") {
        this.at++
        return { kind: "expression", open: "(", text: this.balanced() }
      }
      const name = this.bare()
      switch (name.toLowerCase()) {
        case "$true":
          return { kind: "boolean", value: true }
        case "$false":
          return { kind: "boolean", value: false }
        case "$null":
          return { kind: "null" }
        default:
          return fail(`The variable '${name}' cannot be retrieved because it has not been set.`)
      }
    }
    const text = this.bare()
    return text === "" ? fail(`Unexpected token '${char}' in expression or statement.`) : { kind: "text", text }
  }

  value(): Value {
    const items = [this.single()]
    for (;;) {
      const mark = this.at
      this.skip(false)
      if (this.peek() !== ",") {
        this.at = mark
        return items.length === 1 && items[0] !== undefined ? items[0] : { kind: "list", items }
      }
      this.at++
      this.skip(true)
      items.push(this.single())
    }
  }

  command(): Command {
    const name = this.bare()
    if (name === "") fail(`Unexpected token '${this.peek()}' in expression or statement.`)
    const args: Array<Argument> = []
    for (;;) {
      this.skip(false)
      const char = this.peek()
      if (char === "" || char === "\n" || char === ";" || char === "|") return { name, arguments: args }
      if (isDash(char) && /[A-Za-z?]/.test(this.peek(1))) {
        this.at++
        const found = /^[\w?]+/.exec(this.source.slice(this.at))?.[0] ?? ""
        this.at += found.length
        if (this.peek() === ":") {
          this.at++
          this.skip(false)
          args.push({ kind: "parameter", name: found, value: this.value() })
        } else args.push({ kind: "parameter", name: found, value: undefined })
      } else args.push({ kind: "value", value: this.value() })
    }
  }
}

/**
 * Reads a script into its pipelines, in order. Throws `CmdletError` for what PowerShell could not read.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromScript = (script: string): ReadonlyArray<Pipeline> => {
  if (script.length > maxScriptLength) fail(`A script has at most ${maxScriptLength} characters.`)
  const reader = new Reader(script)
  const pipelines: Array<Pipeline> = []
  for (;;) {
    reader.skip(true)
    if (reader.peek() === "") return pipelines
    const commands = [reader.command()]
    while (reader.peek() === "|") {
      reader.at++
      reader.skip(true)
      if (reader.peek() === "" || reader.peek() === "|") fail("An empty pipe element is not allowed.")
      commands.push(reader.command())
    }
    pipelines.push(commands)
  }
}
