import { assert, describe, it } from "@effect/vitest"
import { JournalError } from "@sonde/domain/Errors"
import * as Problems from "@sonde/http-api/Problems"
import * as Problem from "@sonde/web/Problem"
import * as Refusal from "@sonde/web/Refusal"
import * as Schema from "effect/Schema"

const ofStatus = (status: number, headers: Record<string, string> = {}) =>
  Refusal.fromAnswer(status, new Headers(headers), undefined)

const journal = (reason: JournalError["reason"]) => new JournalError({ reason, message: "m" })

type Class = InstanceType<typeof Problems[keyof typeof Problems]>

const schemas = { ...Problems }

/** What the page makes of a problem that the server sent as JSON. */
const received = (problem: Class) =>
  Refusal.fromAnswer(
    problem.status,
    new Headers(),
    Schema.encodeUnknownSync(Schema.toCodecJson(schemas[problem._tag]))(problem)
  )

/** One of each class of the interface, with what it becomes. */
const classes: { readonly [Name in keyof typeof Problems]: readonly [Class, Partial<Problem.Problem>] } = {
  InvalidOption: [
    new Problems.InvalidOption({
      error: { _tag: "InvalidOption", option: "--port", problem: "is not one of mail", remedy: "give 587" }
    }),
    { kind: "refused", title: "--port is not one of mail", text: "give 587", option: "port", again: false }
  ],
  TargetDenied: [
    new Problems.TargetDenied({ error: { _tag: "TargetDenied", option: "target", reason: "Address" } }),
    { kind: "refused", text: "target: Address", option: "target", again: false }
  ],
  TooManyRuns: [
    new Problems.TooManyRuns({ error: { _tag: "TooManyRuns", scope: "sign-in", retryAfterMillis: 1500 } }),
    { kind: "busy", afterMillis: 1500, again: true }
  ],
  Unauthorized: [new Problems.Unauthorized({ error: { _tag: "Unauthorized" } }), { kind: "unauthorized", again: true }],
  NotFound: [
    new Problems.NotFound({ error: { _tag: "NotFound", what: "pack", id: "x" } }),
    { kind: "missing", title: "There is no such pack", again: false }
  ],
  RunLocked: [new Problems.RunLocked({ error: journal("Locked") }), { kind: "locked", again: true }],
  JournalFailed: [new Problems.JournalFailed({ error: journal("ReadOnly") }), { kind: "unable", again: true }],
  Stopping: [new Problems.Stopping({ error: { _tag: "Stopping" } }), { kind: "unable", again: true }],
  Forbidden: [
    new Problems.Forbidden({ error: { _tag: "Forbidden", header: "Host" } }),
    { kind: "refused", title: "This request is not allowed", again: false }
  ],
  TooLarge: [
    new Problems.TooLarge({ error: { _tag: "TooLarge", maxOctets: 1 } }),
    { kind: "refused", title: "That is too much text", again: false }
  ]
}

describe("fromAnswer", () => {
  for (const [name, [error, wanted]] of Object.entries(classes)) {
    it(`has words for ${name}`, () => {
      const problem = received(error)
      assert.deepInclude(problem, wanted)
      assert.notStrictEqual(problem.title, "")
      assert.notStrictEqual(problem.text, "")
    })
  }

  it("knows a run that is not there from a pack", () => {
    assert.strictEqual(
      received(new Problems.NotFound({ error: journal("NotFound") })).title,
      "There is no such run"
    )
  })

  it("tells each scope of too many runs in other words", () => {
    const texts = (["queue", "client", "target", "sign-in"] as const).map((scope) =>
      received(new Problems.TooManyRuns({ error: { _tag: "TooManyRuns", scope, retryAfterMillis: 1 } })).text
    )
    assert.lengthOf(new Set(texts), 4)
  })

  const statuses: ReadonlyArray<readonly [number, Problem.Problem["kind"]]> = [
    [401, "unauthorized"],
    [404, "missing"],
    [429, "busy"],
    [500, "defect"],
    [502, "offline"],
    [503, "offline"],
    [504, "offline"]
  ]
  for (const [status, kind] of statuses) {
    it(`takes a bare status ${status} for ${kind}`, () => {
      assert.strictEqual(ofStatus(status).kind, kind)
    })
  }

  it("waits as long as Retry-After says, and five seconds where it says nothing that can be read", () => {
    const wait = (headers: Record<string, string>) => ofStatus(429, headers).afterMillis
    assert.deepStrictEqual(
      [{ "retry-after": "17" }, {}, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, { "retry-after": "-1" }].map(
        wait
      ),
      [17_000, 5000, 5000, 5000]
    )
  })

  it("goes by the status where a body is none of the interface", () => {
    for (const body of [null, "text", { error: "text" }, { error: {} }, { error: { _tag: "Other" } }]) {
      assert.strictEqual(Refusal.fromAnswer(502, new Headers(), body).kind, "offline")
    }
  })
})

describe("saidBy", () => {
  it("tells an error without control characters, and anything else not at all", () => {
    assert.strictEqual(Refusal.saidBy(new Error("x\u0007")), "x\\x07")
    assert.strictEqual(Refusal.saidBy("thrown"), "Something broke that should not.")
  })
})

describe("tell", () => {
  it("calls for a token until nobody listens, and only when one is wanted", () => {
    let called = 0
    const stop = Problem.onUnauthorized(() => called++)
    Problem.tell(ofStatus(401))
    Problem.tell(ofStatus(503))
    stop()
    Problem.tell(ofStatus(401))
    assert.strictEqual(called, 1)
  })
})
