import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client"
import { Unauthorized } from "@sonde/http-api/Problems"
import { Gate } from "@sonde/http-server/Authorized"
import * as Mcp from "@sonde/http-server/Mcp"
import * as Settings from "@sonde/http-server/Settings"
import * as Net from "@sonde/net/Net"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createServer } from "node:http"

const clients: Array<string> = []

const gate = Layer.succeed(
  Gate,
  Gate.of({
    admit: (credential) =>
      Redacted.value(credential) === "right"
        ? Effect.succeed({ name: "ci" })
        : Effect.fail(new Unauthorized({ detail: "not known", error: { _tag: "Unauthorized" } }))
  })
)

const runs = Layer.succeed(
  Mcp.Runs,
  Mcp.Runs.of({
    run: (body, client) => {
      clients.push(client)
      return Effect.fail({ detail: `target ${body.target} is denied` })
    }
  })
)

const layer = HttpRouter.serve(Mcp.layerHttp, { disableListenLog: true, disableLogger: true }).pipe(
  Layer.provide([runs, gate, Settings.layer({}), Layer.provide(Sonde.layer, Net.layerStatic({}))]),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
)

const place = Effect.map(
  HttpServer.HttpServer,
  ({ address }) => new URL(`http://127.0.0.1:${"port" in address ? address.port : 0}/mcp`)
)

describe("POST /mcp", () => {
  it.live("answers the client of a token, and tells the runs who it is", () =>
    Effect.gen(function*() {
      const url = yield* place
      const client = new Client({ name: "test", version: "1.0.0" })
      const transport = new StreamableHTTPClientTransport(url, {
        requestInit: { headers: { authorization: "Bearer right" } }
      })
      yield* Effect.promise(() => client.connect(transport))
      const answer = yield* Effect.promise(() =>
        client.callTool({ name: "check", arguments: { target: "x@a.example" } })
      )
      yield* Effect.promise(() => client.close())
      assert.strictEqual(answer.isError, true)
      assert.include(JSON.stringify(answer.content), "target x@a.example is denied")
      assert.deepStrictEqual(clients, ["ci"])
    }).pipe(Effect.provide(layer)), 30_000)

  it.live("refuses who has no token with 401, and a foreign Origin with 403", () =>
    Effect.gen(function*() {
      const url = yield* place
      const post = (headers: Record<string, string>) =>
        Effect.promise(() =>
          fetch(url, {
            method: "POST",
            headers: {
              "content-type": "application/json",
              accept: "application/json, text/event-stream",
              ...headers
            },
            body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" })
          })
        )
      const bare = yield* post({})
      assert.strictEqual(bare.status, 401)
      assert.match(bare.headers.get("www-authenticate") ?? "", /^Bearer/u)
      assert.strictEqual((yield* post({ authorization: "Bearer wrong" })).status, 401)
      const foreign = yield* post({ authorization: "Bearer right", origin: "https://evil.example" })
      assert.strictEqual(foreign.status, 403)
    }).pipe(Effect.provide(layer)), 30_000)
})
