/** A screen that keeps what was written, and a command line run against it. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { run } from "@sonde/cli/Main"
import { Screen } from "@sonde/cli/Screen"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What a command line left behind. */
export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A screen that is no terminal. */
export const screen = (env: Readonly<Record<string, string | undefined>> = {}) => {
  const written = { out: "", err: "" }
  const layer = Layer.succeed(
    Screen,
    Screen.of({
      env,
      stdin: { isTerminal: true },
      stdout: { isTerminal: false },
      stderr: { isTerminal: false },
      out: (text) => Effect.sync(() => void (written.out += text)),
      err: (text) => Effect.sync(() => void (written.err += text)),
      gone: () => false,
      broken: () => undefined,
      signalsExit: () => Effect.void
    })
  )
  return { written, layer }
}

/** Runs a command line. */
export const sonde = (
  argv: ReadonlyArray<string>,
  env: Readonly<Record<string, string | undefined>> = {}
): Effect.Effect<Outcome> =>
  Effect.suspend(() => {
    const { layer, written } = screen(env)
    return run(argv).pipe(
      Effect.provide(Layer.merge(layer, NodeServices.layer)),
      Effect.map((code) => ({ code, ...written }))
    )
  })
