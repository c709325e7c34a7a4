/**
 * Tells a resolver that answers nothing from sources that have nothing to say.
 *
 * Every source of settings waits for the same resolver; where that is dead, one sentence says it in the time of one question, and
 * not each source in its own.
 *
 * @since 0.1.0
 */
import type { LookupFailed, LookupOptions } from "@sonde/net/Resolver"
import { Resolver } from "@sonde/net/Resolver"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * The longest wait for one answer, in milliseconds: what resolv.conf(5) has for one turn, and so what programs wait for.
 *
 * @category constants
 * @since 0.1.0
 */
export const resolverMillis = 5000

const sentences: Readonly<Partial<Record<LookupFailed["reason"], string>>> = {
  Timeout: "does not answer",
  Unreachable: "cannot be reached: nobody answers at its address",
  Untrusted: "could not prove who it is: its certificate does not hold, or it speaks no TLS"
}

/**
 * The one sentence about a resolver; `server` is the one that was chosen, if any.
 *
 * @category formatting
 * @since 0.1.0
 */
export const sentence = (reason: LookupFailed["reason"], server: string | undefined): string =>
  `${server === undefined ? "The resolver of this system" : `The resolver ${server} (--dns)`} ${
    sentences[reason] ?? "fails"
  }, so no source could be asked`

const isFromHosts = (answer: unknown): boolean =>
  typeof answer === "object" && answer !== null && "source" in answer && answer.source === "hosts"

/**
 * Runs something with the resolver watched: gives up with the failure of a question once one had no answer at all and none before it
 * had any. A response code is an answer.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unlessDead = Effect.fnUntraced(function*<A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.fn.Return<A | LookupFailed, E, R | Resolver> {
  const resolver = yield* Resolver
  const dead = yield* Deferred.make<LookupFailed>()
  let isAlive = false
  const watched = <B>(question: Effect.Effect<B, LookupFailed>): Effect.Effect<B, LookupFailed> =>
    question.pipe(
      Effect.tap((answer) =>
        Effect.sync(() => {
          // The table of hosts says nothing about the resolver.
          if (!isFromHosts(answer)) isAlive = true
        })
      ),
      Effect.tapError((failure) => {
        if (sentences[failure.reason] === undefined) isAlive = true
        return isAlive ? Effect.void : Deferred.succeed(dead, failure)
      })
    )
  const within = (options: LookupOptions): LookupOptions => ({
    ...options,
    timeoutMillis: Math.min(options.timeoutMillis, resolverMillis)
  })
  const watching = Resolver.of({
    addresses: (name, options) => watched(resolver.addresses(name, within(options))),
    mx: (name, options) => watched(resolver.mx(name, within(options))),
    query: (name, type, options) => watched(resolver.query(name, type, within(options)))
  })
  const outcome = yield* Effect.raceFirst(
    Effect.map(Effect.provideService(effect, Resolver, watching), Option.some),
    Effect.as(Deferred.await(dead), Option.none<A>())
  )
  return Option.isSome(outcome) ? outcome.value : yield* Deferred.await(dead)
})
