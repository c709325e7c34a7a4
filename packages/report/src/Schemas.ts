/**
 * The JSON Schemas (draft 2020-12) of what Sonde writes, generated from the code.
 *
 * The files in `schemas/` are these, written by `test/screens.ts` of this package; a test holds them equal.
 *
 * @since 0.1.0
 */
import { Discovery } from "@sonde/domain/Discovery"
import { Event } from "@sonde/domain/Event"
import { Explanation } from "@sonde/domain/Explanation"
import { Report } from "@sonde/domain/Report"
import { Inspection } from "@sonde/domain/TokenFacts"
import * as Schema from "effect/Schema"

const document = (name: string, title: string, schema: Schema.Constraint): Schema.Json => {
  const generated = Schema.toJsonSchemaDocument(schema)
  return JSON.parse(JSON.stringify({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:sonde:${name}`,
    title,
    ...generated.schema,
    $defs: generated.definitions
  }))
}

/**
 * Each schema by its file name. Within a version fields are only added: readers ignore what they do not know.
 *
 * @category schemas
 * @since 0.1.0
 */
export const all = (): Readonly<Record<string, Schema.Json>> => ({
  "report.schema.json": document("report:1", "sonde.report/1", Report),
  "event.schema.json": document("event:1", "sonde.event/1", Event),
  "explanation.schema.json": document("explanation:1", "sonde.explanation/1", Explanation),
  "discovery.schema.json": document("discovery:1", "sonde.discovery/1", Discovery),
  "token.schema.json": document("token:1", "sonde.token/1", Inspection)
})

/**
 * A schema as the text of its file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const text = (schema: Schema.Json): string => `${JSON.stringify(schema, null, 2)}\n`
