/** Which versions a server takes, asked at the end of a check. */
import { assert, describe, it } from "@effect/vitest"
import type { TlsReason } from "@sonde/domain/Certificate"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Support from "./support.ts"

const refuses: Support.Replies = { AUTH: ["S: 535 5.7.8 authentication failed"] }
const busy: Support.Replies = { AUTH: ["S: 454 4.7.0 too many sessions"] }

/** A check of a mailbox, and how often its server was connected to. */
const check = (
  options: Partial<CheckOptions> = {},
  { replies = {}, tls }: { readonly replies?: Support.Replies; readonly tls?: TlsReason } = {}
) => {
  const told: Array<string> = []
  const { script } = Support.server(told, () => replies)
  const server = { script, ...(tls === undefined ? {} : { tls }) }
  return Support.check({ target: "person@example.com", ...options }).pipe(
    Effect.map(({ report }) => ({ report, connections: told.filter((verb) => verb === "connect").length })),
    Effect.provide(Layer.merge(Support.layer(Support.world(server)), JournalStore.layerMemory))
  )
}

const last = (report: Report) => Support.states(report).at(-1)

describe("the versions of a server in a check", () => {
  it.effect("are asked for when the conversation is over, each on a connection of its own", () =>
    Effect.gen(function*() {
      const { connections, report } = yield* check()
      assert.strictEqual(last(report), "versions pass")
      const { facts } = report.services[0]?.phases.at(-1) ?? {}
      const versions = facts?.["versions"] as ReadonlyArray<{ readonly version: string }>
      assert.deepStrictEqual(versions.map(({ version }) => version), ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
      // The conversation, and one for each version that it did not agree on.
      assert.strictEqual(connections, 4)
    }))

  it.effect("are asked for although the password was refused, and change no verdict", () =>
    Effect.gen(function*() {
      const { report } = yield* check({}, { replies: refuses })
      const states = Support.states(report)
      assert.deepStrictEqual(states.slice(states.indexOf("auth fail")), [
        "auth fail",
        "mail auth",
        "rcpt auth",
        "data auth",
        "quit auth",
        "versions pass"
      ])
      assert.deepStrictEqual(report.verdicts.map(({ cause }) => cause), ["bad_credentials"])
    }))

  it.effect("are not asked of a server that wants fewer connections", () =>
    Effect.gen(function*() {
      const { connections, report } = yield* check({}, { replies: busy })
      assert.strictEqual(last(report), "versions auth")
      assert.strictEqual(connections, 1)
    }))

  it.effect.each<[string, Partial<CheckOptions>]>([
    ["a phase to stop after", { until: "auth" }],
    ["an endpoint by hand", { host: Support.host, port: 587 }],
    ["a message to send", { deliver: true }],
    ["a word against it", { tlsVersions: "never" }]
  ])("are not asked for with %s", ([, options]) =>
    Effect.gen(function*() {
      const { connections, report } = yield* check(options)
      assert.notInclude(Support.states(report).join(), "versions")
      assert.strictEqual(connections, 1)
    }))

  it.effect.each<[string, Partial<CheckOptions>]>([
    ["a service that is named", { only: ["smtp-submission"] }],
    ["a sender that is named", { from: "person@example.com" }],
    ["an endpoint by hand and a word for it", { host: Support.host, port: 587, tlsVersions: "always" }],
    ["a message to send and a word for it", { deliver: true, tlsVersions: "always" }],
    ["nothing but the handshake and a word for it", { until: "tls", tlsVersions: "always" }],
    ["the default by name", { tlsVersions: "auto" }]
  ])("are asked for with %s", ([, options]) =>
    Effect.gen(function*() {
      const { connections, report } = yield* check(options)
      assert.strictEqual(last(report), "versions pass")
      assert.strictEqual(connections, 4)
      assert.strictEqual(report.exitCode, 0)
    }))

  it.effect("are left open where the run stops before a handshake, or has none", () =>
    Effect.gen(function*() {
      const { connections, report } = yield* check({ until: "connect", tlsVersions: "always" })
      assert.strictEqual(last(report), "versions until")
      assert.strictEqual(connections, 1)
      const clear = yield* check({ security: "none", until: "ehlo", tlsVersions: "always" })
      assert.notInclude(Support.states(clear.report).join(), "versions")
    }))

  it.effect("explain also in a narrowed run that nothing was agreed on", () =>
    Effect.gen(function*() {
      const narrow = { host: Support.host, port: 587 }
      const { report } = yield* check(narrow, { tls: "ProtocolVersion" })
      assert.includeMembers([...Support.states(report)], ["tls fail", "auth tls", "quit tls", "versions pass"])
      const { connections } = yield* check(narrow, { tls: "Reset" })
      assert.strictEqual(connections, 1)
      const silenced = yield* check({ ...narrow, tlsVersions: "never" }, { tls: "ProtocolVersion" })
      assert.strictEqual(silenced.connections, 1)
    }))
})
