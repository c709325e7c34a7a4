/**
 * The page of each cause: what it means, how to tell it from its neighbours, what to do when no provider is known.
 *
 * The texts are data, `causes/*.yaml`; `scripts/generate.ts` writes them to one JSON module, which is loaded when a page
 * is asked for.
 *
 * @since 0.1.0
 */
import { Cause, isCause, meanings } from "@sonde/domain/Cause"
import { Actor } from "@sonde/domain/Verdict"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * A cause that is taken for this one, and by what the two are told apart.
 *
 * @category models
 * @since 0.1.0
 */
export const Neighbour = Schema.Struct({
  cause: Cause,
  tell: Schema.NonEmptyString
}).annotate({ identifier: "Neighbour" })
/** @category models @since 0.1.0 */
export interface Neighbour extends Schema.Schema.Type<typeof Neighbour> {}

/**
 * The texts of a page. `todo` holds at any provider: who must act, what to look at first, what to change then.
 * `sources` are sections of RFCs (`RFC 4954 section 6`).
 *
 * @category models
 * @since 0.1.0
 */
export const Page = Schema.Struct({
  means: Schema.NonEmptyString,
  neighbours: Schema.NonEmptyArray(Neighbour),
  todo: Schema.Struct({
    actor: Actor,
    look: Schema.NonEmptyString,
    change: Schema.NonEmptyString
  }),
  sources: Schema.optionalKey(Schema.NonEmptyArray(
    Schema.String.check(
      Schema.isPattern(/^RFC [0-9]+ section [0-9]+(\.[0-9]+)*$/u, {
        message: "Expected a section such as RFC 4954 section 6"
      })
    )
  ))
}).annotate({ identifier: "Page" })
/** @category models @since 0.1.0 */
export interface Page extends Schema.Schema.Type<typeof Page> {}

/**
 * A page with the cause it is of and its meaning in one line.
 *
 * @category models
 * @since 0.1.0
 */
export interface CausePage extends Page {
  readonly id: Cause
  readonly meaning: string
}

/** JSON as the compiler reads it has wider types than what was written. */
const trusted = <A>(value: unknown): A => value as A

/**
 * The texts of all causes. They were decoded when they were written, so they are not decoded again.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pages: Effect.Effect<Readonly<Record<Cause, Page>>> = Effect.promise(() =>
  import("./pages/causes.json", { with: { type: "json" } }).then((module) => trusted(module.default))
)

/**
 * The page of a cause.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (id: Cause): Effect.Effect<CausePage> =>
  Effect.map(pages, (all) => ({ id, meaning: meanings[id], ...all[id] }))

/**
 * The page of the cause with this id; undefined where there is none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const find = (id: string): Effect.Effect<CausePage | undefined> => isCause(id) ? of(id) : Effect.undefined
