/**
 * Reads the secret sources of a server: `env:`, `file:` and `cmd:`, as `--secret` does.
 *
 * `stdin` and `prompt` belong to whoever sits at a keyboard; a server has nobody there.
 */
import { SourceReader, SourceUnreadable } from "@sonde/http-server/SecretSources"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Screen } from "./Screen.ts"
import * as Secret from "./Secret.ts"

/** Over the environment and the files of this process. */
export const layer: Layer.Layer<SourceReader, never, Screen> = Layer.effect(
  SourceReader,
  Effect.gen(function*() {
    const screen = yield* Screen
    return SourceReader.of({
      read: Effect.fnUntraced(function*(text) {
        const source = yield* Effect.fromResult(Secret.parse("--secret", text)).pipe(
          Effect.mapError(({ problem }) => new SourceUnreadable({ problem }))
        )
        if (source.kind === "stdin" || source.kind === "prompt") {
          return yield* new SourceUnreadable({ problem: `a server cannot read ${source.kind}` })
        }
        return yield* Secret.read("--secret", source, "").pipe(
          Effect.provideService(Screen, screen),
          Effect.mapError(({ problem }) => new SourceUnreadable({ problem }))
        )
      })
    })
  })
)
