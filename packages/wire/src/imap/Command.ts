/**
 * Commands of an IMAP client (RFC 9051 section 6) as lines without CRLF.
 *
 * A string goes quoted where it is ASCII and as a literal where it is not (RFC 9051 section 4.3). A literal is synchronising: the
 * server is asked for its `+` before each following line, which every server understands; LITERAL+ (RFC 7888 section 4) and
 * LITERAL- save the wait and are not used.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Limits from "../Limits.ts"
import { isQuotable, quoted } from "./Value.ts"

/**
 * A piece of a line: clear text, or a secret with what a record keeps in its place.
 *
 * @category models
 * @since 0.1.0
 */
export type Part = string | { readonly secret: Redacted.Redacted<string>; readonly mask: string }

/**
 * An argument: a word as it stands, or a string, whose content is secret where it has a mask.
 *
 * @category models
 * @since 0.1.0
 */
export type Argument =
  | { readonly word: string }
  | { readonly string: string }
  | { readonly string: Redacted.Redacted<string>; readonly mask: string }

/**
 * A command that cannot be written. `argument` counts from 0; its content is not repeated, for it may be secret.
 *
 * @category errors
 * @since 0.1.0
 */
export class CommandError extends Data.TaggedError("CommandError")<{
  readonly argument: number
  readonly problem: "control-character" | "too-long" | "not-a-word"
}> {
  override get message(): string {
    return `argument ${this.argument} of an IMAP command is impossible (${this.problem})`
  }
}

const encoder = new TextEncoder()

const said = (argument: Extract<Argument, { readonly string: unknown }>): string =>
  typeof argument.string === "string" ? argument.string : Redacted.value(argument.string)

/**
 * The lines of a command. All but the last end with the announcement of a literal: the next follows when the server has said `+`.
 * Neither a quoted string nor a literal can carry NUL, and a line end would end the line of whoever writes lines; both are refused.
 *
 * @category encoding
 * @since 0.1.0
 */
export const lines = (
  tag: string,
  name: string,
  args: ReadonlyArray<Argument> = []
): Result.Result<ReadonlyArray<ReadonlyArray<Part>>, CommandError> => {
  const done: Array<Array<Part>> = [[`${tag} ${name}`]]
  for (const [argument, value] of args.entries()) {
    const line = done[done.length - 1]!
    if ("word" in value) {
      if (!/^[^\u0000-\u001f\u007f-\uffff]+$/.test(value.word)) {
        return Result.fail(new CommandError({ argument, problem: "not-a-word" }))
      }
      line.push(` ${value.word}`)
      continue
    }
    const text = said(value)
    const mask = "mask" in value ? value.mask : undefined
    const part = (piece: string, shown: string): Part =>
      mask === undefined ? piece : { secret: Redacted.make(piece), mask: shown }
    if (/[\u0000\r\n]/.test(text)) return Result.fail(new CommandError({ argument, problem: "control-character" }))
    const { length } = encoder.encode(text)
    if (length > Limits.maxAuthLineOctets) return Result.fail(new CommandError({ argument, problem: "too-long" }))
    if (isQuotable(text)) {
      line.push(" ", part(quoted(text), `"${mask ?? ""}"`))
    } else {
      // How long a secret is, is nobody's business either.
      line.push(" ", part(`{${length}}`, "{…}"))
      done.push([part(text, mask ?? "")])
    }
  }
  return Result.succeed(done)
}
