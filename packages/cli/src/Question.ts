/**
 * A pasted text and what is known of it: from arguments and flags to what is explained.
 */
import type { Hints } from "@sonde/domain/Explanation"
import * as Effect from "effect/Effect"
import { usage } from "./Failure.ts"
import type * as Flags from "./Flags.ts"
import { quoted } from "./Print.ts"
import { Screen, type Side } from "./Screen.ts"

/** The words of the text, and the flags beside it. */
export type Input = { readonly text: ReadonlyArray<string> } & Flags.Parsed<typeof Flags.hints>

/** Most octets that are read from standard input; more than any log excerpt somebody would paste. */
const maxOctets = 4 * 1024 * 1024

// Texts are given as words more often than they are piped, so that reading standard input loads late.
const standardInput = Effect.flatMap(
  Effect.promise(() => import("./Stdin.ts")),
  (Stdin) => Stdin.text(maxOctets)
)

/** What the flags say of the text. */
export const hints = Effect.fnUntraced(function*(input: Flags.Parsed<typeof Flags.hints>) {
  if (
    input.port !== undefined &&
    !(/^\d{1,5}$/.test(input.port) && Number(input.port) >= 1 && Number(input.port) <= 65535)
  ) {
    return yield* usage(`--port takes a number from 1 to 65535, not ${quoted(input.port)}`)
  }
  const found: Hints = {
    ...(input.protocol === undefined ? {} : { protocol: input.protocol }),
    ...(input.phase === undefined ? {} : { phase: input.phase }),
    ...(input.provider === undefined ? {} : { provider: input.provider }),
    ...(input.mechanism === undefined ? {} : { mechanism: input.mechanism }),
    ...(input.host === undefined ? {} : { host: input.host }),
    ...(input.port === undefined ? {} : { port: Number(input.port) })
  }
  return found
})

/** Whether the text is in the words; `-` and no words stand for standard input. */
export const isGiven = (words: ReadonlyArray<string>): boolean => !["", "-"].includes(words.join(" "))

/** Whether standard input is meant: by `-`, or where there are no words and it is piped. */
export const isPiped = (words: ReadonlyArray<string>, stdin: Side): boolean =>
  words.join(" ") === "-" || (words.join(" ") === "" && !stdin.isTerminal)

/** Ends with bad usage where a text is empty. */
export const check = Effect.fnUntraced(function*(text: string, command: string) {
  if (text.trim() !== "") return
  return yield* usage(
    "there is nothing to explain",
    `paste the reply, as in: ${command} "535 5.7.139 ...", or pipe it in with -`,
    command
  )
})

/** The text: the words as they were given, or standard input. */
export const text = Effect.fnUntraced(function*(words: ReadonlyArray<string>, command: string) {
  const screen = yield* Screen
  const found = isPiped(words, screen.stdin) ? yield* standardInput : words.join(" ")
  yield* check(found, command)
  return found
})
