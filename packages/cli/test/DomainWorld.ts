/**
 * A domain that publishes much and not all of it well, with its exchanger, its web servers and a host whose certificate has run out, all
 * on 127.0.0.1.
 */
import * as MailDomain from "@sonde/testkit/MailDomain"
import * as NameServer from "@sonde/testkit/NameServer"
import * as ScriptedServer from "@sonde/testkit/ScriptedServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { generateKeyPairSync } from "node:crypto"

/** The domain, and the host with a port. */
export const domain = "firm.example"
export const host = "old.firm.example:993"

/** How to reach all of it. `pins` are values of `--connect-to`. */
export interface DomainWorld {
  readonly dns: string
  readonly ca: string
  readonly pins: ReadonlyArray<string>
}

const server = (tag: string, type: string, name: string, port: number, socket: string) =>
  `<${tag} type="${type}"><hostname>${name}</hostname><port>${port}</port><socketType>${socket}</socketType>`
  + `<username>%EMAILADDRESS%</username></${tag}>`

const settings = `<clientConfig version="1.1"><emailProvider id="${domain}"><displayName>Firm</displayName>${
  server("incomingServer", "imap", "imap.firm.example", 993, "SSL")
}${server("outgoingServer", "smtp", "smtp.firm.example", 587, "STARTTLS")}</emailProvider></clientConfig>`

const local = { a: ["127.0.0.1"] }

/** What the domain publishes, with what the DNS has of its first exchanger. */
const published = (taken: MailDomain.MailDomain["zone"], dkim: string) => ({
  ...taken,
  [domain]: {
    mx: [[10, "mx.example"] as const, [20, "mail.mx2.example"] as const],
    txt: ["v=spf1 include:_spf.firm.example ip4:192.0.2.0/24 ~all"],
    authentic: true,
    ...local
  },
  "_spf.firm.example": { txt: ["v=spf1 ip4:198.51.100.0/24 include:gone.firm.example -all"] },
  "mail.mx2.example": { a: ["192.0.2.26"], authentic: true },
  "s1._domainkey.firm.example": { txt: [`v=DKIM1; k=rsa; p=${dkim}`] },
  "_dmarc.firm.example": { txt: ["v=DMARC1; p=none; rua=mailto:dmarc@firm.example"] },
  "_imaps._tcp.firm.example": { srv: [[0, 1, 993, "old.firm.example"] as const] },
  "old.firm.example": local
})

/** Starts it; it stops with the scope. */
export const start = Effect.gen(function*() {
  const { server: issued } = yield* Effect.promise(TestCa.testCa)
  const expired = yield* Effect.promise(() =>
    issued({ subject: "CN=old.firm.example", dns: ["old.firm.example"], fromDays: -90, toDays: -3, key: "RSA-1024" })
  )
  const { ca, pins, zone } = yield* MailDomain.start(domain, {
    mode: "testing",
    web: { dns: ["mta-sts.firm.example", domain] },
    answer: ({ path }) =>
      path === "/.well-known/autoconfig/mail/config-v1.1.xml"
        ? { status: 200, body: settings }
        : { status: 404, body: "" }
  })
  const other = yield* ScriptedServer.start({
    script: "S: 220 mail.mx2.example\nC: EHLO *\nS: 250 mail.mx2.example\nC: QUIT\nS: 221 bye\nclose"
  })
  const old = yield* ScriptedServer.start({
    script: ["tls", "wait 1s"],
    tls: { ...expired, ciphers: "DEFAULT:@SECLEVEL=0", minVersion: "TLSv1", maxVersion: "TLSv1.2" }
  })
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "der" })
  const dns = yield* NameServer.start({
    zone: published(zone, short.toString("base64")),
    fail: { "ptr 26.2.0.192.in-addr.arpa": "ServerFailure" }
  })
  const world: DomainWorld = {
    dns: dns.server,
    ca,
    pins: [
      ...pins.flatMap((pin) => pin.port === 443 ? [pin, { ...pin, host: domain }] : [pin]).map(MailDomain.pinText),
      `mail.mx2.example:25:127.0.0.1:${other.port}`,
      `${host}:127.0.0.1:${old.port}`
    ]
  }
  return world
})
