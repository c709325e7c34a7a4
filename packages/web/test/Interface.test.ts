import { assert, describe, it } from "@effect/vitest"
import { StartRun } from "@sonde/http-api/RunsApi"
import { ask, type Client, secretOf } from "@sonde/web/Interface"
import type { Problem } from "@sonde/web/Problem"
import * as Schema from "effect/Schema"
import { afterEach, vi } from "vitest"

interface Asked {
  readonly url: string
  readonly init: RequestInit
}

/** What is sent when the server answers so, and what comes of it. */
const tried = async (
  answer: () => Response | Promise<Response>,
  use: (client: Client) => Promise<unknown>,
  token?: string
) => {
  const asked: Array<Asked> = []
  vi.stubGlobal("sessionStorage", { getItem: () => token ?? null })
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({ url, init })
    return Promise.resolve().then(answer)
  })
  const got = await ask(use).then(
    (value) => ({ value, problem: undefined }),
    (problem: Problem) => ({ value: undefined, problem })
  )
  return { ...got, asked }
}

const json = (body: unknown, status = 200) => () => Response.json(body, { status })

describe("ask", () => {
  afterEach(() => void vi.unstubAllGlobals())

  it("sends a body that the contract reads, with its secret, without cookies", async () => {
    const { asked, value } = await tried(
      json({ run: "01", state: "queued" }, 202),
      (client) =>
        client.runs.start({ payload: { target: "a@b.example", port: 587, ...secretOf("password", "canary-1") } })
    )
    assert.deepStrictEqual(value, { run: "01", state: "queued" })
    const [{ init, url } = { init: {}, url: "" }] = asked
    assert.strictEqual(url, "/v1/runs")
    assert.deepInclude(init, { method: "POST", credentials: "omit", cache: "no-store" })
    assert.deepStrictEqual(init.headers, { "content-type": "application/json" })
    const body = `${init.body}`
    assert.deepStrictEqual(JSON.parse(body), { target: "a@b.example", port: 587, secret: "canary-1" })
    assert.isTrue(Schema.is(StartRun)(Schema.decodeUnknownSync(Schema.toCodecJson(StartRun))(JSON.parse(body))))
  })

  it("fills paths and queries in, and shows the token of the tab", async () => {
    const { asked } = await tried(
      json([]),
      async (client) => [
        await client.runs.unshare({ params: { run: "a/b", share: "s 1" } }),
        await client.runs.list({ query: { limit: 5, before: "x&y" } }),
        await client.runs.list({ query: {} }),
        await client.runs.events({ params: { run: "1" }, headers: { "last-event-id": "7" } })
      ],
      "t1"
    )
    assert.deepStrictEqual(asked.map(({ init, url }) => `${init.method} ${url}`), [
      "DELETE /v1/runs/a%2Fb/share/s%201",
      "GET /v1/runs?limit=5&before=x%26y",
      "GET /v1/runs",
      "GET /v1/runs/1/events"
    ])
    for (const { init } of asked) {
      assert.deepInclude(init.headers, { authorization: "Bearer t1" })
      assert.isUndefined(init.body)
    }
    assert.deepInclude(asked.at(-1)?.init.headers, { "last-event-id": "7" })
  })

  it("rejects with the problem that the server tells", async () => {
    const { problem } = await tried(
      json({ status: 404, error: { _tag: "NotFound", what: "pack", id: "x" } }, 404),
      (client) => client.knowledge.pack({ params: { id: "x" } })
    )
    assert.strictEqual(problem?.title, "There is no such pack")
  })

  it("goes by the status where something before the server answered", async () => {
    const { problem } = await tried(
      () => new Response("<html>", { status: 502, headers: { "content-type": "text/html" } }),
      (client) => client.system.server()
    )
    assert.strictEqual(problem?.kind, "offline")
  })

  it("is offline when nothing answers", async () => {
    const { problem } = await tried(() => {
      throw new TypeError("Failed to fetch")
    }, (client) => client.system.server())
    assert.strictEqual(problem?.kind, "offline")
  })

  it("calls what it cannot read a defect", async () => {
    const { problem } = await tried(
      () => new Response("{", { headers: { "content-type": "application/json" } }),
      (client) => client.system.server()
    )
    assert.strictEqual(problem?.kind, "defect")
  })

  it("gives text as text", async () => {
    const { value } = await tried(
      () => new Response("<p>", { headers: { "content-type": "text/html" } }),
      (client) => client.runs.preview({ params: { run: "1" } })
    )
    assert.strictEqual(value, "<p>")
  })
})
