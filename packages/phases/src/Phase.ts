/**
 * What a phase is: one typed step with plain-data facts, an explicit error channel and a rule for resuming.
 *
 * A phase opens at most one connection, never reads the journal and never judges beyond its own step: what a
 * failure means is the knowledge's business.
 *
 * @since 0.1.0
 */
import type { PhaseId } from "@sonde/domain/Service"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

/**
 * How a phase behaves when a run is resumed.
 *
 * - `restore`: its facts are read back from the journal while they are fresh
 * - `reacquire`: it opens or changes a live connection and is done again
 * - `once`: it changes the world; an intent without a result is in doubt and is never repeated silently
 *
 * @category models
 * @since 0.1.0
 */
export type ResumeRule =
  | { readonly rule: "restore"; readonly freshMillis: number }
  | { readonly rule: "reacquire" }
  | { readonly rule: "once" }

/**
 * What the pipeline may know of a phase without running it. `version` rises when the shape of its facts changes,
 * so that older journal entries are not read back.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition<Id extends PhaseId, Out, Facts> {
  readonly id: Id
  readonly version: number
  readonly resume: ResumeRule
  readonly facts: Schema.Codec<Facts, unknown>
  /** The plain data of an output; a live session yields the facts of its connection. */
  readonly factsOf: (out: Out) => Facts
}

/**
 * A phase as a service offers it: its definition and its one method.
 *
 * @category models
 * @since 0.1.0
 */
export interface Phase<Id extends PhaseId, In, Out, Facts, E, R = never> {
  readonly definition: Definition<Id, Out, Facts>
  readonly run: (input: In) => Effect.Effect<Out, E, R>
}

/**
 * Defines a phase whose output is its facts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const define = <const Id extends PhaseId, Facts>(options: {
  readonly id: Id
  readonly version: number
  readonly resume: ResumeRule
  readonly facts: Schema.Codec<Facts, unknown>
}): Definition<Id, Facts, Facts> => ({ ...options, factsOf: (facts) => facts })
