/**
 * A domain whose mail is taken at `mx.example`, all of it on 127.0.0.1: the exchanger, the server of its MTA-STS policy, and what the DNS
 * says of both. The test starts the resolver, with whatever else the domain publishes.
 */
import type { StaticZone } from "@sonde/net/Net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash, X509Certificate } from "node:crypto"
import * as HttpsServer from "./HttpsServer.ts"
import * as ScriptedServer from "./ScriptedServer.ts"
import * as TestCa from "./TestCa.ts"

/** An exchanger that is looked at as far as its certificate. */
export const exchanger = `S: 220 mx.example ESMTP
C: EHLO *
S: 250-mx.example
S: 250 STARTTLS
C: STARTTLS
S: 220 go on
tls
C: QUIT
S: 221 bye
close`

/** The digest of a certificate's key, as TLSA records of usage 3 1 1 have it. `certificate` is PEM. */
export const keyDigest = (certificate: string): string => {
  const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" })
  return createHash("sha256").update(key).digest("hex")
}

/** Where to dial when a host and port are meant. */
interface Pin {
  readonly host: string
  readonly port: number
  readonly toHost: string
  readonly toPort: number
}

/** A domain whose servers listen. `identity` is what the exchanger presents, `ca` the anchor of all certificates in PEM. */
export interface MailDomain {
  readonly ca: string
  readonly identity: TestCa.Identity
  readonly mail: ScriptedServer.ScriptedServer
  readonly zone: StaticZone
  readonly pins: ReadonlyArray<Pin>
}

/** How it differs: what the exchanger and the server of the policy present, the mode of the policy, and what else that server answers. */
export interface MailDomainOptions {
  readonly exchanger?: TestCa.Wanted
  readonly web?: TestCa.Wanted
  readonly mode?: "enforce" | "testing"
  readonly answer?: (asked: HttpsServer.Asked) => HttpsServer.Answer
}

/** Starts its servers; they stop with the scope. */
export const start = Effect.fnUntraced(function*(
  domain: string,
  { answer, exchanger: wanted, mode = "enforce", web }: MailDomainOptions = {}
): Effect.fn.Return<MailDomain, never, Scope.Scope> {
  const { ca, server } = yield* Effect.promise(TestCa.testCa)
  const identity = yield* Effect.promise(() => server(wanted))
  const mail = yield* ScriptedServer.start({ script: exchanger, tls: identity })
  const host = `mta-sts.${domain}`
  const body = `version: STSv1\nmode: ${mode}\nmx: mx.example\nmax_age: 604800\n`
  const policy: HttpsServer.Answer = { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body }
  const page = yield* HttpsServer.start(
    yield* Effect.promise(() => server({ dns: [host], ...web })),
    (asked) => answer === undefined || `${asked.headers["host"]}`.startsWith(host) ? policy : answer(asked)
  )
  return {
    ca,
    identity,
    mail,
    zone: {
      ".": { ns: ["a.root"], authentic: true },
      [domain]: { mx: [[10, "mx.example"]], authentic: true },
      "mx.example": { a: ["192.0.2.25"], authentic: true },
      "25.2.0.192.in-addr.arpa": { ptr: ["mx.example"] },
      "_25._tcp.mx.example": {
        tlsa: [{ usage: 3, selector: 1, matching: 1, data: keyDigest(identity.cert) }],
        authentic: true
      },
      [`_mta-sts.${domain}`]: { txt: ["v=STSv1; id=1"] },
      [host]: { a: ["192.0.2.80"] }
    },
    pins: [
      { host: "mx.example", port: 25, toHost: "127.0.0.1", toPort: mail.port },
      { host, port: 443, toHost: "127.0.0.1", toPort: page.port }
    ]
  }
})

/** A pin as `--connect-to` takes it. */
export const pinText = ({ host, port, toHost, toPort }: Pin): string => `${host}:${port}:${toHost}:${toPort}`
