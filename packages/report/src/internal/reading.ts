/** What the phases that read a mailbox established, in a few words. What a server said is escaped by who shows it. */
import type * as Facts from "@sonde/domain/Facts"

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`

/** An offer: how it may be changed to TLS and signed in to. */
export const capability = (facts: Facts.CapabilityFacts, encrypted: boolean): string => {
  if (facts.source === "none") return "the server does not tell what it offers"
  const ways = [...facts.auth, ...(facts.login && !facts.auth.includes("LOGIN") ? ["password command"] : [])]
  const unsaid = encrypted ? "no sign-in" : "no sign-in before TLS"
  return [
    facts.starttls ? "STARTTLS" : undefined,
    ways.length === 0 ? unsaid : `sign-in by ${ways.join(" ")}`,
    facts.source === "reissued" ? "told again after TLS" : undefined
  ].filter((part) => part !== undefined).join(", ")
}

/** RFC 9208 section 5.1: STORAGE counts 1024 octets. */
const quota = ({ limit, resource, used }: Facts.SelectFacts["quota"][number]): string => {
  const share = limit === 0 ? 100 : Math.round(100 * used / limit)
  return resource === "STORAGE"
    ? `${(used / 1024).toFixed(used < 10_240 ? 1 : 0)} of ${(limit / 1024).toFixed(0)} MiB used (${share} %)`
    : `${used} of ${limit} ${resource.toLowerCase()} used`
}

/** An opened mailbox. */
export const select = (facts: Facts.SelectFacts): string =>
  [
    facts.exists === undefined ? facts.mailbox : `${facts.mailbox}, ${counted(facts.exists, "message")}`,
    ...facts.quota.map(quota),
    ...facts.alerts.map((alert) => `ALERT: ${alert}`)
  ].join("; ")

/** A counted maildrop. */
export const stat = ({ messages, octets }: Facts.StatFacts): string =>
  `${counted(messages, "message")}, ${counted(octets, "octet")}`

/** Listed scripts. */
export const list = ({ active, scripts }: Facts.ListFacts): string =>
  [
    counted(scripts.length, "script"),
    active === undefined ? scripts.length === 0 ? undefined : "none active" : `"${active}" active`
  ].filter((part) => part !== undefined).join(", ")
