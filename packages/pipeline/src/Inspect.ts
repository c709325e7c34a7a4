/**
 * Shows a token: what stands in it, and for which services of a provider it is. Asks nobody and verifies nothing.
 *
 * @since 0.1.0
 */
import { ServiceId } from "@sonde/domain/Service"
import type { Inspection } from "@sonde/domain/TokenFacts"
import { Packs } from "@sonde/packs/Packs"
import { factsOf, judge, read } from "@sonde/phases/Claims"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Clouds from "./Clouds.ts"
import * as OAuth from "./OAuth.ts"

/**
 * What the token is compared with. Of `only` each service must take it; without, every service that the pack of `provider`
 * knows is told, and none decides. Without a provider `audience`, `scope` and `tenant` are what it must have, whatever it is for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Question {
  readonly provider: string | undefined
  readonly only: ReadonlyArray<ServiceId>
  readonly user: string | undefined
  readonly tenant: string | undefined
  readonly cloud: string | undefined
  readonly audience?: string | undefined
  readonly scope?: string | undefined
}

/**
 * What is wrong with the name of a cloud.
 *
 * @category validation
 * @since 0.1.0
 */
export const cloudProblem = Effect.fnUntraced(function*(question: Pick<Question, "cloud" | "provider">) {
  return yield* Clouds.problem(yield* Packs, question)
})

const unreadable = (format: "opaque" | "encrypted"): Inspection => ({
  schema: "sonde.token/1",
  outcome: "inconclusive",
  exitCode: 75,
  token: { format, audiences: [], doubts: [] },
  wrong: [],
  uses: []
})

/**
 * Shows a token.
 *
 * @category running
 * @since 0.1.0
 */
export const inspect = Effect.fn("Inspect.inspect")(function*(
  token: Redacted.Redacted<string>,
  question: Question
): Effect.fn.Return<Inspection, never, Packs> {
  const reading = read(token)
  if (reading.format !== "jwt") {
    return reading.format === "damaged"
      ? { ...unreadable("opaque"), outcome: "fail", exitCode: 77, wrong: [reading.wrong] }
      : unreadable(reading.format)
  }
  const { claims, jwt } = reading
  const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  const { only, provider, ...use } = question
  const pack = yield* (yield* Packs).get(provider ?? "")
  const { scope: _, ...byPack } = use
  const known = ServiceId.literals.filter((service) =>
    OAuth.wanted(pack, { ...byPack, service, host: "" }).scopes.length > 0
  )
  // Time counts for all and is judged by itself, as is what is wanted of a token of which no pack is asked.
  const stated = pack === undefined ? [OAuth.wanted(undefined, { ...use, service: "token", host: "" })] : []
  const { doubts: open, wrong: general } = judge(claims, stated, now)
  const judged = (only.length === 0 ? known : only).map((service) => {
    const { doubts, wrong } = judge(claims, [OAuth.wanted(pack, { ...use, service, host: "" })], now)
    const own = wrong.filter(({ name }) => name !== "exp" && name !== "nbf")
    return { service, fits: own.length === 0, wrong: own, doubts }
  })
  const uses = judged.map(({ doubts: _, ...use }) => use)
  const doubts = [...open, ...judged.flatMap((use) => use.doubts)].filter((one, index, all) =>
    all.findIndex(({ name }) => name === one.name) === index
  )
  const fails = general.length > 0 || only.length > 0 && uses.some(({ fits }) => !fits)
  return {
    schema: "sonde.token/1",
    outcome: fails ? "fail" : doubts.length > 0 ? "warn" : "pass",
    exitCode: fails ? 77 : 0,
    header: jwt.header,
    claims: jwt.claims,
    token: factsOf(claims, doubts),
    wrong: general,
    uses
  }
})
