/**
 * Whether and how a message that is delivered is looked for afterwards: what options and secrets must say for it, checked before
 * anything is dialled.
 *
 * Pure. `decisions/0005-the-message-is-read-back.md` has the reasons.
 *
 * @since 0.1.0
 */
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import { spanMillis } from "@sonde/domain/Options"
import type { ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import { problemOf } from "@sonde/phases/Begin"
import type { Credential } from "@sonde/phases/Credential"
import * as Result from "effect/Result"
import { fail, OptionsError } from "../OptionsError.ts"
import * as Way from "../Way.ts"

/**
 * Services in which a message can be found.
 *
 * @category models
 * @since 0.1.0
 */
export type Looking = "imap" | "pop3" | "graph"

const looking: ReadonlyArray<ServiceId> = ["imap", "pop3", "graph"] satisfies ReadonlyArray<Looking>

/**
 * A look for the message that holds together.
 *
 * - `mailbox`: the one recipient; `domain` is that of the address
 * - `services`: which of the run's services look; `isChosen` is whether somebody named them
 * - `credential`: of another account than that of the run, by which the mailbox is then opened
 * - `host`, `port`: where it is read, where that is said
 * - `isElsewhere`: the mailbox is of another domain than the target, so that its own provider is looked for
 *
 * @category models
 * @since 0.1.0
 */
export interface ReadBack {
  readonly mailbox: string
  readonly domain: string
  readonly services: ReadonlyArray<Looking>
  readonly isChosen: boolean
  readonly credential: Credential | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly isElsewhere: boolean
  readonly timeoutMillis: number
  readonly remove: boolean
  /** Authserv-ids of the receiver; where there are any, no other counts. */
  readonly authservIds: ReadonlyArray<string>
}

/**
 * How long a message is looked for unless it is said: a minute is what most deliveries take, and greylisting takes more.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultTimeout = "60s"

const flags = [
  ["--read-back-user", "readBackUser"],
  ["--read-back-host", "readBackHost"],
  ["--read-back-timeout", "readBackTimeout"],
  ["--read-back-delete", "readBackDelete"],
  ["--authserv-id", "authservId"]
] as const satisfies ReadonlyArray<readonly [string, keyof CheckOptions]>

/** What was given and means nothing without `--read-back`. */
const orphan = (options: CheckOptions, secrets: Secrets): string | undefined =>
  secrets.readBackSecret !== undefined
    ? "--read-back-secret"
    : secrets.readBackToken !== undefined
    ? "--read-back-token"
    : flags.find(([, name]) => options[name] !== undefined && options[name] !== false)?.[0]

/**
 * The service that looks where none is named: the one that sends, if it can look into its own mailbox, and else IMAP, which shows
 * the junk folder.
 *
 * @category combinators
 * @since 0.1.0
 */
export const usual = (options: CheckOptions, secrets: Secrets): Looking =>
  Way.sendsBy(options) === "graph" && secrets.readBackSecret === undefined && secrets.readBackToken === undefined
    ? "graph"
    : "imap"

const domainOf = (address: string | undefined): string | undefined => {
  const at = address?.lastIndexOf("@") ?? -1
  return at < 0 ? undefined : Target.hostName(address!.slice(at + 1))?.toLowerCase()
}

/** HOST or HOST:PORT; brackets hold an IPv6 address. */
const placeOf = (text: string): { readonly host: string; readonly port: number | undefined } | undefined => {
  const match = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text)
  const bare = match?.[1]?.replace(/^\[(.*)\]$/, "$1") ?? ""
  const host = bare.includes(":") ? Target.isAddress(bare) ? bare.toLowerCase() : undefined : Target.hostName(bare)
  const port = match?.[2] === undefined ? undefined : Number(match[2])
  return host === undefined || port !== undefined && (port < 1 || port > 65_535) ? undefined : { host, port }
}

const isListed = (list: ReadonlyArray<string>, address: string): boolean =>
  list.some((one) =>
    one.startsWith("@")
      ? domainOf(one) === domainOf(address)
      : one.toLowerCase() === address.toLowerCase()
  )

/**
 * What is wrong with the recipients. Those of the target's own domain are always allowed; others are with a list, which is asked
 * for where a message is read back, and which counts wherever it is given.
 */
const recipientProblem = (
  { allowRecipient, readBack }: CheckOptions,
  to: ReadonlyArray<string>,
  own: ReadonlyArray<string | undefined>
): OptionsError | undefined => {
  for (const one of allowRecipient ?? []) {
    const domain = domainOf(one)
    if (domain === undefined || /\s/.test(one)) {
      return new OptionsError({
        option: "--allow-recipient",
        problem: `${JSON.stringify(one)} is neither an address nor @ with a domain`,
        remedy: "write person@example.com, or @example.com"
      })
    }
  }
  if (allowRecipient === undefined && readBack !== true) return undefined
  const domains = own.map(domainOf).filter((domain) => domain !== undefined)
  const outside = to.find((address) =>
    !domains.includes(domainOf(address) ?? "") && !isListed(allowRecipient ?? [], address)
  )
  return outside === undefined ? undefined : new OptionsError({
    option: "--to",
    problem: `${outside} is outside ${
      domains.length === 0 ? "what is known to be yours" : [...new Set(domains)].join(" and ")
    }`,
    remedy: `add --allow-recipient ${outside}, or @${domainOf(outside) ?? "DOMAIN"} for all of its domain`
  })
}

