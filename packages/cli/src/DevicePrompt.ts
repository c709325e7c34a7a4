/**
 * Tells a person what to do on another device: where to go, what to type there, how long there is time.
 */
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Screen } from "./Screen.ts"

/** What is to be done, as the phase of the token tells it. */
interface Prompt {
  readonly uri: string
  readonly code: string
  readonly expiresAtMillis: number
}

/** Writes it to standard error, in lines of their own. */
export const make = Effect.map(
  Screen,
  (screen) => (prompt: Prompt): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      screen.err(
        `\n  To sign in, open   ${Escape.line(prompt.uri)}\n`
          + `  and enter the code ${Escape.line(prompt.code)}\n`
          + `  Time left          ${Phrases.duration(Math.max(0, prompt.expiresAtMillis - now))}\n\n`
      ))
)
