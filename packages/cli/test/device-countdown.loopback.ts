/** The time that somebody has at another device: counted down on a terminal, told once without one. */
import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { start } from "./sonde.ts"

const address = "scanner@contoso.example"
const appId = "6b1f0c52-0000-4000-8000-00000000a004"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-countdown-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const simulated = Effect.flatMap(
  World.decode({
    deviceIntervalSeconds: 1,
    deviceCodeSeconds: 300,
    tenants: [{
      name: "Contoso",
      domains: ["contoso.example"],
      applications: [{ appId, name: "Desktop", publicClient: true, delegated: ["SMTP.Send"] }]
    }],
    mailboxes: [{ address, password: "fake-Scanner-9Lw4" }]
  }),
  (world) => Simulator.start({ world })
)

/** Obtains a token; somebody enters the code once `seen` has been written. */
const get = Effect.fnUntraced(function*(
  running: Simulator.Running,
  env: Readonly<Record<string, string>>,
  seen: RegExp
) {
  const argv = ["token", "get", address, "--provider", "microsoft-365", "--ca", running.ca]
  const pins = running.connectTo.flatMap((pin) => ["--connect-to", pin])
  const grant = ["--token", "device-code", "--client-id", appId, "--tenant", "contoso.example"]
  const child = start([...argv, ...pins, ...grant, "--state", join(yield* folder, "state")], env)
  return yield* Effect.promise(async () => {
    const shown = await child.until(/enter the code \S+/)
    await child.until(seen)
    const answer = await fetch(`${running.admin}device`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ userCode: shown.replace(/.* /, ""), account: address })
    })
    assert.strictEqual(answer.status, 200)
    return await child.done
  })
})

describe("sonde token get --token device-code", () => {
  it.live("counts down on a terminal, and leaves no line behind", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* simulated
      const env = { SONDE_FORCE_TTY: "100", NO_COLOR: "1" }
      const left = yield* get(running, env, /4:5\d left[^]*4:5\d left[^]*4:5\d left/)
      assert.strictEqual(left.code, 0, left.err)
      const times = [...left.err.matchAll(/waiting for the sign-in on another device, (\d):(\d\d) left/g)]
        .map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds))
      assert.isAtLeast(times.length, 3)
      assert.isAtMost(times[0]!, 300)
      assert.deepStrictEqual(times, [...new Set(times)].toSorted((one, other) => other - one))
      assert.isTrue(left.err.endsWith("\r\u001b[2K"), JSON.stringify(left.err.slice(-80)))
      assert.match(left.out, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    })), 60_000)

  it.live(
    "tells it once without a terminal, and where it is wished to be still",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const running = yield* simulated
        for (const env of [{}, { SONDE_FORCE_TTY: "100", CI: "true" }, { SONDE_FORCE_TTY: "100", TERM: "dumb" }]) {
          const left = yield* get(running, env, /Time left/)
          assert.strictEqual(left.code, 0, left.err)
          assert.notInclude(left.err, "\r")
          assert.lengthOf([...left.err.matchAll(/left/g)], 1, left.err)
        }
      })),
    60_000
  )
})
