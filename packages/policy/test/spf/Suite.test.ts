/**
 * The test suite of openspf.org for RFC 7208, all cases. The file (`test/rfc7208-tests.yml` of pyspf) is not part of this
 * repository: `SONDE_SPF_SUITE` names it, or it lies in `test-fixtures/suites/`.
 */
import { assert, describe, it } from "@effect/vitest"
import type { StaticRecords } from "@sonde/net/Net"
import * as Net from "@sonde/net/Net"
import type { LookupFailed } from "@sonde/net/Resolver"
import * as Check from "@sonde/policy/spf/Check"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Yaml from "yaml"

const places = [
  process.env["SONDE_SPF_SUITE"],
  fileURLToPath(new URL("../../../../test-fixtures/suites/spf-rfc7208.yml", import.meta.url))
]
const path = places.find((place) => place !== undefined && existsSync(place))

interface Case {
  readonly helo: string
  readonly host: string
  readonly mailfrom: string
  readonly result: string | ReadonlyArray<string>
  readonly explanation?: string
}

type Entry = "TIMEOUT" | Readonly<Record<string, unknown>>

interface Scenario {
  readonly description: string
  readonly tests: Readonly<Record<string, Case>>
  readonly zonedata: Readonly<Record<string, ReadonlyArray<Entry>>>
}

const strings = (value: unknown): string => Array.isArray(value) ? value.join("") : String(value)

/**
 * The world of a scenario. SPF records are TXT records too unless the name says its TXT records itself; `TXT: NONE` says that there
 * are none, and `TIMEOUT` that questions for all types without records are not answered.
 */
const worldOf = (zone: Scenario["zonedata"]) => {
  const names: Record<string, StaticRecords> = {}
  const fail: Record<string, LookupFailed["reason"]> = {}
  for (const [name, entries] of Object.entries(zone)) {
    const all = (type: string) => entries.flatMap((entry) => entry !== "TIMEOUT" && type in entry ? [entry[type]] : [])
    const texts = all("TXT")
    const cname = all("CNAME")[0]
    if (entries.includes("TIMEOUT")) {
      for (const type of ["a", "aaaa", "mx", "txt", "ptr"]) {
        if (all(type.toUpperCase()).every((value) => value === "NONE")) fail[`${type} ${name}`] = "Timeout"
      }
    }
    names[name] = {
      a: all("A").map(String),
      aaaa: all("AAAA").map(String),
      mx: all("MX").map((pair) => pair as [number, string]),
      ptr: all("PTR").map(String),
      txt: (texts.length > 0 ? texts : all("SPF")).filter((text) => text !== "NONE").map(strings),
      ...(cname === undefined ? {} : { cname: String(cname) })
    }
  }
  return Net.layerResolver({ zone: names, fail })
}

const scenarios: ReadonlyArray<Scenario> = path === undefined
  ? []
  : Yaml.parseAllDocuments(readFileSync(path, "utf8")).map((document) => document.toJS() as Scenario)

describe("the SPF suite", () => {
  if (path === undefined) {
    it.skip(`NOT RUN: no file at ${places.filter((place) => place !== undefined).join(" nor at ")}`, () => {})
    return
  }
  it("has all its scenarios and cases", () => {
    assert.strictEqual(scenarios.length, 16)
    assert.isAtLeast(scenarios.flatMap(({ tests }) => Object.keys(tests)).length, 190)
  })
  for (const { description, tests, zonedata } of scenarios) {
    describe(description, () => {
      const world = worldOf(zonedata)
      for (const [name, { explanation, helo, host, mailfrom, result }] of Object.entries(tests)) {
        it.effect(name, () =>
          Effect.gen(function*() {
            const answer = yield* Check.check(
              { address: host, sender: mailfrom, helo },
              { timeoutMillis: 1000 }
            )
            const wanted = typeof result === "string" ? [result] : result
            assert.include(wanted, answer.result, JSON.stringify(answer))
            if (explanation !== undefined) assert.strictEqual(answer.explanation ?? "DEFAULT", explanation)
          }).pipe(Effect.provide(world)))
      }
    })
  }
})
