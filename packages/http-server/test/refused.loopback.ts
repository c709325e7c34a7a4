/** Names that lead to a real listener on this machine: it sees nothing, and the report does not tell that it is there. */
import { assert, describe, it } from "@effect/vitest"
import * as Intake from "@sonde/http-server/Intake"
import { SecretSources } from "@sonde/http-server/SecretSources"
import * as Settings from "@sonde/http-server/Settings"
import { AddressPolicy } from "@sonde/net/AddressPolicy"
import * as NetStatic from "@sonde/net/Net"
import * as NodeDialer from "@sonde/platform-node/NodeDialer"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Net from "node:net"

const listener = Effect.acquireRelease(
  Effect.callback<{ readonly server: Net.Server; readonly port: number; readonly seen: Array<string> }>((resume) => {
    const seen: Array<string> = []
    const server = Net.createServer((socket) => {
      seen.push(socket.remoteAddress ?? "")
      socket.on("error", () => {})
      socket.end("220 inside.example ESMTP\r\n")
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      if (address !== null && typeof address === "object") resume(Effect.succeed({ server, port: address.port, seen }))
    })
  }),
  ({ server }) => Effect.sync(() => server.close())
)

const zone = {
  "inside.example": { a: ["127.0.0.1"] },
  "mapped.example": { aaaa: ["::ffff:127.0.0.1"] },
  "any.example": { a: ["0.0.0.0"] }
}

const network = Layer.mergeAll(NetStatic.layerResolver({ zone }), NodeDialer.layer, NetStatic.layerHttp({}))

const check = (target: string, settings: Partial<Settings.Values>) =>
  Effect.gen(function*() {
    const intake = yield* Intake.Intake
    const sonde = yield* Sonde
    const values = yield* Settings.Settings
    const options = yield* intake.check({ target, until: "greeting", security: "none" })
    return yield* Effect.provideService(sonde.check(options), AddressPolicy, Intake.rule(values, options))
  }).pipe(Effect.provide(
    Intake.Intake.layer.pipe(
      Layer.provideMerge(Layer.provide(Sonde.layer, network)),
      Layer.provideMerge(Settings.layer(settings)),
      Layer.provide(Layer.succeed(SecretSources, { resolve: () => Effect.die("no source is asked for") }))
    )
  ))

describe("a listener inside", () => {
  for (const name of Object.keys(zone)) {
    it.live(`sees nothing of a run against ${name}`, () =>
      Effect.gen(function*() {
        const { port, seen } = yield* listener
        const report = yield* check(`${name}:${port}`, { ports: [port] })
        const phase = report.services[0]?.phases.find(({ id }) => id === "connect")
        assert.strictEqual(phase?.error?._tag === "ConnectError" ? phase.error.reason : undefined, "AddressDenied")
        assert.deepStrictEqual(phase?.error?._tag === "ConnectError" ? phase.error.attempts : undefined, [])
        assert.notMatch(JSON.stringify(report), /127\.0\.0\.1|0\.0\.0\.0/)
        assert.deepStrictEqual(seen, [])
      }).pipe(Effect.scoped))
  }

  it.live("is reached where the operator allows it", () =>
    Effect.gen(function*() {
      const { port, seen } = yield* listener
      const report = yield* check(`inside.example:${port}`, { ports: [port], allowPrivate: true })
      assert.include(JSON.stringify(report), "inside.example ESMTP")
      assert.deepStrictEqual(seen, ["127.0.0.1"])
    }).pipe(Effect.scoped))
})
