/** What a run says of the way to a server, over a network made of data: families, a control, a tarpit. */
import { assert, describe, it } from "@effect/vitest"
import * as Net from "@sonde/net/Net"
import * as Options from "@sonde/pipeline/Options"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import { setImmediate as turn } from "node:timers/promises"

const script = ["S: 220 mx.example ESMTP", "C: EHLO *", "S: 250 mx.example", "C: QUIT", "S: 221 bye"]

const once = Effect.fnUntraced(function*(options: Parameters<Sonde["Service"]["once"]>[0], world: Net.StaticWorld) {
  const fiber = yield* Effect.forkChild(
    Effect.flatMap(Sonde, (sonde) => sonde.once(options)).pipe(
      Effect.provide(Sonde.layer.pipe(Layer.provide(Net.layerStatic(world))))
    )
  )
  // Packs load in real time, and what waits in virtual time begins to wait only after that.
  while (fiber.pollUnsafe() === undefined) {
    yield* TestClock.adjust("1 second")
    yield* Effect.promise(() => turn())
  }
  return yield* Fiber.join(fiber)
})

const zone = {
  "mx.example": { a: ["192.0.2.25"] },
  "both.example": { a: ["192.0.2.25"], aaaa: ["2001:db8::25"] },
  "control.example": { a: ["192.0.2.99"] }
}

const target = "mx.example:587"

describe("a control", () => {
  it.effect.each<readonly [Net.StaticServer, control: string, Net.StaticServer, cause: string, confidence: string]>([
    ["Timeout", "control.example:587", script, "connect_timeout", "certain"],
    ["Unreachable", "control.example:587", script, "connect_timeout", "certain"],
    ["Refused", "control.example:587", script, "connect_refused", "certain"],
    ["Reset", "control.example:587", script, "connect_refused", "certain"],
    ["Timeout", "control.example:587", "Timeout", "port_blocked", "likely"],
    ["Refused", "control.example:587", "Refused", "port_blocked", "likely"],
    ["Timeout", "control.example:993", "Timeout", "network_unreachable", "likely"],
    ["Timeout", "control.example:993", script, "connect_timeout", "possible"],
    ["Timeout", "nothing.example:587", script, "connect_timeout", "likely"]
  ])("where the server is %j and %s is %j", ([server, control, other, cause, confidence]) =>
    Effect.gen(function*() {
      const report = yield* once({ target, control, security: "none" }, {
        zone,
        servers: { [target]: server, [control]: other }
      })
      const [verdict] = report.verdicts
      assert.deepStrictEqual([verdict?.cause, verdict?.confidence], [cause, confidence])
      const error = report.services[0]?.phases[1]?.error
      assert.isTrue(error?._tag === "ConnectError" && error.control !== undefined)
      if (error?._tag !== "ConnectError") return
      assert.strictEqual(`${error.control?.host}:${error.control?.port}`, control)
    }))

  it.effect("is not dialled where the server answers, and not without being asked for", () =>
    Effect.gen(function*() {
      let dialled = 0
      const counted = () => {
        dialled++
        return ["S: 220 x"]
      }
      const servers = { [target]: script, "control.example:587": counted }
      const passed = yield* once({ target, control: "control.example:587", security: "none" }, { zone, servers })
      assert.strictEqual(passed.outcome, "pass")
      yield* once({ target, security: "none" }, { zone, servers: { ...servers, [target]: "Timeout" } })
      assert.strictEqual(dialled, 0)
      yield* once({ target, control: "control.example:587" }, { zone, servers: { ...servers, [target]: "Timeout" } })
      assert.strictEqual(dialled, 1)
    }))
})

describe("addresses of two families", () => {
  const both = "both.example:587"

  it.effect("are both tried, and one that does not answer is a warning with a remedy", () =>
    Effect.gen(function*() {
      const report = yield* once({ target: both, security: "none" }, {
        zone,
        servers: { "192.0.2.25:587": script, "[2001:db8::25]:587": "Refused" }
      })
      assert.deepStrictEqual([report.outcome, report.findings.map(({ id }) => id)], ["warn", ["ipv6_not_answering"]])
      const other = yield* once({ target: both, security: "none" }, {
        zone,
        servers: { "192.0.2.25:587": "Timeout", "[2001:db8::25]:587": script }
      })
      assert.deepStrictEqual(other.findings.map(({ id }) => id), ["ipv4_not_answering"])
    }))

  it.effect("are one where the run has one", () =>
    Effect.gen(function*() {
      const report = yield* once({ target: both, security: "none", family: 4 }, {
        zone,
        servers: { "192.0.2.25:587": script, "[2001:db8::25]:587": "Refused" }
      })
      assert.deepStrictEqual(report.findings, [])
      const facts = report.services[0]?.phases[0]?.facts
      assert.deepStrictEqual(facts?.addresses, [{ address: "192.0.2.25", family: 4, ttlSeconds: 300 }])
    }))
})

