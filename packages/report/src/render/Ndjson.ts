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

/**
 * An event as one line, with its line end.
 *
 * @category encoding
 * @since 0.1.0
 */
export const event = (it: Event): string => `${encodeEvent()(it)}\n`

/**
 * A report as one line, with its line end.
 *
 * @category encoding
 * @since 0.1.0
 */
export const report = (it: Report): string => Json.encode(it, { indent: false })
