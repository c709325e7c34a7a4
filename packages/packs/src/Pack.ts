/**
 * The form of a pack: one provider's, server software's or the generic knowledge, as data.
 *
 * One Schema is the only definition: user packs, built-in packs, `sonde packs lint`, the JSON Schema for editors and
 * the types all come from it. Unknown keys are errors. The parts are in `schema/`; how rules match is in `Match.ts`.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { advise, valueAt } from "./internal/advise.ts"
import { definitions } from "./internal/hover.ts"
import {
  Advice,
  Blocklist,
  Decision,
  Limit,
  NotOffered,
  PackEndpoint,
  Receiving,
  Recognise,
  Sending,
  SignIn,
  Source,
  Success
} from "./schema/Provider.ts"
import { PreflightRule, Rule } from "./schema/Rule.ts"
import { field, Id, IsoDate, optional } from "./schema/Scalar.ts"

/** @category models @since 0.1.0 */
export type { Blocklist }

/**
 * A pack. `provider` packs are chosen by recognition, `software` packs by banner, the `generic` pack is always last.
 *
 * @category models
 * @since 0.1.0
 */
export const Pack = Schema.Struct({
  id: field("Lower-case word that names the pack; the same id replaces a built-in pack", Id),
  name: field("Name as people know it", Schema.NonEmptyString),
  kind: field(
    "provider: who runs mailboxes; software: a mail server; generic: any",
    Schema.Literals(["provider", "software", "generic"])
  ),
  version: field(
    "Year, month and number: 2026.11.1",
    Schema.String.check(
      Schema.isPattern(/^[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,4}$/u, { message: "Expected a version such as 2026.11.1" })
    )
  ),
  aliases: optional("Other words by which --provider finds it", Schema.Array(Schema.NonEmptyString)),
  reviewBy: field("The day by which somebody must have read the sources again", IsoDate),
  sources: optional(
    "Where it is known from: a short key for each page, used by rules",
    Schema.Record(Schema.String, Source)
  ),
  recognise: optional(
    "Signs by which it is recognised; weights of different kinds of signs add up, 50 is enough",
    Recognise
  ),
  endpoints: optional("Where it is reached", Schema.Array(PackEndpoint)),
  notOffered: optional("Ports that people try in vain", Schema.Array(NotOffered)),
  signIn: optional("How one signs in", SignIn),
  sending: optional(
    "What the DNS of a domain shows when it sends through it, and what it requires of senders",
    Sending
  ),
  receiving: optional("What it writes into the messages that it receives", Receiving),
  blocklists: optional("DNS block lists of addresses, and what their codes mean", Schema.Array(Blocklist)),
  limits: optional("Limits, and how the server says that they are exceeded", Schema.Array(Limit)),
  preflight: optional("What is judged before connecting", Schema.Array(PreflightRule)),
  rules: optional("Which replies mean which cause, and what to do", Schema.Array(Rule)),
  decisions: optional("Which way of sending fits which situation", Schema.Array(Decision)),
  advice: optional("Advice about security", Schema.Array(Advice)),
  success: optional("What replies of success mean", Schema.Array(Success))
}).annotate({
  identifier: "Pack",
  title: "Sonde pack",
  description: "Knowledge about one provider or server software"
})
/** @category models @since 0.1.0 */
export interface Pack extends Schema.Schema.Type<typeof Pack> {}

/**
 * One thing wrong with a pack: where (`rules[3].cause`; empty for the document), which `check` found it
 * (`unknown-key`), what it is, and what to do. `path` is `at` as keys, `rule` the id of the rule it is in; `line` and
 * `column` count from 1 and exist where the pack was read from text, with their `file` where that was one of several.
 *
 * @category errors
 * @since 0.1.0
 */
export interface PackIssue {
  readonly at: string
  readonly path: ReadonlyArray<string | number>
  readonly rule?: string
  readonly check: string
  readonly message: string
  readonly remedy: string
  /** The key itself is wrong, not its value. */
  readonly onKey?: true
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/**
 * A pack that cannot be used, with everything that is wrong with it. `path` is the file, or where else it is from.
 *
 * @category errors
 * @since 0.1.0
 */
export class PackError extends Data.TaggedError("PackError")<{
  readonly path: string
  readonly issues: ReadonlyArray<PackIssue>
}> {
  override get message(): string {
    return this.issues
      .map((issue) => {
        const place = issue.line === undefined ? "" : `:${issue.line}:${issue.column ?? 1}`
        return `${issue.file ?? this.path}${place}: ${
          issue.at === "" ? "" : `${issue.at}: `
        }${issue.message}: ${issue.remedy}`
      })
      .join("\n")
  }
}

/**
 * Keys as one reads them: `rules[3].cause`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const place = (path: ReadonlyArray<string | number>): string =>
  path.reduce<string>(
    (at, key) => typeof key === "number" ? `${at}[${key}]` : at === "" ? key : `${at}.${key}`,
    ""
  )

/** How many things wrong with a pack are told at most. */
const maxIssues = 200

/** Made when the first pack is refused: it takes some milliseconds. */
let known: object | undefined

const formatter = SchemaIssue.makeFormatterStandardSchemaV1()
const decodeResult = Schema.decodeUnknownResult(Pack, { errors: "all", onExcessProperty: "error" })

const keyOf = (segment: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof segment === "object" ? segment.key : segment
  return typeof key === "number" ? key : String(key)
}

/**
 * The id of the rule that a place is in, in a pack or in what was to become one; undefined outside rules.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ruleAt = (value: unknown, path: ReadonlyArray<string | number>): string | undefined => {
  const [list, number] = path
  if ((list !== "rules" && list !== "preflight") || typeof number !== "number") return undefined
  const id = valueAt(value, [list, number, "id"])
  return typeof id === "string" ? id : undefined
}

/**
 * A pack from plain data. All that is wrong is reported at once; unknown keys are errors. `path` is what the errors
 * name as their file.
 *
 * @category constructors
 * @since 0.1.0
 */
export const decode = (value: unknown, path = "pack"): Result.Result<Pack, PackError> => {
  const decoded = decodeResult(value)
  if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
  const found = formatter(decoded.failure.issue).issues.slice(0, maxIssues).map(({ message, path }) => ({
    message,
    keys: (path ?? []).map(keyOf)
  }))
  const issues = advise(found, value, known ??= jsonSchema()).map(({ keys, ...advice }): PackIssue => {
    const rule = ruleAt(value, keys)
    return { at: place(keys), path: keys, ...(rule === undefined ? {} : { rule }), ...advice }
  })
  return Result.fail(new PackError({ path, issues }))
}

/**
 * The JSON Schema of packs (draft 2020-12), for editors. Every key has a description.
 *
 * @category formatting
 * @since 0.1.0
 */
export const jsonSchema = (): object => {
  const document = Schema.toJsonSchemaDocument(Pack, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...document.schema,
    $defs: definitions(document.definitions)
  }
}
