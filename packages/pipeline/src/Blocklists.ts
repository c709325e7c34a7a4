/**
 * Whether the address that mail leaves from is on DNS block lists, and what their codes mean.
 *
 * The address is the one that was given, or the one that the connections of the run came from, where that is public: what a network
 * address translator shows to others is not known here, and is not guessed.
 *
 * @since 0.1.0
 */
import { ConnectFacts } from "@sonde/domain/Facts"
import type { ServiceId } from "@sonde/domain/Service"
import type { Finding, Remedy } from "@sonde/domain/Verdict"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import type { Blocklist } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import * as Ask from "@sonde/phases/Blocklists"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Attempt } from "./ServiceRun.ts"

/**
 * The word that stands for the lists that packs propose.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaults = "default"

/** The pack that knows lists. */
const packId = "generic"

/** Public addresses that connections of this attempt came from; behind a proxy ours is not the one that is seen. */
const seen = ({ log }: Attempt): ReadonlyArray<string> =>
  [...log.history.attempts.at(-1)?.services.values() ?? []].flatMap(({ phases }) =>
    phases.flatMap(({ report }) => {
      const facts = report.id === "connect" ? Option.getOrUndefined(decode(report.facts)) : undefined
      const address = facts?.proxy === undefined ? facts?.localAddress : undefined
      return address !== undefined && AddressPolicy.classify(address) === "public" ? [address] : []
    })
  )

const decode = Schema.decodeUnknownOption(ConnectFacts)

/** The lists that were asked for, each once. */
const zonesOf = (asked: ReadonlyArray<string>, known: ReadonlyArray<Blocklist>): ReadonlyArray<string> => [
  ...new Set(
    asked.flatMap((zone) =>
      zone === defaults
        ? known.filter(({ proposed }) => proposed === true).map((list) => list.zone)
        : [zone.toLowerCase().replace(/\.$/, "")]
    )
  )
]

const meaningOf = (list: Blocklist | undefined, answer: string): string => {
  const known = list?.codes[answer] ?? list?.refusals?.[answer]
  return known === undefined ? answer : `${answer}: ${known}`
}

const sentences: Readonly<Record<string, string>> = {
  ServerFailure: "the name servers failed",
  Refused: "the resolver refused the question",
  Timeout: "no answer came in time",
  Unreachable: "nobody answers at the address of the resolver",
  Untrusted: "the resolver could not prove who it is",
  Malformed: "the answer was malformed"
}

const findingOf = (
  service: ServiceId,
  { address, answers, state, texts, why, zone }: Ask.Listing,
  list: Blocklist | undefined
): Finding | undefined => {
  const name = list === undefined ? zone : `${list.name} (${zone})`
  const said = answers.map((answer) => meaningOf(list, answer)).join("; ")
  const quoted = texts.length === 0 ? "" : ` It says: ${texts.join(" ")}`
  const terms = list === undefined ? "" : ` Terms: ${list.terms}`
  const look: ReadonlyArray<Remedy> = list?.lookup === undefined
    ? []
    : [{ kind: "look", text: "The list shows why, and what it wants to see mended.", url: list.lookup }]
  switch (state) {
    case "NotListed":
      return undefined
    case "Listed":
      return {
        id: "ip_listed",
        state: "warn",
        service,
        title: `${address} is on the block list ${name}`,
        text: `${said}.${quoted}`,
        actor: "mail-admin",
        remedies: [
          ...look,
          {
            kind: "change",
            text: list?.removal ?? "End what the list complains of, and ask it to take the address off.",
            scope: "the sending address"
          },
          { kind: "alternative", text: "Send through the relay of a provider: its address counts then." }
        ]
      }
    case "Refused":
      return {
        id: "dnsbl_refused",
        state: "inconclusive",
        service,
        title: `${name} refused the question; that is no listing`,
        text: `${said}.${terms}`,
        remedies: [{
          kind: "change",
          text: "Ask through a resolver of your own, not a public one: --dns ADDRESS.",
          scope: "this check"
        }]
      }
    case "Unusable":
    case "Unanswered":
      return {
        id: "dnsbl_not_usable",
        state: "inconclusive",
        service,
        title: `${name} says nothing about ${address}`,
        text: state === "Unusable"
          ? `As a list it cannot be used: ${why} (RFC 5782 section 5).`
          : `It was not heard: ${sentences[why ?? ""] ?? why}.`,
        remedies: []
      }
  }
}

/**
 * Asks the lists of a run and tells what they say. Does nothing where none was asked for.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*(attempt: Attempt) {
  const { log, request } = attempt
  const { dns, dnsbl, ip } = request.options
  const [service] = request.services
  if (dnsbl === undefined || dnsbl.length === 0 || service === undefined) return
  const addresses = ip === undefined ? [...new Set(seen(attempt))] : [ip]
  if (addresses.length === 0) {
    const finding: Finding = {
      id: "dnsbl_no_address",
      state: "inconclusive",
      service,
      title: "No block list was asked: the address that others see is not known here",
      text:
        "No connection of this run came from a public address; a router or a proxy shows another one. It is not guessed.",
      remedies: [{ kind: "change", text: "Name it: --ip ADDRESS.", scope: "this check" }]
    }
    yield* log.publish({ type: "finding", finding })
    return
  }
  const known = (yield* (yield* Packs).get(packId))?.blocklists ?? []
  const zones = zonesOf(dnsbl, known)
  const timeoutMillis = Math.min(request.phaseMillis, request.deadlineMillis)
  for (const address of addresses) {
    const listings = yield* Ask.ask(address, zones, { server: dns, timeoutMillis })
    for (const listing of listings) {
      const finding = findingOf(service, listing, known.find(({ zone }) => zone === listing.zone))
      if (finding !== undefined) yield* log.publish({ type: "finding", finding })
    }
    const clean = listings.filter(({ state }) => state === "NotListed").map(({ zone }) => zone)
    if (clean.length === 0) continue
    const finding: Finding = {
      id: "ip_not_listed",
      state: "pass",
      service,
      title: `${address} is not on ${clean.join(", ")}`,
      remedies: []
    }
    yield* log.publish({ type: "finding", finding })
  }
})
