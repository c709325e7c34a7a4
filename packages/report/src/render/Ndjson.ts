/**
 * Reports and events as NDJSON: one document a line, in the order in which they came.
 *
 * @since 0.1.0
 */
import { Event } from "@sonde/domain/Event"
import { once } from "@sonde/domain/Once"
import type { Report } from "@sonde/domain/Report"
import * as Schema from "effect/Schema"
import * as Json from "./Json.ts"

const encodeEvent = once(() => Schema.encodeSync(Schema.fromJsonString(Schema.toCodecJson(Event))))

/** Typed errors and reports are all that is not plain data already; most events have neither, and cost a fifth without schemas. */
const isPlain = (it: Event): boolean =>
  it.type !== "run.end" && (it.type !== "phase.end" || it.phase.error === undefined)

/**
 * An event as one line, with its line end.
 *
 * @category encoding
 * @since 0.1.0
 */
export const event = (it: Event): string => `${isPlain(it) ? JSON.stringify(it) : encodeEvent()(it)}\n`

/**
 * A report as one line, with its line end.
 *
 * @category encoding
 * @since 0.1.0
 */
export const report = (it: Report): string => Json.encode(it, { indent: false })
