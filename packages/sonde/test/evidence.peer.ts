/** What the services of one run say about each other, against a real Postfix and Dovecot that close a service to some accounts. */
import { assert, layer } from "@effect/vitest"
import * as Pack from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import * as Phases from "@sonde/phases/Phases"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import { type Check, JournalStore, Sonde } from "@sonde/sonde"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Host, suite } from "./peer.ts"

const { host } = MailHost.names
const services = ["smtp-submission", "imap", "pop3", "sieve"] as const

/** A provider with the four services of the test host, at the usual ports. */
const pack = Result.getOrThrow(Pack.decode({
  id: "example-test",
  name: "Example Test",
  kind: "provider",
  version: "2026.11.1",
  reviewBy: "2027-05-01",
  recognise: { domains: [{ name: MailHost.names.domain, weight: 95 }] },
  endpoints: [
    { service: "smtp-submission", protocol: "smtp", host, port: 587, security: "starttls", sources: [] },
    { service: "imap", protocol: "imap", host, port: 993, security: "tls", sources: [] },
    { service: "pop3", protocol: "pop3", host, port: 995, security: "tls", sources: [] },
    { service: "sieve", protocol: "sieve", host, port: 4190, security: "starttls", sources: [] }
  ],
  signIn: { userName: "address" }
}))

const live = Layer.merge(
  Host.layer,
  Sonde.layerNoDeps.pipe(
    Layer.provide(Layer.mergeAll(Packs.layerWith([pack]), Phases.layer, JournalStore.layerMemory)),
    Layer.provide(NodeNet.layer)
  )
)

/** All services of a mailbox in one run; `sending` is the port of Postfix that stands for 587. */
const check = Effect.fnUntraced(
  function*(
    mailbox: keyof typeof MailHost.passwords,
    options: Partial<Check> = {},
    sending: MailHost.DoorName = "starttls"
  ) {
    const { ca, ports } = yield* Host
    const to = { 587: ports[sending], 993: ports.imaps, 995: ports.pop3s, 4190: ports.sieve }
    const report = yield* (yield* Sonde).check({
      target: mailbox,
      secret: Redacted.make(MailHost.passwords[mailbox]),
      only: services,
      connectTo: Object.entries(to).map(([port, there]) => `${host}:${port}:127.0.0.1:${there}`),
      ca,
      timeout: "5s",
      ...options
    })
    return {
      exitCode: report.exitCode,
      services: report.services.map(({ id, outcome }) => `${id} ${outcome}`),
      verdicts: report.verdicts.map(({ cause, confidence, ruledOut, service }) =>
        `${service} ${cause} ${confidence}${ruledOut.includes("secret") ? ", the secret is right" : ""}`
      ),
      rules: report.verdicts.map(({ rule }) => rule)
    }
  }
)

suite("the services of one mailbox, judged together", () => {
  layer(live, { timeout: "60 seconds" })((it) => {
    it.effect("takes one password at all four", () =>
      Effect.gen(function*() {
        const { exitCode, services: seen, verdicts } = yield* check("alice@example.test")
        assert.deepStrictEqual([exitCode, seen, verdicts], [0, services.map((id) => `${id} pass`), []])
      }))

    it.effect("knows that sending is closed, for reading takes the password", () =>
      Effect.gen(function*() {
        const seen = yield* check("erin@example.test")
        assert.deepStrictEqual(seen, {
          exitCode: 77,
          services: ["smtp-submission fail", "imap pass", "pop3 pass", "sieve pass"],
          verdicts: ["smtp-submission signin_blocked_by_provider likely, the secret is right"],
          rules: ["generic/password-right-by-imap-not-for-sending"]
        })
      }))

    it.effect("knows that POP3 alone is closed", () =>
      Effect.gen(function*() {
        const seen = yield* check("gina@example.test")
        assert.deepStrictEqual(seen, {
          exitCode: 77,
          services: ["smtp-submission pass", "imap pass", "pop3 fail", "sieve pass"],
          verdicts: ["pop3 imap_disabled likely, the secret is right"],
          rules: ["generic/password-right-by-imap-not-for-pop3"]
        })
      }))

    it.effect("knows that IMAP alone is closed", () =>
      Effect.gen(function*() {
        const seen = yield* check("frank@example.test")
        assert.deepStrictEqual(seen, {
          exitCode: 77,
          services: ["smtp-submission pass", "imap fail", "pop3 pass", "sieve pass"],
          verdicts: ["imap imap_disabled likely, the secret is right"],
          rules: ["generic/password-right-by-pop3-not-for-imap"]
        })
      }))

    it.effect("rules out nothing where all refuse the password", () =>
      Effect.gen(function*() {
        const { exitCode, services: seen, verdicts } = yield* check("bob@example.test", {
          secret: Redacted.make("wrong-everywhere-3a")
        })
        assert.deepStrictEqual([exitCode, seen], [77, services.map((id) => `${id} fail`)])
        assert.deepStrictEqual(
          verdicts.map((verdict) => verdict.replace(/ \w+$/, "")),
          services.map((id) => `${id} bad_credentials`)
        )
      }))

    it.effect("reads the mailbox though the certificate of the sending port has expired", () =>
      Effect.gen(function*() {
        const { exitCode, services: seen, verdicts } = yield* check("alice@example.test", {}, "expired")
        assert.deepStrictEqual([exitCode, seen], [78, ["smtp-submission fail", "imap pass", "pop3 pass", "sieve pass"]])
        assert.deepStrictEqual(verdicts, ["smtp-submission cert_expired certain"])
      }))
  })
})
