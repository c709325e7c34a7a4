import { assert, describe, it } from "@effect/vitest"
import { Metrics } from "@sonde/http-server/Metrics"
import * as Probe from "@sonde/http-server/Probe"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { passed, reachable, report, submission, untrusted } from "./reports.ts"

const deploy = fileURLToPath(new URL("../deploy", import.meta.url))

const run = (command: string, args: ReadonlyArray<string>, input = "") => {
  const { error, status, stderr, stdout } = spawnSync(command, args, {
    cwd: deploy,
    input,
    encoding: "utf8",
    timeout: 60_000
  })
  if (error !== undefined) throw error
  return { status, text: `${stdout}${stderr}` }
}

const accepts = (command: string, ...args: ReadonlyArray<string>): string => {
  const { status, text } = run(command, args)
  assert.strictEqual(status, 0, text)
  return text
}

describe("promtool", () => {
  it("accepts the configuration", () => {
    // The file of the bearer token is not on this machine, so its presence is not checked.
    assert.include(accepts("promtool", "check", "config", "--syntax-only", "prometheus.yml"), "SUCCESS")
  })

  it("accepts the alerts, and they fire when they should and not before", () => {
    assert.include(accepts("promtool", "check", "rules", "alerts.yml"), "8 rules found")
    assert.include(accepts("promtool", "test", "rules", "alerts_test.yml"), "SUCCESS")
  })

  it.effect("accepts what the server tells", () =>
    Effect.gen(function*() {
      const metrics = yield* Metrics
      const token = { id: "token" as const, outcome: "pass" as const, phases: [passed("token")] }
      yield* metrics.observe(report([reachable, token]))
      yield* metrics.observe(report([submission("fail", untrusted)], { target: { input: "a\\b\"c\nd" } }))
      yield* metrics.answered("GET", "/v1/runs/:run", 200)
      const whole = run(
        "promtool",
        ["check", "metrics"],
        yield* metrics.render({ running: 1, queued: 2, stopping: false })
      )
      assert.deepStrictEqual(whole, { status: 0, text: "" })
      const probe = run("promtool", ["check", "metrics"], Probe.render(report([reachable]), 1_000_000, 1.5))
      assert.deepStrictEqual(probe, { status: 0, text: "" })
    }).pipe(Effect.provide(Metrics.layer.pipe(Layer.provide(Settings.layer({ version: "1.2.3" }))))))
})

const isThere = spawnSync("systemd-analyze", ["--version"]).error === undefined
if (!isThere) process.stderr.write("deploy.peer.ts: no systemd-analyze on this machine, the unit is not checked\n")

describe.skipIf(!isThere)("systemd-analyze", () => {
  it("finds no fault in the unit", () => {
    // The unit is verified where the files that it starts are: here the Node that runs the test takes the place of Debian's.
    const folder = mkdtempSync(join(tmpdir(), "sonde-unit-"))
    try {
      const unit = readFileSync(join(deploy, "sonde.service"), "utf8").replace("/usr/bin/node", process.execPath)
      writeFileSync(join(folder, "sonde.service"), unit)
      assert.strictEqual(accepts("systemd-analyze", "verify", join(folder, "sonde.service")), "")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("rates the unit as well confined", () => {
    accepts("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", "./sonde.service")
  })
})
