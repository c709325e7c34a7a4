/** What is noticed of a secret before it is sent, told with a refusal, and never a part of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Net from "@sonde/net/Net"
import { type Check, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const server = (last: string) => (line: string | undefined): ReadonlyArray<string> => {
  if (line === undefined) return ["tls", "S: 220 mail.example"]
  if (line.startsWith("EHLO")) return ["S: 250-mail.example", "S: 250 AUTH PLAIN XOAUTH2"]
  if (line.startsWith("QUIT")) return ["S: 221 bye"]
  return [`S: ${last}`]
}

const check = (options: Partial<Check>, last = "535 5.7.8 Error: authentication failed") =>
  Effect.gen(function*() {
    const sonde = yield* Sonde
    return yield* sonde.check({
      target: "alice@example.test",
      host: "mail.example",
      port: 465,
      security: "tls",
      ...options
    })
  }).pipe(
    Effect.provide(Sonde.layer.pipe(Layer.provide(Net.layerStatic({
      zone: { "mail.example": { a: ["192.0.2.25"] } },
      servers: { "mail.example:465": { script: server(last) } }
    }))))
  )

describe("the form of a secret", () => {
  it.effect.each<readonly [secret: string, title: RegExp]>([
    [" wonderland-7f3a", /begins or ends with white space/],
    ["wonderland-7f3a ", /begins or ends with white space/],
    ["wonderländ-7f3a", /outside ASCII/],
    ["w\u043enderland-7f3a", /look like others/],
    ["wonderland\u20137f3a", /look like others/],
    ["\u201cwonderland-7f3a\u201d", /look like others/],
    ["wonderland\u00a07f3a", /not to be seen/],
    ["wonderland\u200b7f3a", /not to be seen/],
    ["abcd efgh ijkl mnop", /app password, with the spaces/],
    ["6f9619ff-8b86-4011-b42d-00cf4fc964ff", /form of an id/]
  ])("is told beside a refusal, and nothing of the secret is: %#", ([secret, title]) =>
    Effect.gen(function*() {
      const report = yield* check({ secret: Redacted.make(secret) })
      const [refusal, form] = report.verdicts
      assert.strictEqual(refusal?.cause, "bad_credentials")
      assert.deepInclude(form, { cause: "secret_form", phase: "preflight" })
      assert.match(form?.title ?? "", title)
      const everything = JSON.stringify(report)
      for (const part of [secret.trim(), Buffer.from(`\0alice@example.test\0${secret}`).toString("base64")]) {
        assert.notInclude(everything, part)
      }
    }))

  it.effect("is nobody's business where the server took it, and plain secrets have none", () =>
    Effect.gen(function*() {
      const taken = yield* check({ secret: Redacted.make("wonderländ-7f3a") }, "235 2.7.0 welcome")
      assert.deepStrictEqual([taken.outcome, taken.findings, taken.verdicts], ["pass", [], []])
      const plain = yield* check({ secret: Redacted.make("wonderland-7f3a") })
      assert.deepStrictEqual(plain.verdicts.map(({ cause }) => cause), ["bad_credentials"])
    }))

  it.effect("is told of what is no token", () =>
    Effect.gen(function*() {
      const report = yield* check({ token: Redacted.make("6f9619ff-8b86-4011-b42d-00cf4fc964ff") })
      assert.isTrue(
        report.verdicts.some(({ cause, phase }) => cause === "oauth_token_malformed" && phase === "preflight")
      )
    }))
})
