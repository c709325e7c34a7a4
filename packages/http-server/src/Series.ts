/**
 * What a report says of each service, as series of Prometheus.
 *
 * Pure. A run that could not finish takes the place of the one before: what it did not reach is `skip`, what it could not
 * tell is `inconclusive`, and only the moment of the last complete run stays.
 */
import { Certificate } from "@sonde/domain/Certificate"
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import { Outcome, type PhaseId, PhaseState, type ServiceId } from "@sonde/domain/Service"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Family, Sample } from "./Exposition.ts"

/** A phase of a service as it was last seen. Seconds. */
export interface Phase {
  readonly id: PhaseId
  readonly state: PhaseState
  readonly seconds: number | undefined
}

/** A service of a target as it was last seen. Moments are in seconds since 1970. */
export interface Service {
  readonly id: ServiceId
  readonly outcome: Outcome
  readonly phases: ReadonlyArray<Phase>
  readonly tlsNotAfter: number | undefined
  readonly tokenExpires: number | undefined
  readonly lastComplete: number | undefined
}

/** The services of a target. */
export type Services = ReadonlyMap<ServiceId, Service>

const seconds = (moment: string): number | undefined => {
  const millis = Date.parse(moment)
  return Number.isNaN(millis) ? undefined : millis / 1000
}

const chainOf = Schema.decodeUnknownOption(Schema.Struct({ chain: Schema.Array(Certificate) }))
const expiryOf = Schema.decodeUnknownOption(Schema.Struct({ expiresAt: Schema.String }))

/** When the certificate of the server ends: the first of the chain, whether it was trusted or not. */
const notAfter = (phases: ReadonlyArray<PhaseReport>): number | undefined => {
  const tls = phases.find(({ id }) => id === "tls")
  const chain = Option.orElse(chainOf(tls?.facts), () => chainOf(tls?.error))
  const leaf = Option.getOrUndefined(chain)?.chain[0]
  return leaf === undefined ? undefined : seconds(leaf.notAfter)
}

/** When the token ends: the fact `expiresAt` of the phases that read tokens. */
const expires = (phases: ReadonlyArray<PhaseReport>): number | undefined => {
  for (const { facts, id } of phases) {
    if (id !== "token" && id !== "claims") continue
    const found = Option.getOrUndefined(expiryOf(facts))
    if (found !== undefined) return seconds(found.expiresAt)
  }
  return undefined
}

const phase = ({ durationMillis, id, state }: PhaseReport): Phase => ({
  id,
  state,
  seconds: durationMillis === undefined ? undefined : durationMillis / 1000
})

/** What a run that could not finish did not come to. */
const skipped = ({ id }: Phase): Phase => ({ id, state: "skip", seconds: undefined })

/** Nothing good may be said of a service whose run is not over. */
const ofOpen = (outcome: Outcome): Outcome => outcome === "fail" ? outcome : "inconclusive"

const service = (told: ServiceReport, isFinished: boolean, now: number, before: Service | undefined): Service => {
  const outcome = isFinished ? told.outcome : ofOpen(told.outcome)
  const reached = new Set(told.phases.map(({ id }) => id))
  const isComplete = isFinished && outcome !== "inconclusive"
  const missed = isComplete ? [] : (before?.phases ?? []).filter(({ id }) => !reached.has(id))
  return {
    id: told.id,
    outcome,
    phases: [...told.phases.map(phase), ...missed.map(skipped)],
    tlsNotAfter: notAfter(told.phases),
    tokenExpires: expires(told.phases),
    lastComplete: isComplete ? now : before?.lastComplete
  }
}

/** A service of which a run that could not finish said nothing. */
const untold = (before: Service): Service => ({
  id: before.id,
  outcome: "inconclusive",
  phases: before.phases.map(skipped),
  tlsNotAfter: undefined,
  tokenExpires: undefined,
  lastComplete: before.lastComplete
})

/** Every service as one of which nothing is known: after a run that left no report. */
export const lost = (before: Services): Services =>
  new Map([...before].map(([id, one]): readonly [ServiceId, Service] => [id, untold(one)]))

/**
 * The services of a target after a run, `now` in seconds since 1970. A finished run says nothing of services that it was not
 * asked for, and they stay; after one that could not finish they are `inconclusive`.
 */
export const after = (report: Report, now: number, before: Services = new Map()): Services => {
  const isFinished = report.state === "finished"
  const told = new Map(isFinished && report.services.length > 0 ? before : lost(before))
  for (const one of report.services) told.set(one.id, service(one, isFinished, now, before.get(one.id)))
  return told
}

const states = PhaseState.literals
const outcomes = Outcome.literals
const outcomeHelp = "What the last run said of a service: 1 for its outcome, 0 for the others."

const perService = (
  targets: Iterable<readonly [string, Services]>,
  samples: (service: Service, labels: { readonly target: string; readonly service: string }) => ReadonlyArray<Sample>
): ReadonlyArray<Sample> =>
  [...targets].flatMap(([target, services]) =>
    [...services.values()].flatMap((one) => samples(one, { target, service: one.id }))
  )

const moment = (value: number | undefined, labels: Readonly<Record<string, string>>): ReadonlyArray<Sample> =>
  value === undefined ? [] : [{ labels, value }]

/** The one family that is left to tell of a run without a report. */
export const unknown = (target: string, service: string): Family => ({
  name: "sonde_outcome",
  type: "gauge",
  help: outcomeHelp,
  samples: outcomes.map((outcome) => ({
    labels: { target, service, outcome },
    value: outcome === "inconclusive" ? 1 : 0
  }))
})

/** The families of what runs said of targets. */
export const families = (targets: ReadonlyArray<readonly [string, Services]>): ReadonlyArray<Family> => [
  {
    name: "sonde_outcome",
    type: "gauge",
    help: outcomeHelp,
    samples: perService(
      targets,
      ({ outcome }, labels) =>
        outcomes.map((one) => ({ labels: { ...labels, outcome: one }, value: one === outcome ? 1 : 0 }))
    )
  },
  {
    name: "sonde_phase_state",
    type: "gauge",
    help: "What became of a phase in the last run: 1 for its state, 0 for the others.",
    samples: perService(
      targets,
      ({ phases }, labels) =>
        phases.flatMap(({ id, state }) =>
          states.map((one) => ({ labels: { ...labels, phase: id, state: one }, value: one === state ? 1 : 0 }))
        )
    )
  },
  {
    name: "sonde_phase_duration_seconds",
    type: "gauge",
    help: "How long a phase took in the last run. Absent for a phase that was not run.",
    samples: perService(
      targets,
      ({ phases }, labels) => phases.flatMap((one) => moment(one.seconds, { ...labels, phase: one.id }))
    )
  },
  {
    name: "sonde_tls_not_after_seconds",
    type: "gauge",
    help: "When the certificate that the server sent ends, in seconds since 1970. Absent where the last run saw none.",
    samples: perService(targets, (one, labels) => moment(one.tlsNotAfter, labels))
  },
  {
    name: "sonde_token_expires_seconds",
    type: "gauge",
    help: "When the access token of the last run ends, in seconds since 1970. Absent where it is not known.",
    samples: perService(targets, (one, labels) => moment(one.tokenExpires, labels))
  },
  {
    name: "sonde_last_complete_seconds",
    type: "gauge",
    help: "When a run last could tell how the service is, in seconds since 1970. Runs that could not finish leave it.",
    samples: perService(targets, (one, labels) => moment(one.lastComplete, labels))
  }
]
