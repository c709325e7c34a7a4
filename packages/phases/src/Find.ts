/**
 * Finds a message again that was delivered: `specs/find.md`.
 *
 * Looks until it is seen or the time for looking is over, reads what became of its header, and what its receiver says of it. Marks
 * nothing as read, and deletes nothing unless that was asked for, and then that message alone.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import { PhaseTimeout } from "@sonde/domain/Errors"
import { FindFacts } from "@sonde/domain/FindFacts"
import type { ServiceId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import { judge } from "@sonde/policy/auth-results/Judge"
import * as Trust from "@sonde/policy/auth-results/Trust"
import * as Headers from "@sonde/wire/message/Headers"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Budget } from "./Conversation.ts"
import type { Finder, FindFailure, Probe, Seen } from "./find/Finder.ts"
import * as Phase from "./Phase.ts"

export type { Receiver } from "@sonde/policy/auth-results/Trust"
export type { Finder, FindFailure, Probe }

/**
 * What is looked for, where, and how long. `acceptedAt` is when a server took the message, in milliseconds since the epoch; `from`
 * are the addresses of its From as it was sent; `mailbox` is the recipient; `receiver` says whose Authentication-Results count.
 *
 * @category models
 * @since 0.1.0
 */
export interface FindInput<E extends FindFailure = FindFailure> {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly finder: Finder<E>
  readonly probe: Probe
  readonly mailbox: string
  readonly from: ReadonlyArray<string>
  readonly acceptedAt: number
  readonly timeoutMillis: number
  readonly receiver: Trust.Receiver
  readonly remove: boolean
}

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "find",
  version: 1,
  resume: { rule: "reacquire" },
  facts: FindFacts
})

/**
 * The findings of a message that was found.
 *
 * @category combinators
 * @since 0.1.0
 */
export const findingsOf = (service: ServiceId, facts: FindFacts): ReadonlyArray<Finding> => judge(service, facts)

/** Kept for the answers that are still to come when the run ends. */
const reserveMillis = 500

const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

const seconds = (millis: number): string => `${Math.round(millis / 100) / 10} s`

const domainOf = (address: string | undefined): string | undefined => {
  const domain = address?.slice(address.lastIndexOf("@") + 1)
  return domain === "" ? undefined : domain
}

const isSame = (sent: ReadonlyArray<string>, found: ReadonlyArray<string>): boolean => {
  const plain = (addresses: ReadonlyArray<string>) => addresses.map((one) => one.toLowerCase()).toSorted().join(" ")
  return plain(sent) === plain(found)
}

const factsOf = <E extends FindFailure>(input: FindInput<E>, seen: Seen, looks: number, foundAt: number): FindFacts => {
  const { folder, headers, matched, receivedAt } = seen
  const found = Headers.addresses(Headers.first(headers, "From") ?? "")
  const messageId = Headers.first(headers, "Message-ID")?.trim()
  return {
    mailbox: input.mailbox,
    messageId: input.probe.messageId,
    matched,
    acceptedAt: iso(input.acceptedAt),
    foundAt: iso(foundAt),
    delayMillis: Math.max(0, Math.round(foundAt - input.acceptedAt)),
    ...(receivedAt === undefined ? {} : { receivedAt: iso(receivedAt) }),
    looks,
    folder: { name: folder.name, kind: folder.kind },
    searched: input.finder.searched(),
    from: { sent: input.from, found, rewritten: !isSame(input.from, found) },
    ...(messageId === input.probe.messageId ? {} : { foundMessageId: messageId ?? "none" }),
    authentication: Trust.evaluate(headers, input.receiver, domainOf(found[0] ?? input.from[0]))
  }
}

const lost = <E extends FindFailure>(
  { endpoint, finder, mailbox, probe, service }: FindInput<E>,
  looks: number,
  afterMillis: number
) => {
  const folders = finder.searched()
  const where = folders.length === 0 ? "any folder" : folders.join(", ")
  const problem = finder.problem()
  return new PhaseTimeout({
    service,
    endpoint,
    phase: "find",
    afterMillis,
    awaited: `message in ${where}`,
    message: `the message ${probe.messageId} was not found in ${where} of ${mailbox} within ${
      seconds(afterMillis)
    } (${looks} ${looks === 1 ? "look" : "looks"})${
      problem === undefined ? "" : `; the last look did not come about: ${problem}`
    }`
  })
}

/**
 * Finds a message again.
 *
 * @category services
 * @since 0.1.0
 */
export class Find extends Context.Service<Find, {
  readonly definition: typeof definition
  readonly run: <E extends FindFailure>(input: FindInput<E>) => Effect.Effect<FindFacts, E | PhaseTimeout>
}>()("@sonde/phases/Find") {
  static readonly layer = Layer.sync(Find, () => {
    const run = Effect.fnUntraced(function*<E extends FindFailure>(
      input: FindInput<E>
    ): Effect.fn.Return<FindFacts, E | PhaseTimeout> {
      const { finder, remove, timeoutMillis } = input
      const { deadline } = yield* Budget
      const started = yield* Clock.currentTimeMillis
      const end = Math.min(started + timeoutMillis, deadline === undefined ? Infinity : deadline - reserveMillis)
      let pause = finder.pauses.firstMillis
      for (let looks = 1;; looks++) {
        const seen = yield* finder.look
        const now = yield* Clock.currentTimeMillis
        if (seen !== undefined) {
          const facts = factsOf(input, seen, looks, now)
          if (!remove) return facts
          const notDeleted = yield* finder.remove(seen)
          return { ...facts, deleted: notDeleted === undefined, ...(notDeleted === undefined ? {} : { notDeleted }) }
        }
        if (now >= end) return yield* lost(input, looks, Math.round(now - started))
        yield* Effect.sleep(Math.min(pause, end - now))
        pause = Math.min(pause * 2, finder.pauses.longestMillis)
      }
    })
    return Find.of({ definition, run })
  })
}
