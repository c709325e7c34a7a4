import { assert, describe, it } from "@effect/vitest"
import * as Knowledge from "@sonde/packs/Knowledge"
import { judge, type PreflightInput, secretTraits } from "@sonde/packs/Preflight"
import * as Redacted from "effect/Redacted"
import { pack, rule } from "./fixtures.ts"

const base: PreflightInput = {
  service: "smtp-submission",
  endpoint: { protocol: "smtp", host: "smtp.acme.example", port: 465, security: "tls" },
  credential: "password",
  user: "bob@acme.example",
  mailbox: "bob@acme.example",
  from: "bob@acme.example",
  mechanism: "login",
  secretTraits: secretTraits(Redacted.make("correct horse")),
  messageOctets: 101,
  recipients: 11,
  delivering: false
}

const limits = [{ id: "size", value: 100, unit: "octets" }, { id: "recipients", value: 10, unit: "recipients" }]

const judged = (when: Record<string, unknown>, input: PreflightInput) =>
  judge(Knowledge.make([pack({ limits, preflight: [rule("a", { when })] })]), input, { today: "2026-11-24" }).length > 0

describe("judge", () => {
  it.each([
    [{ service: "smtp-submission" }, { service: "imap" }],
    [{ host: ".acme.example" }, { endpoint: { ...base.endpoint, host: "acme.example" } }],
    [{ port: [465, 2525] }, { endpoint: { ...base.endpoint, port: 587 } }],
    [{ security: "tls" }, { endpoint: { ...base.endpoint, security: "starttls" } }],
    [{ mechanism: "LOGIN" }, { mechanism: "plain" }],
    [{ credential: "password" }, { credential: "token" }],
    [{ secret: "inner-space" }, { secretTraits: secretTraits(Redacted.make("horse")) }],
    [{ message: { largerThan: "size" } }, { messageOctets: 100 }],
    [{ recipients: { moreThan: "recipients" } }, { recipients: 10 }],
    [{ mailboxDomain: ["ACME.example"] }, { mailbox: "bob@other.example" }],
    [{ clear: false }, { endpoint: { ...base.endpoint, security: "none" } }],
    [{ delivering: false }, { delivering: true }]
  ])("%j holds, and not with %j", (when, change) => {
    assert.isTrue(judged(when, base))
    assert.isFalse(judged(when, { ...base, ...change } as PreflightInput))
  })

  it.each([
    ["no-domain", "bob"],
    ["not-ascii", "b\u00f6b@acme.example"],
    ["outer-space", " bob@acme.example"],
    ["differs-from-mailbox", "alice@acme.example"]
  ])("a user can be %s", (user, name) => {
    assert.isFalse(judged({ user }, base))
    assert.isFalse(judged({ user }, { ...base, user: "BOB@acme.example" }))
    assert.isTrue(judged({ user }, { ...base, user: name }))
    assert.isFalse(judged({ user }, { ...base, user: undefined }))
  })

  it("compares the sender with the user, and with the mailbox where there is none", () => {
    assert.isFalse(judged({ sender: "differs-from-user" }, base))
    assert.isTrue(judged({ sender: "differs-from-user" }, { ...base, from: "alice@acme.example" }))
    assert.isTrue(judged({ sender: "differs-from-user" }, { ...base, user: undefined, from: "a@acme.example" }))
    assert.isFalse(judged({ sender: "differs-from-user" }, { ...base, from: undefined }))
  })

  it("puts what stops first, says each cause once and names the phase preflight", () => {
    const knowledge = Knowledge.make([
      pack({
        preflight: [
          rule("note", { when: { port: 465 }, cause: "port_blocked" }),
          rule("stop", { when: { port: 465 }, cause: "port_not_offered", stop: true }),
          rule("same", { when: { port: 465, service: "smtp-submission" }, cause: "port_blocked" })
        ]
      })
    ])
    assert.deepStrictEqual(
      judge(knowledge, base, { today: "2026-11-24", phase: "auth" }).map(({ stop, verdict }) => [
        verdict.rule,
        verdict.phase,
        verdict.service,
        stop
      ]),
      [["acme/stop", "preflight", "smtp-submission", true], ["acme/same", "preflight", "smtp-submission", false]]
    )
  })
})

describe("secretTraits", () => {
  it.each([
    ["secret", []],
    [" secret\n", ["outerSpace"]],
    ["abcd efgh", ["innerSpace"]],
    ["abcd efgh ijkl mnop", ["innerSpace", "groupsOfFour"]],
    ["abcd\u00a0efgh\u00a0ijkl\u00a0mnop", ["innerSpace", "notAscii", "invisible", "groupsOfFour"]],
    ["s\u00e9cret", ["notAscii"]],
    ["sec\u200bret", ["notAscii", "invisible"]],
    ["sec\u00adret", ["notAscii", "invisible"]],
    ["sec\u202eret", ["notAscii", "invisible"]],
    ["\ufeffsecret", ["outerSpace"]],
    ["sec\tret", ["innerSpace", "notAscii", "invisible"]],
    ["\u201csecret\u201d", ["notAscii", "lookAlike"]],
    ["sec\u2013ret", ["notAscii", "lookAlike"]],
    ["\uff53ecret", ["notAscii", "lookAlike"]],
    // A Cyrillic s and e among Latin letters, a word of Cyrillic twins alone, and a Russian word.
    ["\u0455\u0435cret", ["notAscii", "lookAlike"]],
    ["\u0441\u043e\u0440\u0430", ["notAscii", "lookAlike"]],
    ["\u043f\u0430\u0440\u043e\u043b\u044c", ["notAscii"]],
    ["s\u03bfcret", ["notAscii", "lookAlike"]],
    ["\u03c3\u03bfcret", ["notAscii"]],
    ["6F9619FF-8B86-D011-B42D-00CF4FC964FF", ["looksLikeGuid"]],
    ["eyJhbGciOi.eyJzdWIi.c2ln", ["looksLikeToken"]],
    ["x".repeat(201), ["looksLikeToken"]]
  ])("%j", (secret, expected) => {
    const traits = secretTraits(Redacted.make(secret))
    assert.deepStrictEqual(Object.entries(traits).flatMap(([name, is]) => is ? [name] : []), expected)
  })
})
