/**
 * The pages of causes as one JSON module, from the text of `causes/*.yaml`. Pure, so that a test can compare.
 */
import { all, type Cause, isCause } from "@sonde/domain/Cause"
import { Page } from "@sonde/packs/CausePages"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { parse } from "yaml"
import type { Rendered, SourceFile } from "./render.ts"

const decode = Schema.decodeUnknownResult(Schema.Record(Schema.String, Page), {
  errors: "all",
  onExcessProperty: "error"
})

/** The pages in the order of the list of causes; an error for each that is missing, unknown or there twice. */
export const renderCauses = (sources: ReadonlyArray<SourceFile>): Rendered => {
  const pages = new Map<Cause, Page>()
  const errors: Array<string> = []
  for (const { path, text } of sources) {
    let value: unknown
    try {
      value = parse(text)
    } catch (error) {
      errors.push(`${path}: not readable as YAML: ${error instanceof Error ? error.message : "too complex"}`)
      continue
    }
    const read = decode(value)
    if (Result.isFailure(read)) {
      errors.push(`${path}: ${read.failure.message}`)
      continue
    }
    for (const [id, page] of Object.entries(read.success)) {
      if (!isCause(id)) errors.push(`${path}: there is no cause "${id}"; the list is packages/domain/src/causes.ts`)
      else if (pages.has(id)) errors.push(`${path}: "${id}" has a page already; keep one`)
      else pages.set(id, page)
    }
  }
  if (errors.length === 0) {
    for (const id of all) {
      if (!pages.has(id)) errors.push(`packages/packs/causes: "${id}" has no page; add one to the file of its group`)
    }
  }
  const ordered = Object.fromEntries(all.flatMap((id) => {
    const page = pages.get(id)
    return page === undefined ? [] : [[id, page]]
  }))
  return { files: new Map([["src/pages/causes.json", `${JSON.stringify(ordered, null, 2)}\n`]]), errors }
}
