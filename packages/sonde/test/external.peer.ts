/**
 * Client certificates and SASL EXTERNAL (RFC 4422 appendix A) at a real Dovecot, which takes the name of the user out of the
 * certificate, and at a real Postfix, which has no EXTERNAL.
 */
import { assert, layer } from "@effect/vitest"
import { type Check, type Report, Sonde } from "@sonde/sonde"
import type { Identity } from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { at, diagnose, Host, live, password, seen, suite } from "./peer.ts"

const doors = [
  { service: "smtp-submission", port: "dovecot", security: "starttls" },
  { service: "imap", port: "imap", security: "starttls" },
  { service: "imap", port: "imaps", security: "tls" },
  { service: "pop3", port: "pop3", security: "starttls" },
  { service: "pop3", port: "pop3s", security: "tls" },
  { service: "sieve", port: "sieve", security: "starttls" }
] as const

const pem = ({ cert, key }: Identity) => ({ tlsCertificate: Redacted.make(cert), tlsKey: Redacted.make(key) })

const certificateOf = (name: string, byStranger = false) =>
  Effect.flatMap(Host, (host) => Effect.promise(async () => pem(await host.clientCertificate(name, byStranger))))

const alice = certificateOf("alice@example.test")

const check = Effect.fnUntraced(function*(door: typeof doors[number], options: Partial<Check>) {
  const host = yield* Host
  const { port, security, service } = door
  return yield* (yield* Sonde).check(at(host, host.ports[port], { only: [service], security, ...options }))
})

const factsOf = (report: Report, phase: string): unknown =>
  report.services.flatMap(({ phases }) => phases).findLast(({ id }) => id === phase)?.facts

const short = (report: Report) => {
  const { cause, error, exitCode, phase } = seen(report)
  return [exitCode, phase, error, cause]
}

const accepted = [0, undefined, undefined, undefined]

suite("EXTERNAL at a real Dovecot", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect.each(doors)(
      "signs in as whom the certificate names: $service at $port",
      (door) =>
        Effect.gen(function*() {
          const certificate = yield* alice
          const report = yield* check(door, { auth: "external", ...certificate })
          assert.deepStrictEqual(short(report), accepted)
          assert.deepInclude(factsOf(report, "tls"), { clientCertificate: "sent" })
          assert.deepInclude(factsOf(report, "auth"), { mechanism: "EXTERNAL", user: "" })
          const key = Redacted.value(certificate.tlsKey).split("\n").slice(1, -2).join("")
          assert.notInclude(JSON.stringify(report).replaceAll("\\n", ""), key)
        })
    )

    it.effect.each(doors)(
      "acts as --user where that is the name in the certificate: $service at $port",
      (door) =>
        Effect.gen(function*() {
          const report = yield* check(door, { auth: "external", user: "alice@example.test", ...(yield* alice) })
          assert.deepStrictEqual(short(report), accepted)
        })
    )

    it.effect.each(doors)(
      "is refused where nobody has the name in the certificate: $service at $port",
      (door) =>
        Effect.gen(function*() {
          const certificate = yield* certificateOf("mallory@example.test")
          const report = yield* check(door, { auth: "external", ...certificate })
          assert.deepStrictEqual(short(report), [77, "auth", "AuthRejected", "bad_credentials"])
          assert.strictEqual(report.verdicts[0]?.title, "The server knows nobody by the name in the certificate")
          assert.deepInclude(factsOf(report, "tls"), { clientCertificate: "sent" })
        })
    )

    it.effect.each(doors)(
      "is refused with a certificate by an authority that is not trusted: $service at $port",
      (door) =>
        Effect.gen(function*() {
          const certificate = yield* certificateOf("alice@example.test", true)
          const report = yield* check(door, { auth: "external", ...certificate })
          assert.notStrictEqual(report.exitCode, 0)
          assert.isUndefined(factsOf(report, "auth"))
        })
    )

    it.effect.each(doors)("is not needed for a password: $service at $port", (door) =>
      Effect.gen(function*() {
        const report = yield* check(door, { secret: password })
        assert.deepStrictEqual(short(report), accepted)
        assert.deepInclude(factsOf(report, "tls"), { clientCertificate: "asked" })
      }))
  })
})

suite("a client certificate at a real Postfix", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect("is told to be missing where it is demanded, and shown where there is one", () =>
      Effect.gen(function*() {
        const without = yield* diagnose("demandingCertificate", { secret: password }, 1)
        // Postfix lets the handshake pass, and says it to the first command.
        const missing = [75, "ehlo", "TemporaryFailure", "client_certificate_required"]
        assert.deepStrictEqual(short(without.report), missing)
        const shown = yield* diagnose("demandingCertificate", { secret: password, ...(yield* alice) }, 1)
        assert.deepStrictEqual(short(shown.report), accepted)
        assert.deepInclude(factsOf(shown.report, "tls"), { clientCertificate: "sent" })
      }))

    it.effect("counts for nothing where its authority is not trusted", () =>
      Effect.gen(function*() {
        const certificate = yield* certificateOf("alice@example.test", true)
        const { report } = yield* diagnose("demandingCertificate", { secret: password, ...certificate }, 1)
        assert.notStrictEqual(report.exitCode, 0)
        assert.notInclude(["mail", "auth"], seen(report).phase)
      }))

    it.effect("signs nobody in, and that is said, whether EXTERNAL is offered or not", () =>
      Effect.gen(function*() {
        const options = { auth: "external", ...(yield* alice) } as const
        const offered = yield* diagnose("askingCertificate", options, 1)
        assert.deepInclude(factsOf(offered.report, "tls"), { clientCertificate: "sent" })
        assert.deepStrictEqual(short(offered.report), [77, "auth", "AuthRejected", "auth_mechanism_unsupported"])
        assert.strictEqual(offered.report.verdicts[0]?.title, "Postfix offers EXTERNAL and cannot do it")
        const usual = yield* diagnose("demandingCertificate", options, 1)
        assert.deepStrictEqual(short(usual.report).slice(1, 3), ["auth", "AuthUnavailable NoCommonMechanism"])
        assert.strictEqual(seen(usual.report).auths, 0)
      }))
  })
})
