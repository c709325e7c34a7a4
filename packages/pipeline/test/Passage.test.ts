/** The way out as options say it: what cannot be meant, and what follows from what can. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import * as Options from "@sonde/pipeline/Options"
import * as Passage from "@sonde/pipeline/Passage"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const secret = { proxySecret: Redacted.make("hunter2") }

const validate = (options: Partial<CheckOptions>, secrets: Secrets = {}) =>
  Options.validate({ target: "mx.example:587", ...options }, secrets)

describe("the way of a run", () => {
  it.each<readonly [Partial<CheckOptions>, Secrets, option: string, problem: string]>([
    [{ proxy: "proxy.example:3128" }, {}, "--proxy", "is no proxy"],
    [{ proxy: "http://alice:hunter2@proxy.example" }, {}, "--proxy", "has a password in it"],
    [{}, secret, "--proxy-secret", "was given without a proxy"],
    [{ proxy: "http://proxy.example:3128" }, secret, "--proxy-secret", "was given without a user"],
    [{ proxy: "http://alice@proxy.example:3128" }, {}, "--proxy-secret", "is missing"],
    [
      { proxy: "socks5://alice@proxy.example" },
      { proxySecret: Redacted.make("x".repeat(256)) },
      "--proxy-secret",
      "is longer than the 255 octets"
    ],
    [{ source: "eth0" }, {}, "--source", "is no IP address"],
    [{ source: "::1", family: 4 }, {}, "--source", "which --ipv4 leaves out"],
    [{ target: "192.0.2.25:25", family: 6 }, {}, "the target", "which --ipv6 leaves out"],
    [{ host: "192.0.2.25", source: "::1" }, {}, "--host", "which --source leaves out"],
    [{ address: "::1", source: "127.0.0.1" }, {}, "--address", "which --source leaves out"],
    [{ address: "mx.example" }, {}, "--address", "is no IP address"],
    [{ address: "192.0.2.25", only: ["imap", "pop3"] }, {}, "--address", "is one address for several services"],
    [{ target: "example.com", address: "192.0.2.25", only: ["posture"] }, {}, "--address", "does not go with posture"]
  ])("takes no %j", (options, secrets, option, problem) => {
    const error = validate(options, secrets)
    assert.isTrue(Result.isFailure(error))
    if (!Result.isFailure(error)) return
    assert.strictEqual(error.failure.option, option)
    assert.include(error.failure.problem, problem)
    assert.notInclude(JSON.stringify(error.failure), "hunter2")
  })

  it("is made of the options, with the secret of the proxy", () => {
    const request = Result.getOrThrow(
      validate({ proxy: "socks5h://alice@proxy.example:9050", family: 6, dns: "192.0.2.53" }, secret)
    )
    const way = Passage.of(request)
    assert.strictEqual(way.proxy?.place, "socks5h://proxy.example:9050")
    assert.strictEqual(Redacted.value(way.proxy?.secret ?? Redacted.make("")), "hunter2")
    assert.deepStrictEqual([way.family, way.server], [6, "192.0.2.53"])
    assert.notInclude(JSON.stringify(request.options), "hunter2")
  })

  it("leaves out the family that a source address cannot reach, and finds a proxy by no resolver over TLS", () => {
    const way = Passage.of(Result.getOrThrow(validate({ source: "2001:db8::1", dns: "tls://9.9.9.9#dns.quad9.net" })))
    assert.deepStrictEqual([way.family, way.source, way.server], [6, "2001:db8::1", undefined])
  })
})
