/**
 * Which Authentication-Results of a message are the receiver's word, and what they say (RFC 8601 section 5, RFC 8601 section 2.7).
 *
 * Pure. Anybody on the way can write such a field. Those count whose authserv-id is one of the receiver's; of the others only the
 * name is kept. ARC-Authentication-Results are what others said earlier, and are counted only.
 *
 * @since 0.1.0
 */
import type { Alignment, Authentication } from "@sonde/domain/FindFacts"
import * as IpAddress from "@sonde/net/IpAddress"
import type { Header } from "@sonde/wire/message/Headers"
import * as Result from "effect/Result"
import * as Names from "../Names.ts"
import * as Record from "./Record.ts"

/**
 * How the receiver is known. `ids` are authserv-ids that were said by option, `packIds` those that the knowledge has, with
 * `unnamed` where it says that the receiver writes none; `hosts` are the recipient's domain, its exchangers, and the server that
 * was read from.
 *
 * @category models
 * @since 0.1.0
 */
export interface Receiver {
  readonly ids: ReadonlyArray<string>
  readonly packIds: ReadonlyArray<string>
  readonly unnamed: boolean
  readonly hosts: ReadonlyArray<string>
}

type Basis = NonNullable<Authentication["trusted"]>["basis"]

/** Names under which registries let others register, in the form that most countries have; no list, and right more often than not. */
const registry = /^(?:ac|co|com|edu|go|gob|gov|gouv|ltd|mil|ne|net|nom|or|org|plc)\.[a-z]{2}$/u

/** Whether two names lie under one that somebody has registered, as far as their form tells. */
const areNear = (left: string, right: string): boolean => {
  const [one, other] = [left, right].map((name) => Names.normal(name).split(".").reverse()) as [
    Array<string>,
    Array<string>
  ]
  const differs = one.findIndex((label, index) => label !== other[index])
  const shared = one.slice(0, differs < 0 ? one.length : differs)
  return shared.length >= 3 || shared.length === 2 && !registry.test([...shared].reverse().join("."))
}

/**
 * The server that received the message last: the `by` of the topmost Received (RFC 5321 section 4.4) that is a name. Gmail writes
 * addresses of its own network above it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const receivedBy = (headers: ReadonlyArray<Header>): string | undefined => {
  for (const { name, value } of headers) {
    if (name.toLowerCase() !== "received") continue
    const host = /(?:^|\s)by\s+([^\s;()]+)/iu.exec(value)?.[1]
    if (host !== undefined && host.includes(".") && IpAddress.fromString(host) === undefined) return Names.normal(host)
  }
  return undefined
}

const basisOf = (id: string | undefined, by: string | undefined, receiver: Receiver): Basis | undefined => {
  const { hosts, ids, packIds, unnamed } = receiver
  const known = (names: ReadonlyArray<string>) => id !== undefined && names.some((name) => name.toLowerCase() === id)
  // Who says which ids are the receiver's means no others.
  if (ids.length > 0) return known(ids) ? "option" : undefined
  if (id === undefined) return unnamed ? "pack" : undefined
  if (known(packIds)) return "pack"
  if (by !== undefined && id === by) return "received"
  return hosts.some((host) => areNear(id, host)) ? "host" : undefined
}

/**
 * How a domain that was authenticated fits that of From.
 *
 * @category combinators
 * @since 0.1.0
 */
export const alignmentOf = (authenticated: string, from: string): Alignment => {
  if (Names.normal(authenticated) === Names.normal(from)) return "strict"
  const isRegistered = (name: string) => name.includes(".") && !registry.test(Names.normal(name))
  if (Names.isWithin(authenticated, from)) return isRegistered(from) ? "relaxed" : "unknown"
  if (Names.isWithin(from, authenticated)) return isRegistered(authenticated) ? "relaxed" : "unknown"
  return areNear(authenticated, from) ? "unknown" : "none"
}

/** What stands behind the last `@` of a value, or all of it: an address or a domain. */
const domainOf = (value: string | undefined): string | undefined => {
  const domain = value?.slice(value.lastIndexOf("@") + 1).trim()
  return domain === undefined || !domain.includes(".") ? undefined : Names.normal(domain)
}

const valueOf = (result: Record.MethodResult, ptype: string, ...names: ReadonlyArray<string>): string | undefined =>
  names.flatMap((name) => result.properties.find((one) => one.ptype === ptype && one.property === name)?.value ?? [])[0]

const defined = <A extends object>(fields: A): { [K in keyof A]: Exclude<A[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never

/** SPF authenticates the domain of MAIL FROM, or that of HELO where MAIL FROM is empty (RFC 7208 section 2.4). */
const spfDomain = (result: Record.MethodResult): string | undefined =>
  domainOf(valueOf(result, "smtp", "mailfrom", "mfrom") ?? valueOf(result, "smtp", "helo"))

/**
 * What the receiver says of a message with these header fields. `from` is the domain of From that is to be aligned with.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const evaluate = (
  headers: ReadonlyArray<Header>,
  receiver: Receiver,
  from: string | undefined
): Authentication => {
  const valuesOf = (name: string) =>
    headers.flatMap((header) => header.name.toLowerCase() === name ? [header.value] : [])
  const by = receivedBy(headers)
  const read = valuesOf("authentication-results").flatMap((value) => {
    const found = Record.fromText(value)
    return Result.isSuccess(found) ? [found.success] : []
  }).map((field) => ({ field, basis: basisOf(field.authservId, by, receiver) }))
  const first = read.find(({ basis }) => basis !== undefined)
  // A receiver may write several, one for each filter; all have its name.
  const own = read.filter(({ basis, field }) => basis !== undefined && field.authservId === first?.field.authservId)
  const others = read.filter((one) => !own.includes(one)).map(({ field }) => field.authservId ?? "")
  const results = own.flatMap(({ field }) => field.results)
  const aligned = (domain: string | undefined) =>
    domain === undefined || from === undefined ? undefined : alignmentOf(domain, from)
  const all = results.filter(({ method }) => method === "spf")
  const spf = all.find((result) => valueOf(result, "smtp", "mailfrom", "mfrom") !== undefined) ?? all[0]
  const dmarc = results.find(({ method }) => method === "dmarc")
  return {
    ...(first?.basis === undefined
      ? {}
      : { trusted: { ...defined({ authservId: first.field.authservId }), basis: first.basis } }),
    others: [...new Set(others)],
    arc: valuesOf("arc-authentication-results").length,
    ...(spf === undefined ? {} : {
      spf: defined({ result: spf.result, domain: spfDomain(spf), alignment: aligned(spfDomain(spf)) })
    }),
    dkim: results.filter(({ method }) => method === "dkim").map((result) => {
      const domain = domainOf(valueOf(result, "header", "d", "i"))
      return defined({
        result: result.result,
        domain,
        selector: valueOf(result, "header", "s"),
        alignment: aligned(domain)
      })
    }),
    ...(dmarc === undefined
      ? {}
      : { dmarc: defined({ result: dmarc.result, domain: domainOf(valueOf(dmarc, "header", "from")) }) })
  }
}
