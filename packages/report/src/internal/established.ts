/** What phases established, in words. */
import type * as Facts from "@sonde/domain/Facts"
import type * as GraphFacts from "@sonde/domain/GraphFacts"
import type { PhaseReport } from "@sonde/domain/Report"
import type * as Survey from "@sonde/domain/TlsSurvey"
import type * as TokenFacts from "@sonde/domain/TokenFacts"
import * as Escape from "../Escape.ts"
import { read } from "./facts.ts"
import { posture } from "./posture.ts"
import * as Reading from "./reading.ts"
import { attempted, reason } from "./refusal.ts"
import { duration, plural } from "./time.ts"

const claims = (facts: TokenFacts.ClaimsFacts): string => {
  if (facts.format !== "jwt") return `${facts.format}: only the provider can read it`
  return [
    facts.kind === "app" ? `application ${facts.application ?? ""}`.trimEnd() : facts.user,
    facts.audiences.length === 0 ? undefined : `for ${facts.audiences.join(", ")}`,
    facts.expiresAt === undefined ? undefined : `until ${facts.expiresAt}`,
    facts.doubts.length === 0 ? undefined : `in doubt: ${facts.doubts.map(({ name }) => name).join(", ")}`
  ].filter((part) => part !== undefined).join(", ")
}

const tokens: Readonly<Record<TokenFacts.TokenSource, string>> = {
  "given": "given",
  "device-code": "by device code",
  "authorization-code": "by sign-in at a browser",
  "client-credentials": "by client credentials",
  "refresh-token": "by refresh token",
  "service-account": "by service account"
}

const resolved = (facts: Facts.ResolveFacts): string => {
  if (facts.source === "pinned") {
    return `not asked: goes to ${
      facts.addresses.map(({ address, port }) => port === undefined ? address : `${address}:${port}`).join(", ")
    }`
  }
  if (facts.source === "proxy") return "not asked: the proxy looks the name up"
  if (facts.source === "literal") return "an address, nothing to look up"
  const count = (family: number) => facts.addresses.filter((entry) => entry.family === family).length
  const lives = facts.addresses.flatMap(({ ttlSeconds }) => ttlSeconds === undefined ? [] : [ttlSeconds])
  return [
    count(4) > 0 ? `${count(4)} A` : undefined,
    count(6) > 0 ? `${count(6)} AAAA` : undefined,
    facts.withheld === undefined ? undefined : `${facts.withheld} not to be dialled from here`,
    facts.aliases === undefined ? undefined : `by alias ${facts.aliases.join(", ")}`,
    lives.length === 0 ? undefined : `TTL ${duration(Math.min(...lives) * 1000)}`,
    facts.authentic === true ? "signed (AD)" : undefined,
    facts.source === "hosts" ? "from the system's own table" : undefined,
    facts.resolver === undefined ? undefined : `asked ${facts.resolver}`
  ].filter((part) => part !== undefined).join(", ")
}

/** That a greeting kept waiting. */
const late = ({ firstOctetMillis = 0, wholeMillis = 0 }: Facts.GreetingFacts): string =>
  wholeMillis < 1000 ? "" : `; first octet after ${duration(firstOctetMillis)}, whole after ${duration(wholeMillis)}`

const connected = (facts: Facts.ConnectFacts): string => {
  const others = facts.attempts.filter((entry) => entry.address !== facts.address).map(attempted)
  const by = facts.proxy === undefined ? "" : ` through ${facts.proxy}`
  return [`${facts.address}${by}`, ...others].map(Escape.line).join("; ")
}

const ehlo = (facts: Facts.EhloFacts, encrypted: boolean): string => {
  if (facts.starttls && !encrypted && facts.auth.length === 0) return "STARTTLS; no AUTH before TLS, as usual here"
  return [
    facts.starttls ? "STARTTLS" : undefined,
    facts.auth.length > 0 ? `AUTH ${facts.auth.map(Escape.line).join(" ")}` : "no AUTH",
    facts.size === undefined || facts.size === 0 ? undefined : `SIZE ${facts.size}`
  ].filter((part) => part !== undefined).join(", ")
}

const signedIn = (facts: Facts.AuthFacts): string => {
  const { beforeTls, channelBinding } = facts
  return [
    Escape.line(
      facts.mechanism === "EXTERNAL" && facts.user === ""
        ? "EXTERNAL as whom the certificate names"
        : `${facts.mechanism} as ${facts.user}`
    ),
    channelBinding === undefined ? undefined : `tied to this connection (${Escape.line(channelBinding)})`,
    beforeTls === undefined || beforeTls.offered.length === 0 ? undefined : "AUTH is offered before TLS too",
    beforeTls === undefined || beforeTls.removed.length === 0
      ? undefined
      : `gone after TLS: ${beforeTls.removed.map(Escape.line).join(" ")}`,
    ...(facts.alerts ?? []).map((alert) => Escape.line(`ALERT: ${alert}`))
  ].filter((part) => part !== undefined).join("; ")
}

