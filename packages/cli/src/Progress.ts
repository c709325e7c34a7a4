/**
 * What is written to standard error while something goes on: the live line, kept up to date for as long as it does.
 */
import type { Appearance } from "@sonde/report/Appearance"
import * as Live from "@sonde/report/render/Live"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Screen } from "./Screen.ts"

/** Several a second: a limit that counts down must not stand still. */
const tickMillis = 200

/** How progress looks; `shows` is false where nobody wants to see it, `limitMillis` the time limit of a phase. */
export interface Looks {
  readonly look: Appearance
  readonly shows: boolean
  readonly limitMillis: number
}

/** Progress that begins with nothing. `step` changes what is shown; `during` keeps it up to date beside something else. */
export const make = Effect.fnUntraced(function*({ limitMillis, look, shows }: Looks) {
  const screen = yield* Screen
  const inPlace = (screen.env.CI ?? "") === "" || screen.env.CI === "false"
  // A dumb terminal cannot go back to the beginning of a line.
  let live = Live.make({ look, ci: !shows || !inPlace || screen.env.TERM === "dumb", limitMillis })
  const step = (change: (state: Live.State, now: number) => readonly [Live.State, string]) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const [next, text] = change(live, now)
      live = next
      return screen.err(text)
    })
  const ticking = live.mode === "replace"
    ? Effect.forever(Effect.andThen(Effect.sleep(tickMillis), step(Live.onTick)))
    : Effect.never
  const during = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.raceFirst(effect, ticking)
  return { step, during }
})
