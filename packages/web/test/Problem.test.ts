import { assert, describe, it } from "@effect/vitest"
import { JournalError } from "@sonde/domain/Errors"
import * as Problems from "@sonde/http-api/Problems"
import * as Problem from "@sonde/web/Problem"
import * as Refusal from "@sonde/web/Refusal"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"

const request = HttpClientRequest.get("http://127.0.0.1/v1/runs")

const ofStatus = (status: number, headers: Record<string, string> = {}) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.StatusCodeError({
      request,
      response: HttpClientResponse.fromWeb(request, new Response(null, { status, headers }))
    })
  })

const journal = (reason: JournalError["reason"]) => new JournalError({ reason, message: "m" })

/** One of each class of the interface, with what it becomes. */
const classes: Readonly<Record<keyof typeof Problems, readonly [unknown, Partial<Problem.Problem>]>> = {
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
  // No endpoint declares these two: a client sees their status alone.
  Forbidden: [ofStatus(403), { kind: "refused", again: false }],
  TooLarge: [ofStatus(413), { kind: "refused", again: false }]
}

describe("fromError", () => {
  for (const [name, [error, wanted]] of Object.entries(classes)) {
    it(`has words for ${name}`, () => {
      const problem = Refusal.fromError(error)
      assert.deepInclude(problem, wanted)
      assert.notStrictEqual(problem.title, "")
      assert.notStrictEqual(problem.text, "")
    })
  }

  it("knows a run that is not there from a pack", () => {
    assert.strictEqual(
      Refusal.fromError(new Problems.NotFound({ error: journal("NotFound") })).title,
      "There is no such run"
    )
  })

  it("tells each scope of too many runs in other words", () => {
    const texts = (["queue", "client", "target", "sign-in"] as const).map((scope) =>
      Refusal.fromError(
        new Problems.TooManyRuns({ error: { _tag: "TooManyRuns", scope, retryAfterMillis: 1 } })
      ).text
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
      assert.strictEqual(Refusal.fromError(ofStatus(status)).kind, kind)
    })
  }

  it("waits as long as Retry-After says, and five seconds where it says nothing that can be read", () => {
    const wait = (headers: Record<string, string>) => Refusal.fromError(ofStatus(429, headers)).afterMillis
    assert.deepStrictEqual(
      [{ "retry-after": "17" }, {}, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, { "retry-after": "-1" }].map(
        wait
      ),
      [17_000, 5000, 5000, 5000]
    )
  })

  it("is offline when nothing answers", () => {
    const error = new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request }) })
    const problem = Refusal.fromError(error)
    assert.strictEqual(problem.kind, "offline")
    assert.isTrue(Problem.isPassing(problem))
  })

  it("calls anything else a defect, without control characters", () => {
    assert.deepInclude(Refusal.fromError(new Error("x\u0007")), { kind: "defect", text: "x\\x07" })
    assert.strictEqual(Refusal.fromError("thrown").kind, "defect")
  })
})

describe("tell", () => {
  it("calls for a token until nobody listens, and only when one is wanted", () => {
    let called = 0
    const stop = Problem.onUnauthorized(() => called++)
    Problem.tell(Refusal.fromError(ofStatus(401)))
    Problem.tell(Refusal.fromError(ofStatus(503)))
    stop()
    Problem.tell(Refusal.fromError(ofStatus(401)))
    assert.strictEqual(called, 1)
  })
})
