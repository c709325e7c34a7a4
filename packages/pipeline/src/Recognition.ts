/**
 * Knows who runs the mailbox, as far as evidence goes, and which knowledge applies.
 *
 * Evidence comes by and by: an option, the domain, the mail exchangers, the host, then the banner of the server.
 *
 * @since 0.1.0
 */
import type { Provider } from "@sonde/domain/Report"
import * as Knowledge from "@sonde/packs/Knowledge"
import { Packs } from "@sonde/packs/Packs"
import { audienceOf, type Evidence, recognise, type Sign, summaryOf } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"

/**
 * What is known at a moment. `audience` is the kind of account that the mail domain stands for, such as
 * `consumer`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recognition {
  provider: Provider | undefined
  audience: string | undefined
  knowledge: Knowledge.Knowledge
  readonly evidence: { -readonly [K in keyof Evidence]: Evidence[K] }
  software: ReadonlyArray<string>
}

const signs: Provider["recognisedBy"] = ["option", "domain", "mx", "host", "banner", "capability"]

/** @category constructors @since 0.1.0 */
export const nothing = (): Recognition => ({
  provider: undefined,
  audience: undefined,
  knowledge: Knowledge.empty,
  evidence: {},
  software: []
})

/**
 * What one service knows at its start: what is known of all, apart from what it will see of its own server.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fork = (state: Recognition): Recognition => ({ ...state, evidence: { ...state.evidence } })

/**
 * The provider of a run of several services, by all their signs. A service that is run by somebody else does not change who runs
 * the mailbox.
 *
 * @category combinators
 * @since 0.1.0
 */
export const merged = (known: Provider | undefined, seen: Provider): Provider =>
  known === undefined
    ? seen
    : known.id !== seen.id
    ? known
    : {
      ...known,
      recognisedBy: signs.filter((sign) => known.recognisedBy.includes(sign) || seen.recognisedBy.includes(sign))
    }

const reported = (signs: ReadonlyArray<Sign>): Provider["recognisedBy"] => signs.filter((sign) => sign !== "reply")

/**
 * Takes further evidence into account. A provider that was named by option stays, whatever the evidence.
 *
 * @category combinators
 * @since 0.1.0
 */
export const observe = Effect.fnUntraced(function*(
  state: Recognition,
  more: Evidence & { readonly option?: string | undefined }
) {
  const packs = yield* Packs
  const { option, ...evidence } = more
  Object.assign(state.evidence, evidence)
  const found = recognise(packs.summaries, state.evidence)
  const named = option ?? (state.provider?.recognisedBy.includes("option") === true ? state.provider.id : undefined)
  const pack = yield* packs.get(named ?? found?.id ?? "")
  if (pack !== undefined) {
    state.provider = {
      id: pack.id,
      name: pack.name,
      recognisedBy: [
        ...(named === undefined ? [] : ["option" as const]),
        ...(found?.id === pack.id ? reported(found.by) : [])
      ],
      packVersion: pack.version
    }
    state.audience = audienceOf(summaryOf(pack), state.evidence.domain)
  }
  const software = recognise(packs.summaries, state.evidence, "software")
  state.software = software === undefined ? [] : [software.id]
  state.knowledge = yield* packs.knowledge(state.provider?.id, state.software)
})