const sentBy = ({ reply, uploaded, way }: GraphFacts.SendFacts): string =>
  way === "draft" ? `accepted as a draft, ${uploaded ?? 0} octets uploaded: ${reply}` : `accepted: ${reply}`

const tls = (facts: Facts.TlsFacts): string => {
  const version = Escape.line(facts.protocol).replace(/^TLSv/, "TLS ")
  return facts.conditions.length === 0
    ? `${version}, chain and name verified, ${plural(facts.daysLeft, "day")} left`
    : `${version}, NOT verified: ${facts.conditions.map(reason).join(", ")}`
}

const versionName = (version: string): string =>
  Escape.line(version).replace(/^TLSv(\d)(?:\.(\d))?$/, (_, major, minor = "0") => `${major}.${minor}`)

const takes: ReadonlyArray<readonly [state: Survey.Taken, said: string]> = [
  ["offered", "takes TLS"],
  ["refused", "refuses"],
  ["unknown", "not known"]
]

const withoutName = {
  same: "",
  other: "needs the server name (SNI)",
  refused: "needs the server name (SNI)",
  unknown: ""
}

const versions = (facts: Survey.VersionsFacts): string =>
  [
    ...takes.map(([state, said]) => {
      const names = facts.versions.filter((one) => one.state === state).map(({ version }) => versionName(version))
      return names.length === 0 ? "" : `${said} ${names.join(", ")}`
    }),
    facts.withoutName === undefined ? "" : withoutName[facts.withoutName.state],
    facts.alpn === undefined
      ? ""
      : facts.alpn.chosen === undefined
      ? facts.alpn.state === "refused" ? `refuses ALPN ${Escape.line(facts.alpn.offered)}` : ""
      : `ALPN ${Escape.line(facts.alpn.chosen)}`
  ].filter((part) => part !== "").join("; ")

/**
 * What a phase established, in a few words; empty where there is nothing to say. `encrypted` tells whether TLS stood
 * when the phase ran.
 *
 * @category phrases
 * @since 0.1.0
 */
export const established = (phase: PhaseReport, encrypted: boolean): string => {
  const { facts } = phase
  if (facts === undefined) return ""
  const said = (() => {
    switch (phase.id) {
      case "resolve":
        return read.resolve(facts, resolved)
      case "connect":
        return read.connect(facts, connected)
      case "greeting":
        return read.greeting(
          facts,
          (it) => Escape.line(`${it.code === undefined ? "" : `${it.code} `}${it.text}${late(it)}`)
        )
      case "ehlo":
        return read.ehlo(facts, (it) => ehlo(it, encrypted))
      case "starttls":
        return read.starttls(facts, (it) => Escape.line(it.text))
      case "tls":
        return read.tls(facts, tls)
      case "versions":
        return read.versions(facts, versions)
      case "auth":
        return read.auth(facts, signedIn)
      case "mail":
        return read.mail(facts, (it) => Escape.line(`from ${it.from === "" ? "<>" : it.from}`))
      case "rcpt":
        return read.rcpt(facts, (it) => Escape.line(`to ${it.recipients.map((one) => one.to).join(", ")}`))
      case "data":
        return read.data(
          facts,
          (it) =>
            Escape.line(
              it.recipients === undefined
                ? `accepted: ${it.reply}`
                : it.recipients.map(({ reply, state, to }) => `${to} ${state}: ${reply}`).join("; ")
            )
        )
      case "capability":
        return read.capability(facts, (it) => Escape.line(Reading.capability(it, encrypted)))
      case "select":
        return read.select(facts, (it) => Escape.line(Reading.select(it)))
      case "stat":
        return read.stat(facts, Reading.stat)
      case "list":
        return read.list(facts, (it) => Escape.line(Reading.list(it)))
      case "logout":
        return read.logout(facts, (it) => Escape.line(it.text))
      case "quit":
        return read.quit(facts, (it) => Escape.line(it.text))
      case "mailbox":
        return read.mailbox(facts, (it) => Escape.line(`${it.mailbox} can be sent from, as ${it.path}`))
      case "send":
        return read.send(facts, (it) => Escape.line(it.dry ? `tried without recipients: ${it.reply}` : sentBy(it)))
      case "claims":
        return read.claims(facts, (it) => Escape.line(claims(it)))
      case "token":
        return read.token(
          facts,
          (it) =>
            [
              tokens[it.source],
              it.cached === undefined
                ? undefined
                : it.cached === "kept"
                ? "kept from an earlier run"
                : "refreshed with one that was kept",
              it.lifetimeSeconds === undefined ? undefined : `for ${duration(it.lifetimeSeconds * 1000)}`,
              it.successor === "lost"
                ? "a new refresh token came and is not kept (--token-cache-key keeps it)"
                : undefined
            ].filter((part) => part !== undefined).join(", ")
        )
      default:
        return posture(phase)
    }
  })()
  return Escape.line(said ?? "")
}