describe("a server that keeps people waiting", () => {
  it.effect("is told with its times, and where it drips", () =>
    Effect.gen(function*() {
      const drip = [..."220 mx.example\r\n"].flatMap((letter) => [
        `raw ${letter.charCodeAt(0).toString(16).padStart(2, "0")}`,
        "wait 300ms"
      ])
      const report = yield* once({ target, security: "none" }, {
        zone,
        servers: {
          [target]: ["wait 2s", ...drip, "C: EHLO *", "wait 6s", "S: 250 mx.example", "C: QUIT", "S: 221 bye"]
        }
      })
      assert.strictEqual(report.outcome, "warn")
      assert.deepStrictEqual(report.findings.map(({ id }) => id), ["greeting_slow", "replies_slow"])
      const [, , greeting, ehlo] = report.services[0]?.phases ?? []
      assert.deepInclude(greeting?.facts, { firstOctetMillis: 2000, wholeMillis: 6500 })
      assert.deepStrictEqual(ehlo?.pace, {
        replies: 1,
        command: "EHLO [192.0.2.1]",
        waitMillis: 6300,
        wholeMillis: 6300,
        octets: 16,
        segments: 1
      })
    }))

  it.effect("says how much of a greeting came where it does not end in time", () =>
    Effect.gen(function*() {
      const report = yield* once({ target, security: "none", timeout: "5s" }, {
        zone,
        servers: { [target]: ["raw 32", "wait 3s", "raw 32", "wait 1m", "S: 0 late"] }
      })
      const error = report.services[0]?.phases[2]?.error
      assert.isTrue(error?._tag === "GreetingError" && error.reason === "Silent")
      assert.include(error?.message, "sent only 2 octets of a greeting within 5 s")
    }))
})

describe("block lists", () => {
  const zen = "zen.spamhaus.org"
  const lists = {
    "2.0.0.127.zen.spamhaus.org": { a: ["127.0.0.2"] },
    "9.8.7.9.zen.spamhaus.org": { a: ["127.0.0.4"], txt: ["https://check.spamhaus.org/query/ip/9.7.8.9"] },
    "2.0.0.127.psbl.surriel.com": { a: ["127.0.0.2"] },
    "2.0.0.127.bl.spamcop.net": { a: ["127.255.255.254"] }
  }
  const world = { zone: { ...zone, ...lists }, servers: { [target]: script } }

  it.effect("are asked about the address that was named, with what their codes mean", () =>
    Effect.gen(function*() {
      const report = yield* once({ target, security: "none", dnsbl: ["default"], ip: "9.7.8.9" }, world)
      assert.strictEqual(report.outcome, "warn")
      assert.deepStrictEqual(report.findings.map(({ id, state }) => [id, state]), [
        ["ip_listed", "warn"],
        ["dnsbl_refused", "inconclusive"],
        ["ip_not_listed", "pass"]
      ])
      const [listed, refused, clean] = report.findings
      assert.strictEqual(listed?.title, "9.7.8.9 is on the block list Spamhaus ZEN (zen.spamhaus.org)")
      assert.match(
        listed?.text ?? "",
        /^127\.0\.0\.4: XBL: .* It says: https:\/\/check\.spamhaus\.org\/query\/ip\/9\.7\.8\.9$/
      )
      assert.match(refused?.title ?? "", /SpamCop .* refused the question; that is no listing/)
      assert.match(refused?.text ?? "", /127\.255\.255\.254.* Terms: /)
      assert.strictEqual(clean?.title, "9.7.8.9 is not on psbl.surriel.com")
    }))

  it.effect("are not asked where the address that others see is not known, nor without being asked for", () =>
    Effect.gen(function*() {
      const report = yield* once({ target, security: "none", dnsbl: [zen] }, world)
      assert.deepStrictEqual(report.findings.map(({ id }) => id), ["dnsbl_no_address"])
      assert.deepStrictEqual((yield* once({ target, security: "none", ip: "9.7.8.9" }, world)).findings, [])
    }))

  it.effect("are asked by a look at a domain's posture, too", () =>
    Effect.gen(function*() {
      const report = yield* once({ target: "both.example", only: ["posture"], dnsbl: [zen], ip: "9.7.8.9" }, world)
      assert.isTrue(report.findings.some(({ id }) => id === "ip_listed"))
    }))

  it("are named by a zone or by default", () => {
    for (const dnsbl of [["9.7.8.9"], ["nozone"], ["bl example"], Array.from({ length: 21 }, () => zen)]) {
      const error = Result.flip(Options.validate({ target, dnsbl }))
      assert.isTrue(Result.isSuccess(error) && error.success.option === "--dnsbl", dnsbl[0])
    }
  })
})
