/**
 * The phases of a domain's posture, one for each kind of record: `specs/mx.md`, `specs/spf.md`, `specs/dkim.md`, `specs/dmarc.md`,
 * `specs/mta-sts.md`, `specs/tls-rpt.md`, `specs/dane.md`, `specs/bimi.md`, `specs/bulk.md`.
 *
 * They establish facts and fail never: a question that is not answered is one of the facts. What the facts are worth is for `judges`.
 *
 * @since 0.1.0
 */
import * as Facts from "@sonde/domain/PostureFacts"
import type { Dialer } from "@sonde/net/Dialer"
import type { Http } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import * as Bimi from "@sonde/policy/bimi/Check"
import { judge as judgeBimi } from "@sonde/policy/bimi/Judge"
import * as Bulk from "@sonde/policy/bulk/Check"
import { judge as judgeBulk } from "@sonde/policy/bulk/Judge"
import * as Dane from "@sonde/policy/dane/Check"
import { demands as demandsOfDane, judge as judgeDane } from "@sonde/policy/dane/Judge"
import * as Dkim from "@sonde/policy/dkim/Check"
import { judge as judgeDkim } from "@sonde/policy/dkim/Judge"
import * as Dmarc from "@sonde/policy/dmarc/Check"
import { judge as judgeDmarc } from "@sonde/policy/dmarc/Judge"
import type { Subject } from "@sonde/policy/Findings"
import * as MtaSts from "@sonde/policy/mta-sts/Check"
import { demands as demandsOfMtaSts, judge as judgeMtaSts } from "@sonde/policy/mta-sts/Judge"
import * as Mx from "@sonde/policy/mx/Check"
import { judge as judgeMx, judgeExchangers } from "@sonde/policy/mx/Judge"
import type { Reach } from "@sonde/policy/Reach"
import { judge as judgeSpf } from "@sonde/policy/spf/Judge"
import * as Spf from "@sonde/policy/spf/Survey"
import * as TlsRpt from "@sonde/policy/tls-rpt/Check"
import { judge as judgeTlsRpt } from "@sonde/policy/tls-rpt/Judge"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { remaining } from "./Conversation.ts"
import * as Phase from "./Phase.ts"

export type { Receiver } from "@sonde/policy/bulk/Check"
export type { Selector } from "@sonde/policy/dkim/Check"
export type { Subject }

/**
 * Whose posture, and how its servers are reached. `sender` is the address that would send, as whom, and what it says in EHLO.
 *
 * @category models
 * @since 0.1.0
 */
export interface PostureInput {
  readonly domain: string
  readonly way: Omit<Reach, "timeoutMillis">
  readonly sender?: { readonly address: string; readonly from: string; readonly helo: string } | undefined
}

/** @category models @since 0.1.0 */
export interface DkimInput extends PostureInput {
  readonly selectors: ReadonlyArray<Dkim.Selector>
}

/** @category models @since 0.1.0 */
export interface DmarcInput extends PostureInput {
  /** The domain of MAIL FROM, where it is to be compared. */
  readonly spfDomain: string | undefined
}

/** @category models @since 0.1.0 */
export interface DaneInput extends PostureInput {
  readonly mx: Facts.MxFacts
}

/** @category models @since 0.1.0 */
export interface BimiInput extends PostureInput {
  readonly dmarc: Facts.DmarcFacts
}

/** @category models @since 0.1.0 */
export interface BulkInput {
  readonly domain: string
  readonly receivers: ReadonlyArray<Bulk.Receiver>
  readonly mx: Facts.MxFacts
  readonly spf: Facts.SpfFacts
  readonly dkim: Facts.DkimFacts
  readonly dmarc: Facts.DmarcFacts
}

/** Records are asked for again after five minutes, the usual order of a TTL. */
const freshMillis = 300_000
const resume = { rule: "restore", freshMillis } as const

/**
 * The phases as the pipeline knows them.
 *
 * @category models
 * @since 0.1.0
 */
