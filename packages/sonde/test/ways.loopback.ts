/** What a run says of the way to a server: proxies and what they tell, in process and over real sockets. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import { Sonde } from "@sonde/sonde"
import * as ProxyServer from "@sonde/testkit/ProxyServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const layer = Sonde.layer.pipe(Layer.provide(NodeNet.layer))

const once = (options: Parameters<Sonde["Service"]["once"]>[0]) =>
  Effect.flatMap(Sonde, (sonde) => sonde.once(options)).pipe(Effect.provide(layer))

const secret = "h0rse-battery"

describe("a proxy", () => {
  it.live.each(
    [
      ["a sign-in that is refused", { user: "alice", secret: "another" }, "proxy_sign_in_refused", "ProxyAuth"],
      ["rules that do not allow it", { user: "alice", secret, answer: 2 }, "proxy_denied", "ProxyDenied"],
      ["a server that refuses", { user: "alice", secret, answer: 5 }, "connect_refused", "Refused"],
      ["a server that cannot be reached", { user: "alice", secret, answer: 4 }, "network_unreachable", "Unreachable"],
      ["a server that is silent", { user: "alice", secret, answer: 6 }, "connect_timeout", "Timeout"]
    ] as const
  )("tells apart %s", ([, behaviour, cause, reason]) =>
    Effect.gen(function*() {
      const proxy = yield* ProxyServer.start("socks5", behaviour)
      const report = yield* once({
        target: "mx.example:587",
        proxy: `socks5h://alice@127.0.0.1:${proxy.port}`,
        proxySecret: Redacted.make(secret)
      })
      assert.strictEqual(report.exitCode, 69)
      assert.strictEqual(report.verdicts[0]?.cause, cause)
      const error = report.services[0]?.phases[1]?.error
      assert.isTrue(error?._tag === "ConnectError")
      if (error?._tag !== "ConnectError") return
      assert.deepStrictEqual([error.reason, error.proxy], [reason, `socks5h://127.0.0.1:${proxy.port}`])
      assert.match(error.attempts[0]?.said ?? "", /^(SOCKS reply \d|user name or password refused)/)
      assert.notInclude(JSON.stringify(report), secret)
    }).pipe(Effect.scoped))
})
