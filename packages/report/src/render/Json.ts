/**
 * Reports as JSON documents, through the schema of `domain`.
 *
 * @since 0.1.0
 */
import { once } from "@sonde/domain/Once"
import { Report } from "@sonde/domain/Report"
import * as Schema from "effect/Schema"

// Built when first used, and once: building a codec costs several times as much as using it.
const encodeReport = once(() => Schema.encodeSync(Schema.toCodecJson(Report)))
const decodeReport = once(() => Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.toCodecJson(Report))))

/**
 * A report as plain JSON data.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toJson = (report: Report): Schema.Json => encodeReport()(report)

/**
 * A report as one document: indented by two, or in one line; ends in a line end.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encode = (report: Report, options: { readonly indent?: boolean } = {}): string =>
  `${JSON.stringify(encodeReport()(report), null, options.indent === false ? undefined : 2)}\n`

/**
 * Reads a report back; fails where the text is no `sonde.report/1`.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode = (text: string) => decodeReport()(text)