export const definitions = {
  mx: Phase.define({ id: "mx", version: 1, resume, facts: Facts.MxFacts }),
  spf: Phase.define({ id: "spf", version: 1, resume, facts: Facts.SpfFacts }),
  dkim: Phase.define({ id: "dkim", version: 1, resume, facts: Facts.DkimFacts }),
  dmarc: Phase.define({ id: "dmarc", version: 1, resume, facts: Facts.DmarcFacts }),
  mtaSts: Phase.define({ id: "mta-sts", version: 1, resume, facts: Facts.MtaStsFacts }),
  tlsRpt: Phase.define({ id: "tls-rpt", version: 1, resume, facts: Facts.TlsRptFacts }),
  dane: Phase.define({ id: "dane", version: 1, resume, facts: Facts.DaneFacts }),
  bimi: Phase.define({ id: "bimi", version: 1, resume, facts: Facts.BimiFacts }),
  // Made of the other facts, so that it is made again and never read back.
  bulk: Phase.define({ id: "bulk", version: 1, resume: { rule: "reacquire" }, facts: Facts.BulkFacts })
} as const

const reachOf = ({ way }: PostureInput) =>
  Effect.map(remaining("phaseMillis"), (timeoutMillis): Reach => ({ ...way, timeoutMillis }))

const optionsOf = (input: PostureInput) =>
  Effect.map(reachOf(input), ({ server, timeoutMillis }) => ({ server, timeoutMillis }))

/**
 * Where the domain's mail goes.
 *
 * @category services
 * @since 0.1.0
 */
export class MxPolicy extends Context.Service<
  MxPolicy,
  Phase.Phase<"mx", PostureInput, Facts.MxFacts, Facts.MxFacts, never>
>()("@sonde/phases/Posture/MxPolicy") {
  static readonly layer = Layer.effect(
    MxPolicy,
    Effect.gen(function*() {
      const network = yield* Effect.context<Resolver | Dialer>()
      return MxPolicy.of({
        definition: definitions.mx,
        run: (input) =>
          Effect.flatMap(reachOf(input), (reach) => Mx.survey(input.domain, reach, input.sender?.address)).pipe(
            Effect.provideContext(network)
          )
      })
    })
  )
}

/**
 * Who may send for the domain.
 *
 * @category services
 * @since 0.1.0
 */
export class SpfPolicy extends Context.Service<
  SpfPolicy,
  Phase.Phase<"spf", PostureInput, Facts.SpfFacts, Facts.SpfFacts, never>
>()("@sonde/phases/Posture/SpfPolicy") {
  static readonly layer = Layer.effect(
    SpfPolicy,
    Effect.gen(function*() {
      const network = yield* Effect.context<Resolver>()
      return SpfPolicy.of({
        definition: definitions.spf,
        run: (input) =>
          Effect.flatMap(optionsOf(input), (options) => Spf.survey(input.domain, options, input.sender)).pipe(
            Effect.provideContext(network)
          )
      })
    })
  )
}

/**
 * With which keys the domain signs.
 *
 * @category services
 * @since 0.1.0
 */
export class DkimPolicy extends Context.Service<
  DkimPolicy,
  Phase.Phase<"dkim", DkimInput, Facts.DkimFacts, Facts.DkimFacts, never>
>()("@sonde/phases/Posture/DkimPolicy") {
  static readonly layer = Layer.effect(
    DkimPolicy,
    Effect.gen(function*() {
      const network = yield* Effect.context<Resolver>()
      return DkimPolicy.of({
        definition: definitions.dkim,
        run: (input) =>
          Effect.flatMap(optionsOf(input), (options) => Dkim.survey(input.domain, input.selectors, options)).pipe(
            Effect.provideContext(network)
          )
      })
    })
  )
}

/**
 * What receivers are asked to do with mail that fails.
 *
 * @category services
 * @since 0.1.0
 */
export class DmarcPolicy extends Context.Service<
  DmarcPolicy,
  Phase.Phase<"dmarc", DmarcInput, Facts.DmarcFacts, Facts.DmarcFacts, never>
>()("@sonde/phases/Posture/DmarcPolicy") {
  static readonly layer = Layer.effect(
    DmarcPolicy,
    Effect.gen(function*() {
      const network = yield* Effect.context<Resolver>()
      return DmarcPolicy.of({
        definition: definitions.dmarc,
        run: (input) =>
          Effect.flatMap(optionsOf(input), (options) => Dmarc.survey(input.domain, options, input.spfDomain)).pipe(
            Effect.provideContext(network)
          )
      })
    })
  )
}

/**
 * How senders must encrypt.
 *
 * @category services
 * @since 0.1.0
 */
export class MtaStsPolicy extends Context.Service<
  MtaStsPolicy,
  Phase.Phase<"mta-sts", PostureInput, Facts.MtaStsFacts, Facts.MtaStsFacts, never>
