/**
 * The cache of tokens in the state folder: off unless a key is given, from the environment, a file or a command, such as the one that
 * asks the keychain of the system.
 */
import * as NodeTokenCache from "@sonde/platform-node/NodeTokenCache"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { missing, usage } from "./Failure.ts"
import { note, Screen } from "./Screen.ts"
import * as Secret from "./Secret.ts"

const option = "--token-cache-key"

/** Where tokens are kept. */
export const folderOf = (state: string): string => join(state, "token-cache")

const failure = ({ problem, remedy }: NodeTokenCache.CacheUnusable) => missing(`${option}: ${problem}`, remedy)

/** Opens the cache with the key of a source. Fails before anything is dialled where key or folder cannot be used. */
export const open = Effect.fnUntraced(function*(source: string, state: string) {
  const screen = yield* Screen
  const parsed = yield* Effect.fromResult(Secret.parse(option, source))
  if (parsed.kind === "stdin" || parsed.kind === "prompt") {
    return yield* usage(`${option} does not take ${parsed.kind}`, "write env:NAME, file:PATH or cmd:COMMAND")
  }
  const secret = yield* Secret.read(option, parsed, "")
  return yield* Effect.mapError(
    NodeTokenCache.make({
      folder: folderOf(state),
      secret,
      warn: (text) => Effect.provideService(note(text), Screen, screen)
    }),
    failure
  )
})

/** Removes all tokens, whatever their key; tells how many there were. */
export const forgetAll = (state: string) => Effect.mapError(NodeTokenCache.forgetAll(folderOf(state)), failure)
