/** `sonde tls` against every kind of port of a real Postfix and Dovecot. */
import { assert, layer } from "@effect/vitest"
import type { CheckOptions } from "@sonde/domain/Options"
import { VersionsFacts } from "@sonde/domain/TlsSurvey"
import { Sonde } from "@sonde/sonde"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Door, Host, live, seen, suite } from "./peer.ts"

/** The protocol that leads to TLS; none where the port begins with it. */
type StartTls = CheckOptions["starttls"]

/** A look at the TLS of a port of Postfix or Dovecot. */
const look = Effect.fnUntraced(function*(door: Row["door"], starttls: StartTls) {
  const host = yield* Host
  const sonde = yield* Sonde
  const port = typeof door === "number" ? door : host.ports[door]
  const report = yield* sonde.check({
    target: `${MailHost.names.host}:${port}`,
    only: ["tls"],
    ...(starttls === undefined ? {} : { starttls }),
    connectTo: [`${MailHost.names.host}:${port}:127.0.0.1:${port}`],
    ca: host.ca,
    timeout: "5s"
  })
  const phases = report.services[0]?.phases ?? []
  const facts = phases.find(({ id }) => id === "versions")?.facts
  const versions = facts === undefined ? [] : Schema.decodeUnknownSync(VersionsFacts)(facts).versions
  return {
    report,
    message: phases.find(({ error }) => error !== undefined)?.error?.message ?? "",
    taken: versions.filter(({ state }) => state === "offered").map(({ version }) => version),
    refused: versions.filter(({ state }) => state === "refused").map(({ version }) => version)
  }
})

interface Row {
  readonly door: Door | MailHost.ReaderName | "lmtp"
  readonly starttls: StartTls
  readonly error: string | undefined
  readonly taken: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
}

const old = ["TLSv1", "TLSv1.1"]
const modern = ["TLSv1.2", "TLSv1.3"]
/** What Postfix takes unless it is told otherwise. */
const all = [...old, ...modern]

const rows: ReadonlyArray<Row> = [
  { door: "starttls", starttls: "smtp", error: undefined, taken: all, refused: [] },
  { door: "tls", starttls: undefined, error: undefined, taken: all, refused: [] },
  { door: "tls12", starttls: "smtp", error: undefined, taken: ["TLSv1.2"], refused: [...old, "TLSv1.3"] },
  { door: "oldTls", starttls: "smtp", error: "TlsError ProtocolVersion", taken: old, refused: modern },
  { door: "expired", starttls: "smtp", error: "TlsError CertificateExpired", taken: all, refused: [] },
  { door: "leafOnly", starttls: "smtp", error: "TlsError IncompleteChain", taken: all, refused: [] },
  { door: "selfSigned", starttls: "smtp", error: "TlsError SelfSigned", taken: all, refused: [] },
  { door: "clear", starttls: "smtp", error: "StartTlsError NotOffered", taken: [], refused: [] },
  { door: "starttls", starttls: undefined, error: "TlsError PlaintextPeer", taken: [], refused: [] },
  { door: "imap", starttls: "imap", error: undefined, taken: modern, refused: old },
  { door: "imaps", starttls: undefined, error: undefined, taken: modern, refused: old },
  { door: "pop3", starttls: "pop3", error: undefined, taken: modern, refused: old },
  { door: "pop3s", starttls: undefined, error: undefined, taken: modern, refused: old },
  { door: "sieve", starttls: "sieve", error: undefined, taken: modern, refused: old },
  { door: "lmtp", starttls: "lmtp", error: undefined, taken: modern, refused: old }
]

suite("a look at the TLS of Postfix and Dovecot", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect.each(rows)("finds at $door (STARTTLS by $starttls) $error", (row) =>
      Effect.gen(function*() {
        const { message, refused, report, taken } = yield* look(row.door, row.starttls)
        assert.strictEqual(seen(report).error, row.error)
        assert.strictEqual(report.exitCode, row.error === undefined ? 0 : 78)
        assert.deepStrictEqual([taken, refused], [row.taken, row.refused])
        if (row.error === "TlsError PlaintextPeer") assert.include(message, "expects STARTTLS, it speaks SMTP")
      }))
  })
})
