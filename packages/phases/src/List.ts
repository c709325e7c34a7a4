/**
 * Lists the scripts of an account: `specs/list.md`.
 *
 * RFC 5804 section 2.7. Reads and changes no script.
 *
 * @since 0.1.0
 */
import { ListFacts } from "@sonde/domain/Facts"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Conversation } from "./Conversation.ts"
import { answerOf, command } from "./dialects/Sieve.ts"
import { accepted, type MailboxFailure } from "./MailboxAnswer.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface ListInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type ListFailure = MailboxFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "list",
  version: 1,
  resume: { rule: "reacquire" },
  facts: ListFacts
})

/**
 * Lists the scripts of an account.
 *
 * @category services
 * @since 0.1.0
 */
export class List extends Context.Service<List, Phase.Phase<"list", ListInput, ListFacts, ListFacts, ListFailure>>()(
  "@sonde/phases/List"
) {
  static readonly layer = Layer.sync(List, () => {
    const run = Effect.fnUntraced(function*({ conversation }: ListInput) {
      const ended = yield* command(conversation, "list", "LISTSCRIPTS")
      const did = "took the sign-in and does not list the scripts"
      yield* accepted(conversation, "list", answerOf(ended), "LISTSCRIPTS", did)
      const named = ended.rows.flatMap(({ strings: [name], words }) =>
        name === undefined ? [] : [{ name: ended.scrub(name), isActive: words.includes("ACTIVE") }]
      )
      const active = named.find(({ isActive }) => isActive)?.name
      return { scripts: named.map(({ name }) => name), ...(active === undefined ? {} : { active }) }
    })
    return List.of({ definition, run })
  })
}
