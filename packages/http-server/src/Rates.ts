/**
 * How often runs may start: for a client, against a target, and with a sign-in.
 *
 * Sliding minutes in the memory of this process, bounded; nothing is kept over a restart.
 */
import * as Target from "@sonde/domain/Target"
import { TooManyRuns } from "@sonde/http-api/Problems"
import * as IpAddress from "@sonde/net/IpAddress"
import type { Check } from "@sonde/sonde"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { Settings } from "./Settings.ts"

/** A start: whose, at what, and as whom where it signs in. */
export interface Start {
  readonly client: string
  readonly target: string
  readonly user?: string | undefined
}

/** Names that are remembered at once in each of the three tables; the ones quiet for longest go first. */
export const maxNames = 10_000

const minute = 60_000

/** Starts by name, in the order of the last one. */
const makeWindow = (limit: number, millis: number) => {
  const starts = new Map<string, ReadonlyArray<number>>()
  const recent = (name: string, now: number) => (starts.get(name) ?? []).filter((time) => now - time < millis)

  return {
    /** How long until one more may start; 0 for at once. */
    wait: (name: string, now: number): number => {
      const times = recent(name, now)
      return times.length < limit ? 0 : Math.max(1, (times[times.length - limit] ?? now) + millis - now)
    },
    take: (name: string, now: number): void => {
      const times = [...recent(name, now), now]
      starts.delete(name)
      starts.set(name, times)
      for (const [oldest, of] of starts) {
        if (starts.size <= maxNames && now - (of.at(-1) ?? 0) < millis) break
        starts.delete(oldest)
      }
    },
    giveBack: (name: string): void => {
      const times = (starts.get(name) ?? []).slice(0, -1)
      if (times.length === 0) starts.delete(name)
      else starts.set(name, times)
    },
    size: (): number => starts.size
  }
}

const hostKey = (host: string): string => {
  const octets = IpAddress.fromString(host)
  return octets === undefined ? host.toLowerCase().replace(/\.$/u, "") : octets.join(".")
}

/** What a target is counted as: its domain or host, in one way of writing. Other mailboxes and ports are the same target. */
export const targetKey = (target: string): string => {
  const read = Target.fromText(target)
  if (Result.isFailure(read)) return hostKey(Target.hostName(target.trim()) ?? target.trim())
  return hostKey(read.success._tag === "Host" ? read.success.host : read.success.domain)
}

/** An account: an address is the same one at whatever host it signs in, another name only where it is known. */
const accountKey = (user: string, target: string): string =>
  user.includes("@")
    ? `${user.slice(0, user.lastIndexOf("@")).toLowerCase()}@${targetKey(user)}`
    : `${user.toLowerCase()} ${targetKey(target)}`

/** The start that a check would be: at the host it names, or else its target; as its user where it brings a secret. */
export const startOf = (client: string, check: Check): Start => {
  const target = check.host ?? check.target
  const mailbox = Result.getOrUndefined(Target.fromText(check.target))
  const user = check.user ?? (mailbox?._tag === "Mailbox" ? mailbox.mailbox : undefined)
  return check.secret === undefined && check.token === undefined && check.grant === undefined
    ? { client, target }
    : { client, target, user }
}

const sentence: Readonly<Record<"client" | "target" | "sign-in", string>> = {
  client: "this client started as many runs as it may in a minute",
  target: "as many runs as there may be in a minute were aimed at this target",
  "sign-in": "somebody signed in to this account a moment ago, and another sign-in could lock it"
}

/** Counts starts. */
export class Rates extends Context.Service<Rates, {
  /** Counts a start, or refuses it; a refused one counts nowhere. */
  take(start: Start): Effect.Effect<void, TooManyRuns>
  /** Takes back a start that was counted and came to nothing, such as one for which there was no place. */
  giveBack(start: Start): Effect.Effect<void>
  /** How many names are remembered, in all tables together. */
  readonly size: Effect.Effect<number>
}>()("@sonde/http-server/Rates") {
  static readonly layer = Layer.effect(Rates, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const settings = yield* Settings
  const tables = {
    client: makeWindow(settings.clientPerMinute, minute),
    target: makeWindow(settings.targetPerMinute, minute),
    "sign-in": makeWindow(1, settings.signInEveryMillis)
  }
  const names = ({ client, target, user }: Start): ReadonlyArray<readonly [keyof typeof tables, string]> => [
    ["client", client],
    ["target", targetKey(target)],
    ...(user === undefined || settings.signInEveryMillis <= 0
      ? []
      : [["sign-in", accountKey(user, target)] as const])
  ]
  return Rates.of({
    take: Effect.fnUntraced(function*(start) {
      const now = yield* Clock.currentTimeMillis
      const wanted = names(start)
      for (const [scope, name] of wanted) {
        const retryAfterMillis = tables[scope].wait(name, now)
        if (retryAfterMillis > 0) {
          return yield* new TooManyRuns({
            detail: `${sentence[scope]}; try again in ${Math.ceil(retryAfterMillis / 1000)} s`,
            error: { _tag: "TooManyRuns", scope, retryAfterMillis }
          })
        }
      }
      for (const [scope, name] of wanted) tables[scope].take(name, now)
    }),
    giveBack: (start) =>
      Effect.sync(() => {
        for (const [scope, name] of names(start)) tables[scope].giveBack(name)
      }),
    size: Effect.sync(() => tables.client.size() + tables.target.size() + tables["sign-in"].size())
  })
})
