import { assert, describe, it } from "@effect/vitest"
import { Metrics } from "@sonde/http-server/Metrics"
import * as Probe from "@sonde/http-server/Probe"
import * as Settings from "@sonde/http-server/Settings"
import { validate } from "dockerfile-utils"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readFileSync } from "node:fs"
import { parse } from "./prometheus.ts"
import { passed, reachable, report } from "./reports.ts"

const read = (name: string): string => readFileSync(new URL(`../deploy/${name}`, import.meta.url), "utf8")

/** The instructions of a Dockerfile, continued lines joined. */
const instructions = (text: string): ReadonlyArray<string> =>
  text.replace(/^#.*\n/gmu, "").replace(/\\\n/gu, " ").split("\n").map((line) => line.trim()).filter((line) =>
    line !== ""
  )

describe("Dockerfile", () => {
  const lines = instructions(read("Dockerfile"))
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM")))

  it("has no fault that the linter knows", () => {
    assert.deepStrictEqual(validate(read("Dockerfile")).map(({ message }) => message), [])
    assert.isNotEmpty(validate("FROM node\nUSR root\n"))
  })

  it("runs as a user who is not root", () => {
    const user = last.findLast((line) => line.startsWith("USER"))
    assert.match(user ?? "", /^USER (?!root\b|0\b)\S+$/u)
  })

  it("fetches nothing by URL and pins each base image to a version", () => {
    assert.isEmpty(lines.filter((line) => line.startsWith("ADD")))
    const images = lines.flatMap((line) => /^FROM (\S+)/u.exec(line)?.[1] ?? [])
    assert.isNotEmpty(images)
    for (const image of images) assert.match(image, /^[^:@]+:(?!latest)[\w.-]*\d[\w.-]*$/u)
  })

  it("takes only the bundle into the image that runs", () => {
    const copies = last.filter((line) => line.startsWith("COPY"))
    assert.deepStrictEqual(copies, ["COPY --from=build --chown=root:root /src/packages/cli/dist ./dist"])
  })

  it("checks health with the Node it has, and starts without a shell", () => {
    assert.match(last.find((line) => line.startsWith("HEALTHCHECK")) ?? "", /CMD \["node", .*\/healthz/u)
    for (const name of ["ENTRYPOINT", "CMD"]) {
      const array = last.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? ""
      assert.isArray(JSON.parse(array))
    }
  })
})

describe("the series", () => {
  it.effect("are those that the documentation and the alerts name", () =>
    Effect.gen(function*() {
      const metrics = yield* Metrics
      const token = { id: "token" as const, outcome: "pass" as const, phases: [passed("token")] }
      const seen = report([reachable, token])
      yield* metrics.observe(seen)
      yield* metrics.answered("GET", "/healthz", 200)
      const told = parse(yield* metrics.render({ running: 0, queued: 0, stopping: false }))
      const probed = parse(Probe.render(seen, 0, 1))
      const there = new Set([...told.type.keys(), ...probed.type.keys()])

      const table = [...read("README.md").matchAll(/^\| (`[^|]+`) +\|/gmu)].flatMap((row) => row[1] ?? [])
      const documented = table.flatMap((cell) => [...cell.matchAll(/`(\w+)(?:\{([\w,]+)\})?`/gu)])
      assert.deepStrictEqual(new Set(documented.map(([, name]) => name)), there)
      for (const [, name, labels] of documented) {
        const sample = [...told.samples, ...probed.samples].find((one) => one.name === name)
        assert.deepStrictEqual(Object.keys(sample?.labels ?? {}), labels?.split(",") ?? [], name)
      }

      const used = [...read("alerts.yml").matchAll(/\b(?:sonde|probe)_[a-z_]+/gu)].map(([name]) => name)
      assert.isNotEmpty(used)
      for (const name of used) assert.isTrue(there.has(name), name)
    }).pipe(Effect.provide(Metrics.layer.pipe(Layer.provide(Settings.layer({}))))))
})
