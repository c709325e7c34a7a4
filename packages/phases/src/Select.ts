/**
 * Opens INBOX for reading: `specs/select.md`.
 *
 * RFC 9051 section 6.3.3 (EXAMINE), RFC 2971 section 3.1 (ID), RFC 9208 section 4.1 (GETQUOTAROOT). Marks nothing as read and changes
 * nothing in the mailbox.
 *
 * @since 0.1.0
 */
import { SelectFacts } from "@sonde/domain/Facts"
import type { Argument } from "@sonde/wire/imap/Command"
import type { Response } from "@sonde/wire/imap/Response"
import { itemsOf, textOf, type Value } from "@sonde/wire/imap/Value"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Conversation } from "./Conversation.ts"
import { alertsOf, answerOf, command, type Heard } from "./dialects/Imap.ts"
import { accepted, type MailboxFailure } from "./MailboxAnswer.ts"
import * as Phase from "./Phase.ts"

/**
 * The conversation, signed in. `capabilities` is what the server offers, after sign-in where it said so.
 *
 * @category models
 * @since 0.1.0
 */
export interface SelectInput {
  readonly conversation: Conversation
  readonly capabilities: ReadonlyArray<string>
}

/** @category errors @since 0.1.0 */
export type SelectFailure = MailboxFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "select",
  version: 1,
  resume: { rule: "reacquire" },
  facts: SelectFacts
})

const mailbox = "INBOX"

/** What we call ourselves. Some servers open no mailbox to who does not say it. */
const self: ReadonlyArray<Argument> = [{ word: "(\"name\" \"Sonde\" \"vendor\" \"Sonde\")" }]

/** What a server says of itself is kept up to here; RFC 2971 section 3.3 allows 30 fields. */
const maxFields = 30

const data = (responses: ReadonlyArray<Response>, name: string) =>
  responses.flatMap((response) => response._tag === "Untagged" && response.name === name ? [response] : [])

const numberOf = (value: Value | undefined): number | undefined => {
  const text = textOf(value)
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

const optional = <K extends string, A>(name: K, value: A | undefined): { readonly [P in K]?: A } =>
  value === undefined ? {} : { [name]: value } as { readonly [P in K]: A }

/** The number in a response code, such as UIDVALIDITY. */
const coded = (responses: ReadonlyArray<Response>, name: string): number | undefined =>
  responses.flatMap((response) =>
    response._tag === "Status" && response.code?.name === name ? numberOf({ atom: response.code.args ?? "" }) ?? [] : []
  ).at(-1)

/** The fields of an ID response; a server may give none. */
const serverOf = (heard: Heard): SelectFacts["server"] => {
  const items = itemsOf(data(heard.before, "ID")[0]?.values[0])
  const fields: Record<string, string> = {}
  for (let index = 0; index + 1 < Math.min(items.length, 2 * maxFields); index += 2) {
    const [name, value] = [textOf(items[index]), textOf(items[index + 1])]
    if (name !== undefined && value !== undefined) fields[heard.scrub(name)] = heard.scrub(value)
  }
  return Object.keys(fields).length === 0 ? undefined : fields
}

/** RFC 9208 section 5.2: a root has resources, each with what is used and the limit. */
const quotaOf = (heard: Heard): SelectFacts["quota"] =>
  data(heard.before, "QUOTA").flatMap(({ values: [root, resources] }) => {
    const items = itemsOf(resources)
    const found: Array<SelectFacts["quota"][number]> = []
    for (let index = 0; index + 2 < items.length; index += 3) {
      const [resource, used, limit] = [textOf(items[index]), numberOf(items[index + 1]), numberOf(items[index + 2])]
      if (resource !== undefined && used !== undefined && limit !== undefined) {
        found.push({
          root: heard.scrub(textOf(root) ?? ""),
          resource: heard.scrub(resource.toUpperCase()),
          used,
          limit
        })
      }
    }
    return found
  })

/**
 * Opens INBOX for reading.
 *
 * @category services
 * @since 0.1.0
 */
export class Select extends Context.Service<
  Select,
  Phase.Phase<"select", SelectInput, SelectFacts, SelectFacts, SelectFailure>
>()("@sonde/phases/Select") {
  static readonly layer = Layer.sync(Select, () => {
    const run = Effect.fnUntraced(function*({ capabilities, conversation }: SelectInput) {
      const offers = (name: string) => capabilities.includes(name)
      const known = offers("ID") ? yield* command(conversation, "select", "ID", self) : undefined
      const opened = yield* command(conversation, "select", "EXAMINE", [{ word: mailbox }])
      const answer = answerOf(opened)
      const did = `took the sign-in and does not open ${mailbox}`
      const detail = answer._tag !== "Refused" || answer.detail === undefined ? "" : `; ${answer.detail}`
      const { text } = yield* accepted(conversation, "select", answer, "EXAMINE", did, detail)
      // A quota is worth knowing, and nothing depends on it: a refusal leaves it unknown.
      const quota = offers("QUOTA")
        ? yield* command(conversation, "select", "GETQUOTAROOT", [{ word: mailbox }])
        : undefined
      const count = (name: string) => data(opened.before, name).at(-1)?.number
      return {
        mailbox,
        ...optional("exists", count("EXISTS")),
        ...optional("recent", count("RECENT")),
        ...optional("uidValidity", coded(opened.before, "UIDVALIDITY")),
        ...optional("uidNext", coded(opened.before, "UIDNEXT")),
        quota: quota === undefined ? [] : quotaOf(quota),
        ...optional("server", known === undefined ? undefined : serverOf(known)),
        alerts: [known, opened, quota].flatMap((heard) => heard === undefined ? [] : alertsOf(heard)),
        text
      }
    })
    return Select.of({ definition, run })
  })
}
