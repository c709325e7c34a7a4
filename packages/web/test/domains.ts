/**
 * Reports of a domain and of the TLS of a port, and the sources of settings, as the command gave them for servers that were played;
 * times are rounded, a few findings and sources are left out, and one source does not answer.
 */
import { Discovery } from "@sonde/domain/Discovery"
import { Report } from "@sonde/domain/Report"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

const read = Schema.decodeUnknownSync(
  Schema.toCodecJson(Schema.Struct({ posture: Report, survey: Report, discovery: Discovery }))
)

/**
 * - `posture`: a domain that publishes much, and not all of it well
 * - `survey`: a port whose certificate has run out, with a key that is too weak, and old versions of TLS
 * - `discovery`: two sources that contradict each other
 */
export const { discovery, posture, survey } = read(
  JSON.parse(readFileSync(new URL("domains.json", import.meta.url), "utf8"))
)
