/** Examines a domain of a static world as a run does, and gives facts and findings. */
import type { Finding } from "@sonde/domain/Verdict"
import type { StaticServer, StaticWorld, StaticZone } from "@sonde/net/Net"
import * as Net from "@sonde/net/Net"
import * as Bimi from "@sonde/policy/bimi/Check"
import { judge as judgeBimi } from "@sonde/policy/bimi/Judge"
import * as Dane from "@sonde/policy/dane/Check"
import { judge as judgeDane } from "@sonde/policy/dane/Judge"
import type { Selector } from "@sonde/policy/dkim/Check"
import * as Dkim from "@sonde/policy/dkim/Check"
import { judge as judgeDkim } from "@sonde/policy/dkim/Judge"
import * as Dmarc from "@sonde/policy/dmarc/Check"
import { judge as judgeDmarc } from "@sonde/policy/dmarc/Judge"
import * as MtaSts from "@sonde/policy/mta-sts/Check"
import { judge as judgeMtaSts } from "@sonde/policy/mta-sts/Judge"
import * as Mx from "@sonde/policy/mx/Check"
import { judge as judgeMx } from "@sonde/policy/mx/Judge"
import { judge as judgeSpf } from "@sonde/policy/spf/Judge"
import * as Survey from "@sonde/policy/spf/Survey"
import * as TlsRpt from "@sonde/policy/tls-rpt/Check"
import { judge as judgeTlsRpt } from "@sonde/policy/tls-rpt/Judge"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as Effect from "effect/Effect"

export const domain = "example.org"

export interface Options {
  readonly selectors?: ReadonlyArray<Selector>
  readonly sender?: { readonly address: string; readonly from: string; readonly helo: string }
}

const subject = { domain, again: `sonde posture ${domain}` }

/** Everything that is found of the domain in a world. */
export const examine = (world: StaticWorld, options: Options = {}) =>
  Effect.gen(function*() {
    const reach = { pins: [], timeoutMillis: 1000, recorder: StaticNet.recorder() }
    const lookup = { timeoutMillis: 1000 }
    const { selectors = [], sender } = options
    const spfDomain = sender?.from.slice(sender.from.lastIndexOf("@") + 1)
    const mx = yield* Mx.survey(domain, reach, sender?.address)
    const spf = yield* Survey.survey(domain, lookup, sender)
    const dkim = yield* Dkim.survey(domain, selectors, lookup)
    const dmarc = yield* Dmarc.survey(domain, lookup, spfDomain)
    const mtaSts = yield* MtaSts.survey(domain, reach)
    const tlsRpt = yield* TlsRpt.survey(domain, lookup)
    const dane = yield* Dane.survey(mx, lookup)
    const bimi = yield* Bimi.survey(domain, dmarc, lookup)
    const findings: ReadonlyArray<Finding> = [
      ...judgeMx(subject, mx),
      ...judgeSpf(subject, spf, mx),
      ...judgeDkim(subject, dkim),
      ...judgeDmarc(subject, dmarc, mx),
      ...judgeMtaSts(subject, mtaSts, mx),
      ...judgeTlsRpt(subject, tlsRpt, mx),
      ...judgeDane(subject, dane, mx),
      ...judgeBimi(subject, bimi)
    ]
    return { mx, spf, dkim, dmarc, mtaSts, tlsRpt, dane, bimi, findings }
  }).pipe(Effect.provide(Net.layerStatic(world)))

/** A selector of the caller. */
export const selector = (name: string): Selector => ({ selector: name, source: "option" })

const exchanger = `S: 220 mail.example.org ESMTP
C: EHLO *
S: 250-mail.example.org
S: 250 STARTTLS
C: STARTTLS
S: 220 go on
tls
C: QUIT
S: 221 bye`

const key = new Uint8Array([1, 2, 3])

/** An exchanger that takes TLS and shows a certificate in order, or one that something is wrong with. */
export const server = (
  conditions: ReadonlyArray<"CertificateExpired" | "HostnameMismatch" | "UnknownIssuer"> = []
): StaticServer => ({
  script: exchanger,
  tls: { conditions, presented: () => [{ certificate: new Uint8Array([1]), key }] }
})

/** SHA-256 of the public key that `server` shows. */
export const keyHash = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"

/** A zone in which all is well: SPF, DKIM at `s1`, DMARC, MTA-STS, TLS reporting, DANE. */
export const good: StaticZone = {
  ".": { ns: ["a.root"], authentic: true },
  "example.org": {
    mx: [[10, "mail.example.org"]],
    a: ["192.0.2.80"],
    txt: ["v=spf1 mx -all", "other"],
    authentic: true
  },
  "mail.example.org": { a: ["192.0.2.25"], authentic: true },
  "25.2.0.192.in-addr.arpa": { ptr: ["mail.example.org"] },
  "s1._domainkey.example.org": { txt: ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="] },
  "_dmarc.example.org": { txt: ["v=DMARC1; p=reject; rua=mailto:dmarc@example.org"] },
  "_mta-sts.example.org": { txt: ["v=STSv1; id=1"] },
  "mta-sts.example.org": { a: ["192.0.2.80"] },
  "_smtp._tls.example.org": { txt: ["v=TLSRPTv1; rua=mailto:tls@example.org"] },
  "_25._tcp.mail.example.org": {
    tlsa: [{ usage: 3, selector: 1, matching: 1, data: keyHash }],
    authentic: true
  }
}

/** The policy that goes with `good`. */
export const policy = (text = "version: STSv1\nmode: enforce\nmx: mail.example.org\nmax_age: 604800\n") => ({
  "mta-sts.example.org:443": () => ({ status: 200, headers: { "content-type": "text/plain" }, body: text })
})

/** The world of `good`, with records changed and servers replaced. */
export const world = (zone: StaticZone = {}, more: Partial<StaticWorld> = {}): StaticWorld => ({
  zone: { ...good, ...zone },
  servers: { "mail.example.org:25": server() },
  http: policy(),
  ...more
})
