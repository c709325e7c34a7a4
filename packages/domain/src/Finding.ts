/**
 * The published list of findings: judgements that are no failure of a phase.
 *
 * The list is `findings.ts`. An id is never renamed or removed; adding one is a commit.
 *
 * @since 0.1.0
 */
import { findings as table } from "./findings.ts"

/** @category models @since 0.1.0 */
export type FindingId = keyof typeof table

/**
 * Each finding with its meaning in one line.
 *
 * @category data
 * @since 0.1.0
 */
export const meanings: Readonly<Record<FindingId, string>> = table

/**
 * Whether a string is a finding of the list.
 *
 * @category guards
 * @since 0.1.0
 */
export const isFinding = (text: string): text is FindingId => Object.hasOwn(table, text)
