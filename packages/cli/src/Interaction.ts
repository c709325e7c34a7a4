/**
 * What a run that obtains a token may ask of the person at the keyboard: to go to a page, with a code or with a browser.
 */
import { Visitor } from "@sonde/phases/Browser"
import { Prompter } from "@sonde/phases/Token"
import { TokenCache } from "@sonde/phases/TokenCache"
import * as Effect from "effect/Effect"
import * as Browser from "./Browser.ts"
import * as DevicePrompt from "./DevicePrompt.ts"
import { usage } from "./Failure.ts"

/** How a browser is gone to, and with which key tokens are kept where. */
export interface Ways {
  readonly grant: string | undefined
  readonly redirectUri: string | undefined
  readonly opens: boolean
  readonly cacheKey: string | undefined
  readonly state: string
}

/** The cache, where a key was given. */
const cacheOf = Effect.fnUntraced(function*({ cacheKey, grant, state }: Ways) {
  if (cacheKey === undefined) return undefined
  if (grant === undefined) {
    return yield* usage(
      "--token-cache-key was given and no token is to be obtained",
      "leave it out, or add --token device-code, for instance"
    )
  }
  const { open } = yield* Effect.promise(() => import("./TokenCache.ts"))
  return yield* open(cacheKey, state)
})

/**
 * Provides a program with a person and a cache. A browser's way back is listened for only where it is to come, and only so long.
 */
export const provide = <A, E, R>(program: Effect.Effect<A, E, R>, ways: Ways) =>
  Effect.gen(function*() {
    const { grant, opens, redirectUri } = ways
    const cache = yield* cacheOf(ways)
    const browser = grant === "authorization-code" ? yield* Browser.make({ redirectUri, opens }) : undefined
    return yield* program.pipe(
      Effect.provideService(Prompter, yield* DevicePrompt.make),
      Effect.provideService(Visitor, browser),
      Effect.provideService(TokenCache, cache)
    )
  }).pipe(Effect.scoped)
