/** `sonde token forget`. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { usage } from "../../Failure.ts"
import * as Files from "../../Files.ts"
import { Screen } from "../../Screen.ts"
import * as TokenCache from "../../TokenCache.ts"

/** What `sonde token forget` was given. */
export interface Input {
  readonly mailbox: Option.Option<string>
  readonly state: string | undefined
  readonly tokenCacheKey: string | undefined
}

/** Removes the tokens of a mailbox, which needs the key, or all of them, which does not. */
export const run = Effect.fnUntraced(function*({ mailbox, state, tokenCacheKey }: Input) {
  const screen = yield* Screen
  const folder = Files.stateFolder(state, screen.env)
  const whose = Option.getOrUndefined(mailbox)
  if (whose !== undefined && tokenCacheKey === undefined) {
    return yield* usage(
      "whose a token is stands in it, encrypted",
      "add --token-cache-key, or leave the mailbox out to remove all tokens"
    )
  }
  const count = whose === undefined || tokenCacheKey === undefined
    ? yield* TokenCache.forgetAll(folder)
    : yield* (yield* TokenCache.open(tokenCacheKey, folder)).forget(whose)
  yield* screen.err(`sonde: ${count === 1 ? "1 token" : `${count} tokens`} removed\n`)
})
