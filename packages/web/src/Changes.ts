/**
 * What differs between two runs of the same target, phase by phase.
 */
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import type { ServiceId } from "@sonde/domain/Service"
import * as Phrases from "@sonde/report/Phrases"

/** One phase in both runs; `undefined` where it did not come. `nth` counts phases of the same id from 0. */
export interface Pair {
  readonly service: ServiceId
  readonly id: PhaseReport["id"]
  readonly before: PhaseReport | undefined
  readonly after: PhaseReport | undefined
}

const keyed = (service: ServiceReport | undefined): ReadonlyMap<string, PhaseReport> => {
  const seen = new Map<string, number>()
  return new Map((service?.phases ?? []).map((phase) => {
    const nth = seen.get(phase.id) ?? 0
    seen.set(phase.id, nth + 1)
    return [`${phase.id} ${nth}`, phase] as const
  }))
}

/** All phases of both runs, those of the later run in its order, then those that only the earlier had. */
export const pairs = (before: Report, after: Report): ReadonlyArray<Pair> => {
  const ids = new Set([...after.services, ...before.services].map((service) => service.id))
  return Array.from(ids).flatMap((id) => {
    const then = keyed(before.services.find((service) => service.id === id))
    const now = keyed(after.services.find((service) => service.id === id))
    return Array.from(new Set([...now.keys(), ...then.keys()])).flatMap((key) => {
      const phase = now.get(key) ?? then.get(key)
      return phase === undefined
        ? []
        : [{ service: id, id: phase.id, before: then.get(key), after: now.get(key) }]
    })
  })
}

const became = (phase: PhaseReport | undefined): string =>
  phase === undefined || phase.state === "skip" ? "" : Phrases.became(phase.id, phase.state)

/** Whether a phase became something else. One that did not come and one that was not reached are the same. */
export const isChanged = ({ after, before }: Pair): boolean => became(before) !== became(after)

/** The moment an attempt of a run was made. */
export const madeAt = (report: Report): string => report.resumedAt ?? report.startedAt

/**
 * What changed, a sentence each: `auth: refused 12 minutes ago, accepted now`. Phases that one of the runs did not reach are left
 * out.
 */
export const sentences = (before: Report, after: Report): ReadonlyArray<string> =>
  pairs(before, after).flatMap(({ after: now, before: then }) => {
    if (then === undefined || now === undefined || then.state === "skip" || now.state === "skip") return []
    const text = Phrases.change(
      {
        ...now,
        state: now.state === "restored" ? "pass" : now.state,
        before: { state: then.state, at: madeAt(before), text: "" }
      },
      madeAt(after)
    )
    return text === undefined ? [] : [text]
  })

/** What changed within a run that was resumed, against its earlier attempt. */
export const ofResumed = (report: Report): ReadonlyArray<string> =>
  report.services.flatMap((service) =>
    service.phases.flatMap((phase) => {
      const text = Phrases.change(phase, madeAt(report))
      return text === undefined ? [] : [report.services.length > 1 ? `${Phrases.service(service.id)}, ${text}` : text]
    })
  )