>()("@sonde/phases/Posture/MtaStsPolicy") {
  static readonly layer = Layer.effect(
    MtaStsPolicy,
    Effect.gen(function*() {
      const network = yield* Effect.context<Resolver | Http>()
      return MtaStsPolicy.of({
        definition: definitions.mtaSts,
        run: (input) =>
          Effect.flatMap(reachOf(input), (reach) => MtaSts.survey(input.domain, reach)).pipe(
            Effect.provideContext(network)
          )
      })
    })
  )
}

/**
 * Where reports about TLS go.
 *
 * @category services
 * @since 0.1.0
 */
export class TlsRptPolicy extends Context.Service<
  TlsRptPolicy,
  Phase.Phase<"tls-rpt", PostureInput, Facts.TlsRptFacts, Facts.TlsRptFacts, never>
>()("@sonde/phases/Posture/TlsRptPolicy") {
  static readonly layer = Layer.effect(
    TlsRptPolicy,
    Effect.gen(function*() {
      const network = yield* Effect.context<Resolver>()
      return TlsRptPolicy.of({
        definition: definitions.tlsRpt,
        run: (input) =>
          Effect.flatMap(optionsOf(input), (options) => TlsRpt.survey(input.domain, options)).pipe(
            Effect.provideContext(network)
          )
      })
    })
  )
}

/**
 * Which certificates the exchangers must have.
 *
 * @category services
 * @since 0.1.0
 */
export class DanePolicy extends Context.Service<
  DanePolicy,
  Phase.Phase<"dane", DaneInput, Facts.DaneFacts, Facts.DaneFacts, never>
>()("@sonde/phases/Posture/DanePolicy") {
  static readonly layer = Layer.effect(
    DanePolicy,
    Effect.gen(function*() {
      const network = yield* Effect.context<Resolver>()
      return DanePolicy.of({
        definition: definitions.dane,
        run: (input) =>
          Effect.flatMap(optionsOf(input), (options) => Dane.survey(input.mx, options)).pipe(
            Effect.provideContext(network)
          )
      })
    })
  )
}

/**
 * Which logo is to be shown.
 *
 * @category services
 * @since 0.1.0
 */
export class BimiPolicy extends Context.Service<
  BimiPolicy,
  Phase.Phase<"bimi", BimiInput, Facts.BimiFacts, Facts.BimiFacts, never>
>()("@sonde/phases/Posture/BimiPolicy") {
  static readonly layer = Layer.effect(
    BimiPolicy,
    Effect.gen(function*() {
      const network = yield* Effect.context<Resolver>()
      return BimiPolicy.of({
        definition: definitions.bimi,
        run: (input) =>
          Effect.flatMap(optionsOf(input), (options) => Bimi.survey(input.domain, input.dmarc, options)).pipe(
            Effect.provideContext(network)
          )
      })
    })
  )
}

/**
 * Which rules of receivers for bulk senders are met. Asks nobody.
 *
 * @category services
 * @since 0.1.0
 */
export class BulkPolicy extends Context.Service<
  BulkPolicy,
  Phase.Phase<"bulk", BulkInput, Facts.BulkFacts, Facts.BulkFacts, never>
>()("@sonde/phases/Posture/BulkPolicy") {
  static readonly layer = Layer.succeed(BulkPolicy, {
    definition: definitions.bulk,
    run: (input) => Effect.succeed(Bulk.survey(input))
  })
}

/**
 * Findings of the facts, by phase.
 *
 * @category judging
 * @since 0.1.0
 */
export const judges = {
  mx: judgeMx,
  spf: judgeSpf,
  dkim: judgeDkim,
  dmarc: judgeDmarc,
  mtaSts: judgeMtaSts,
  tlsRpt: judgeTlsRpt,
  dane: judgeDane,
  bimi: judgeBimi,
  bulk: judgeBulk
} as const

/**
 * Findings of the facts as they concern the delivery to an exchanger: nothing of what a domain could do better.
 *
 * @category judging
 * @since 0.1.0
 */
export const delivery = { exchangers: judgeExchangers, mtaSts: demandsOfMtaSts, dane: demandsOfDane } as const

/**
 * All of them, over a resolver, a dialer and HTTP.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = Layer.mergeAll(
  MxPolicy.layer,
  SpfPolicy.layer,
  DkimPolicy.layer,
  DmarcPolicy.layer,
  MtaStsPolicy.layer,
  TlsRptPolicy.layer,
  DanePolicy.layer,
  BimiPolicy.layer,
  BulkPolicy.layer
)
