/**
 * Documents to JSON and back, by their schemas.
 *
 * The page has a module of its own in the place of this one: to it they come as JSON, and stay so.
 */
import { Event } from "@sonde/domain/Event"
import { Explanation } from "@sonde/domain/Explanation"
import { once } from "@sonde/domain/Once"
import { Report } from "@sonde/domain/Report"
import * as Schema from "effect/Schema"

export const encodeReport = once(() => Schema.encodeSync(Schema.toCodecJson(Report)))
export const decodeReport = once(() => Schema.decodeUnknownSync(Schema.toCodecJson(Report)))
export const encodeExplanation = once(() => Schema.encodeSync(Schema.toCodecJson(Explanation)))
export const encodeEvent = once(() => Schema.encodeSync(Schema.toCodecJson(Event)))
export const decodeEvent = once(() => Schema.decodeUnknownSync(Schema.toCodecJson(Event)))
export const decodeExplanation = once(() => Schema.decodeUnknownSync(Schema.toCodecJson(Explanation)))
