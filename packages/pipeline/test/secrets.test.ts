/** What a run holds a secret in shows it to nobody: printed, inspected, encoded, thrown. */
import { assert, describe, it } from "@effect/vitest"
import * as Outgoing from "@sonde/net/Outgoing"
import * as Recorder from "@sonde/net/Recorder"
import * as Journal from "@sonde/pipeline/Journal"
import { validate } from "@sonde/pipeline/Options"
import * as Cause from "effect/Cause"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { format, inspect } from "node:util"

const canary = "Canary-9fK2xQ7vLm3z"
const token = "ey.Canary9fK2xQ7vLm3z.9fK2xQ7"
const base64 = (text: string) => Buffer.from(text).toString("base64")
const mailbox = "alice@canary.example"
const forms = [
  canary,
  token,
  base64(canary),
  base64(`\0${mailbox}\0${canary}`),
  base64(`user=${mailbox}\x01auth=Bearer ${token}\x01\x01`)
]

/** Every way in which a program comes to print a value. */
const printed = (value: unknown): string =>
  [
    inspect(value, { depth: Infinity, showHidden: true, getters: true, showProxy: true, maxStringLength: Infinity }),
    format("%s %o %j", value, value, value),
    `${String(value)} ${JSON.stringify(value)}`,
    value instanceof Error ? `${value.stack} ${value.message} ${Cause.pretty(Cause.fail(value))}` : ""
  ].join("\n")

const leaks = (text: string): ReadonlyArray<string> => forms.filter((form) => text.includes(form))
const assertSilent = (value: unknown): void => assert.deepStrictEqual(leaks(printed(value)), [])

const options = { target: mailbox, provider: "microsoft-365" }

describe("a secret of a run", () => {
  it.each(forms)("is found by this test where it is not wrapped: %#", (form) => {
    assert.isNotEmpty(leaks(printed({ deep: { er: [{ secret: form }] } })))
    assert.isNotEmpty(leaks(printed(Object.assign(new Error("x"), { secret: form }))))
  })

  it("is not shown by a request, its credential, or the journal entry that is made of it", () => {
    const given = [{ secret: Redacted.make(canary) }, { token: Redacted.make(token) }]
    for (const secrets of given) {
      const request = Result.getOrThrow(validate({ ...options, ...secrets }, secrets))
      assert.isDefined(request.credential)
      assertSilent(request)
      assertSilent(request.credential)
      assertSilent(request.options)
      const at = "2026-11-24T00:00:00.000Z"
      const entry = Journal.toLine({ entry: "attempt", at, options: request.options, had: { secret: true } })
      assert.deepStrictEqual(leaks(entry), [])
    }
  })

  it.each([
    ["both", { secret: Redacted.make(canary), token: Redacted.make(token) }, {}],
    ["a token with a control character", { token: Redacted.make(`${token}\u0001`) }, {}],
    ["a password with a NUL", { secret: Redacted.make(`${canary}\0`) }, {}],
    ["a password for a token mechanism", { secret: Redacted.make(canary) }, { auth: "xoauth2" as const }],
    ["no user", { secret: Redacted.make(canary) }, { target: "canary.example" }]
  ])("is not in the error for %s", (_what, secrets, more) => {
    const error = Result.getOrThrow(Result.flip(validate({ ...options, ...more, ...secrets }, secrets)))
    assert.strictEqual(error._tag, "OptionsError")
    assertSilent(error)
  })

  it("is not shown by a line to send nor by the recorder that masks it", () => {
    const line: Outgoing.Outgoing = ["AUTH PLAIN ", { secret: Redacted.make(canary), mask: "‹secret›" }]
    assertSilent(line)
    assert.strictEqual(Outgoing.masked(line), "AUTH PLAIN ‹secret›")
    const recorder = Recorder.make({ now: () => 0, secrets: [Redacted.make(canary)] })
    recorder.protect(Redacted.make(token))
    recorder.record({ service: "smtp-submission", dir: "<", tls: true, text: `535 ${forms.join(" ")}` })
    assertSilent(recorder)
    assertSilent(recorder.lines())
  })
})
