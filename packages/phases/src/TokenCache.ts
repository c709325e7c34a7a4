/**
 * Where tokens are kept between runs, if anywhere. By default nowhere.
 *
 * The store is the front end's; what is in it is as secret as a password, and the store has to keep it so.
 *
 * @since 0.1.0
 */
import type { Kept, Label } from "@sonde/domain/KeptToken"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** @category models @since 0.1.0 */
export type { Kept, Label }

/**
 * Keeps tokens. Nothing fails: what cannot be read is as if it were not there, and whoever keeps the store says why.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cache {
  readonly get: (label: Label) => Effect.Effect<Kept | undefined>
  readonly put: (label: Label, kept: Kept) => Effect.Effect<void>
  readonly drop: (label: Label) => Effect.Effect<void>
}

/**
 * The cache in force.
 *
 * @category references
 * @since 0.1.0
 */
export const TokenCache = Context.Reference<Cache | undefined>("@sonde/phases/TokenCache", {
  defaultValue: () => undefined
})

/**
 * How long before its end a token is no longer taken from the cache, in milliseconds: the sign-in that follows takes a while.
 *
 * @category limits
 * @since 0.1.0
 */
export const marginMillis = 120_000
