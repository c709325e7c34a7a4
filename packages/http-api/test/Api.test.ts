import { assert, describe, it } from "@effect/vitest"
import { JournalError } from "@sonde/domain/Errors"
import { Api } from "@sonde/http-api/Api"
import * as Problems from "@sonde/http-api/Problems"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

const journal = new JournalError({ reason: "Locked", run: "01JDK7", message: "the run is being worked on" })

const problems = [
  new Problems.InvalidOption({
    detail: "port is no number: give one",
    error: { _tag: "InvalidOption", option: "port", problem: "is no number", remedy: "give one" }
  }),
  new Problems.TargetDenied({ detail: "no", error: { _tag: "TargetDenied", option: "target", reason: "Address" } }),
  new Problems.TooManyRuns({ detail: "later", error: { _tag: "TooManyRuns", scope: "queue", retryAfterMillis: 5000 } }),
  new Problems.Unauthorized({ detail: "token", error: { _tag: "Unauthorized" } }),
  new Problems.Forbidden({ detail: "no", error: { _tag: "Forbidden", header: "Origin" } }),
  new Problems.TooLarge({ detail: "too large", error: { _tag: "TooLarge", maxOctets: 10 } }),
  new Problems.NotFound({ detail: "no pack", error: { _tag: "NotFound", what: "pack", id: "x" } }),
  new Problems.NotFound({ detail: "no run", error: new JournalError({ reason: "NotFound", message: "no run" }) }),
  new Problems.RunLocked({ detail: "wait", error: journal }),
  new Problems.JournalFailed({ detail: "full", error: new JournalError({ reason: "Full", message: "no room" }) }),
  new Problems.Stopping({ detail: "stopping", error: { _tag: "Stopping" } })
]

interface Document {
  readonly info: { readonly version: string }
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: object; readonly security?: ReadonlyArray<unknown> }>>>
  >
}

const document = OpenApi.fromApi(Api) as unknown as Document

describe("problems", () => {
  for (const problem of problems) {
    it(`${problem.constructor.name} travels with its status, its type and the typed error inside`, () => {
      const schema = Schema.toCodecJson(problem.constructor as unknown as Schema.Codec<unknown, unknown>)
      const body = JSON.parse(JSON.stringify(Schema.encodeUnknownSync(schema)(problem)))
      assert.match(body.type, /^urn:sonde:problem:[a-z-]+$/u)
      assert.include(body, { status: problem.status, title: problem.title, detail: problem.detail })
      assert.strictEqual(body.error._tag, problem.error._tag)
      const back = Schema.decodeUnknownSync(schema)(body)
      assert.strictEqual(Object.getPrototypeOf(back).constructor, problem.constructor)
      assert.deepStrictEqual(JSON.parse(JSON.stringify(Schema.encodeUnknownSync(schema)(back))), body)
    })
  }
})

describe("Api", () => {
  const routes = [
    ["POST", "/v1/runs", 202],
    ["GET", "/v1/runs", 200],
    ["GET", "/v1/runs/{run}", 200],
    ["GET", "/v1/runs/{run}/events", 200],
    ["POST", "/v1/runs/{run}/resume", 202],
    ["DELETE", "/v1/runs/{run}", 204],
    ["POST", "/v1/runs/{run}/share", 201],
    ["GET", "/share/{id}", 200],
    ["POST", "/v1/explain", 200],
    ["GET", "/v1/packs", 200],
    ["GET", "/v1/packs/{id}", 200],
    ["GET", "/probe", 200],
    ["GET", "/metrics", 200],
    ["GET", "/healthz", 200],
    ["GET", "/readyz", 200]
  ] as const

  it("has the routes of the contract", () => {
    for (const [method, path, status] of routes) {
      const operation = document.paths[path]?.[method.toLowerCase()]
      assert.isDefined(operation, `${method} ${path}`)
      assert.property(operation!.responses, `${status}`, `${method} ${path}`)
    }
  })

  it("asks for a token everywhere but for health and shared copies", () => {
    const open = ["/healthz", "/readyz", "/share/{id}"]
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { security = [] }] of Object.entries(methods)) {
        assert.strictEqual(security.length > 0, !open.includes(path), `${method} ${path}`)
      }
    }
  })

  it("has the version of its package", () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
    assert.strictEqual(document.info.version, version)
  })
})
