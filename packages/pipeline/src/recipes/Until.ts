/**
 * How far a recipe goes.
 *
 * @since 0.1.0
 */
import type { PhaseId } from "@sonde/domain/Service"

/**
 * Whether a recipe comes to a phase, at its last occurrence unless told otherwise.
 *
 * @category models
 * @since 0.1.0
 */
export type Reaches = (phase: PhaseId, occurrence?: "first" | "last") => boolean

/**
 * Whether a recipe with these phases, which stops after `until`, comes to a phase. Where `until` does not happen at an endpoint (no
 * STARTTLS on a port that begins with TLS), the one of `stops` before it stands for it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const reaches =
  (phases: ReadonlyArray<PhaseId>, stops: ReadonlyArray<PhaseId>, until: PhaseId): Reaches =>
  (phase, occurrence = "last") => {
    const place = occurrence === "last" ? phases.lastIndexOf(phase) : phases.indexOf(phase)
    const last = stops.slice(0, stops.indexOf(until) + 1).findLast((stop) => phases.includes(stop)) ?? until
    return place <= phases.lastIndexOf(last)
  }
