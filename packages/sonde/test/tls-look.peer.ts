import { assert, layer } from "@effect/vitest"
import { VersionsFacts } from "@sonde/domain/TlsSurvey"
import { Sonde } from "@sonde/sonde"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Door, Host, live, seen, suite } from "./peer.ts"

/** A look at the TLS of a port of Postfix, or of Dovecot's submission service. */
const look = Effect.fnUntraced(function*(door: Door, starttls: boolean) {
  const host = yield* Host
  const sonde = yield* Sonde
  const port = typeof door === "number" ? door : host.ports[door]
  const report = yield* sonde.check({
    target: `${MailHost.names.host}:${port}`,
    only: ["tls"],
    ...(starttls ? { starttls: "smtp" as const } : {}),
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
  readonly door: Door
  readonly starttls: boolean
  readonly error: string | undefined
  readonly taken: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
}

const old = ["TLSv1", "TLSv1.1"]
const modern = ["TLSv1.2", "TLSv1.3"]
/** What Postfix takes unless it is told otherwise. */
const all = [...old, ...modern]

const rows: ReadonlyArray<Row> = [
  { door: "starttls", starttls: true, error: undefined, taken: all, refused: [] },
  { door: "tls", starttls: false, error: undefined, taken: all, refused: [] },
  { door: "tls12", starttls: true, error: undefined, taken: ["TLSv1.2"], refused: [...old, "TLSv1.3"] },
  { door: "oldTls", starttls: true, error: "TlsError ProtocolVersion", taken: old, refused: modern },
  { door: "expired", starttls: true, error: "TlsError CertificateExpired", taken: all, refused: [] },
  { door: "leafOnly", starttls: true, error: "TlsError IncompleteChain", taken: all, refused: [] },
  { door: "selfSigned", starttls: true, error: "TlsError SelfSigned", taken: all, refused: [] },
  { door: "clear", starttls: true, error: "StartTlsError NotOffered", taken: [], refused: [] },
  { door: "starttls", starttls: false, error: "TlsError PlaintextPeer", taken: [], refused: [] }
]

suite("a look at the TLS of Postfix", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect.each(rows)("finds at $door (STARTTLS $starttls) $error", (row) =>
      Effect.gen(function*() {
        const { message, refused, report, taken } = yield* look(row.door, row.starttls)
        assert.strictEqual(seen(report).error, row.error)
        assert.strictEqual(report.exitCode, row.error === undefined ? 0 : 78)
        assert.deepStrictEqual([taken, refused], [row.taken, row.refused])
        if (row.error === "TlsError PlaintextPeer") assert.include(message, "expects STARTTLS, it speaks SMTP")
      }))
  })
})