/** The credential of another account than that of the run, where one is given. */
const otherOf = (
  options: CheckOptions,
  { readBackSecret, readBackToken }: Secrets,
  mailbox: string
): Result.Result<Credential | undefined, OptionsError> => {
  if (readBackSecret !== undefined && readBackToken !== undefined) {
    return fail("--read-back-token", "and --read-back-secret were both given", "give the one that this sign-in uses")
  }
  const secret = readBackToken ?? readBackSecret
  if (secret === undefined) {
    return options.readBackUser === undefined
      ? Result.succeed(undefined)
      : fail(
        "--read-back-user",
        "was given without a secret",
        "add --read-back-secret SOURCE, or --read-back-token SOURCE"
      )
  }
  const [option, kind] = readBackToken === undefined
    ? ["--read-back-secret", "password"] as const
    : ["--read-back-token", "token"] as const
  const credential: Credential = { kind, user: options.readBackUser ?? mailbox, secret, mechanism: "auto" }
  const problem = problemOf(credential)
  return problem === undefined
    ? Result.succeed(credential)
    : fail(option, `cannot be used: ${problem.message}`, "check where it comes from")
}

/**
 * What a run is, as far as a look for its message depends on it: who signs in, the recipients, the services.
 *
 * @category models
 * @since 0.1.0
 */
export interface Context {
  readonly target: Target.Target
  readonly user: string | undefined
  readonly deliver: boolean
  readonly to: ReadonlyArray<string>
  readonly services: ReadonlyArray<ServiceId>
}

/**
 * The look for the message of a run, or `undefined` where none is asked for.
 *
 * @category parsing
 * @since 0.1.0
 */
export const of = (
  options: CheckOptions,
  secrets: Secrets,
  { deliver, services, target, to, user }: Context
): Result.Result<ReadBack | undefined, OptionsError> =>
  Result.gen(function*() {
    const own = [target._tag === "Mailbox" ? target.mailbox : undefined, user]
    const ownDomains = [...own, ...(target._tag === "Host" ? [] : [`@${target.domain}`])]
    if (options.readBack !== true) {
      const lonely = orphan(options, secrets)
      if (lonely !== undefined) return yield* fail(lonely, "goes with --read-back", "add --read-back, or leave it out")
      const outside = deliver ? recipientProblem(options, to, ownDomains) : undefined
      return outside === undefined ? undefined : yield* Result.fail(outside)
    }
    if (!deliver) return yield* fail("--read-back", "looks for a message, and none is sent", "add --deliver")
    const [mailbox, another] = to
    if (mailbox === undefined || another !== undefined) {
      return yield* fail("--to", `names ${to.length} recipients, and --read-back looks into one mailbox`, "name one")
    }
    const outside = recipientProblem(options, to, ownDomains)
    if (outside !== undefined) return yield* Result.fail(outside)
    const readers = services.filter((service): service is Looking =>
      looking.includes(service) &&
      (service !== "graph" || options.only !== undefined || usual(options, secrets) === "graph")
    )
    const [first, second] = readers
    if (first === undefined) {
      return yield* fail(
        "--read-back",
        `finds nothing: no service that reads a mailbox is checked`,
        "add imap, pop3 or graph to --only, or leave it out of --skip"
      )
    }
    const credential = yield* otherOf(options, secrets, mailbox)
    const isOwn = own.some((one) => one?.toLowerCase() === mailbox.toLowerCase())
    if (credential !== undefined && readers.includes("graph")) {
      return yield* fail(
        secrets.readBackToken === undefined ? "--read-back-secret" : "--read-back-token",
        "does not go with Graph, which reads with the token of the run",
        "leave it out, or read by imap"
      )
    }
    if (credential === undefined && !isOwn && readers.some((service) => service !== "graph")) {
      return yield* fail(
        "--read-back-secret",
        `is missing: ${mailbox} is not the mailbox that is signed in to`,
        "add --read-back-secret SOURCE, with --read-back-user NAME where it signs in by another name"
      )
    }
    if (credential === undefined && user === undefined) {
      return yield* fail("--read-back", "needs to sign in to the mailbox", "add --secret SOURCE or --token SOURCE")
    }
    const remove = options.readBackDelete === true
    if (remove && second !== undefined) {
      return yield* fail(
        "--read-back-delete",
        `goes with one service, and ${readers.join(" and ")} look`,
        "name one with --only"
      )
    }
    const place = options.readBackHost === undefined ? undefined : placeOf(options.readBackHost)
    if (options.readBackHost !== undefined && place === undefined) {
      return yield* fail(
        "--read-back-host",
        `${JSON.stringify(options.readBackHost)} is no host`,
        "write HOST or HOST:PORT, such as imap.example.com:993"
      )
    }
    if (place?.port !== undefined && readers.length > 1) {
      return yield* fail("--read-back-host", "names one port for several services", "name the service with --only")
    }
    const broken = options.authservId?.find((id) => !/^[^\s;"]+$/u.test(id))
    if (broken !== undefined) {
      return yield* fail(
        "--authserv-id",
        `${JSON.stringify(broken)} is none`,
        "give what stands first in Authentication-Results, such as mx.example.com"
      )
    }
    const timeout = options.readBackTimeout ?? defaultTimeout
    const timeoutMillis = spanMillis(timeout) ?? 0
    if (!(timeoutMillis > 0) || timeoutMillis > 86_400_000) {
      return yield* fail(
        "--read-back-timeout",
        `${timeout} is no time to look`,
        "give a number with ms, s, m or h, such as 60s"
      )
    }
    const domain = domainOf(mailbox) ?? ""
    return {
      mailbox,
      domain,
      services: readers,
      isChosen: options.only !== undefined,
      credential,
      host: place?.host,
      port: place?.port,
      isElsewhere: credential !== undefined && target._tag !== "Host" && target.domain !== domain,
      timeoutMillis,
      remove,
      authservIds: options.authservId ?? []
    }
  })
