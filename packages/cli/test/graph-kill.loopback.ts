/**
 * The built command is killed with SIGKILL around the request that sends through Graph, and resumed: nothing that was sent is
 * sent again, and what is in doubt is called so. The token it sends with is in nothing that it leaves behind.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as TestCa from "@sonde/testkit/TestCa"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Left, sonde, start } from "./CanaryCommand.ts"
import { assertNone, filesIn, watchProcesses } from "./CanaryTraces.ts"
import * as HeldGraph from "./HeldGraph.ts"

const folder = mkdtempSync(join(tmpdir(), "sonde-graph-kill-"))
const ca = join(folder, "ca.pem")
const token = "EwB4-Canary-9fK2xQ7vLm3zT8wR5yB1nC6"
const env = { CANARY: token }

let graph: HeldGraph.HeldGraph

beforeAll(async () => {
  const authority = await TestCa.testCa()
  writeFileSync(ca, authority.ca)
  graph = await HeldGraph.start(await authority.server({ dns: ["graph.held.example"] }))
})

afterAll(async () => {
  await graph.close()
  rmSync(folder, { recursive: true, force: true })
})

const check = (state: string) => [
  "check",
  "alice@held.example",
  "--provider",
  "microsoft-365",
  "--via",
  "graph",
  "--host",
  "graph.held.example",
  "--connect-to",
  `graph.held.example:443:127.0.0.1:${graph.port}`,
  "--ca",
  ca,
  "--deliver",
  "--to",
  "bob@held.example",
  "--token",
  "env:CANARY",
  "--state",
  state
]

const fresh = () => mkdtempSync(join(folder, "state-"))

const runIn = (state: string): string => {
  const name = readdirSync(join(state, "runs")).find((file) => file.endsWith(".ndjson")) ?? ""
  return name.slice(0, -".ndjson".length)
}

const clean = (what: string, { err, out }: Left, state: string) => {
  assertNone(what, `${out}\n${err}`, token)
  assertNone(`${what}, the state folder`, filesIn(state), token)
}

const killedAt = async (moment: HeldGraph.Moment) => {
  const state = fresh()
  graph.holdAt(moment)
  const child = start([...check(state), "--json"], env)
  // A run that ends before it comes to the moment fails here and does not wait for ever.
  await Promise.race([
    graph.held(),
    child.done.then(({ err, out }) => assert.fail(`ended before ${moment}: ${out}${err}`))
  ])
  child.signal("SIGKILL")
  const left = await child.done
  graph.holdAt(undefined)
  assert.strictEqual(left.code, null)
  assertNone(`killed at ${moment}`, filesIn(state), token)
  return { state, run: runIn(state) }
}

const resume = async (
  { run, state }: { readonly run: string; readonly state: string },
  ...flags: ReadonlyArray<string>
) => {
  const left = await sonde(["resume", run, "--state", state, "--token", "env:CANARY", "--json", ...flags], env)
  clean("resumed", left, state)
  return { code: left.code, report: JSON.parse(left.out) }
}

const phaseOf = (
  report: {
    readonly services: ReadonlyArray<
      {
        readonly id: string
        readonly phases: ReadonlyArray<{ readonly id: string; readonly error: { readonly _tag: string } }>
      }
    >
  }
) => report.services.find(({ id }) => id === "graph")?.phases.find(({ id }) => id === "send")

const safe = HeldGraph.moments.slice(0, 2)

describe("a delivery through Graph that is killed", () => {
  it.each(safe)("at %s is sent once by the resumed run", async (moment) => {
    const before = graph.messages()
    const killed = await killedAt(moment)
    assert.strictEqual(graph.messages(), before)
    const { code, report } = await resume(killed)
    assert.strictEqual(code, 0, JSON.stringify(report.services))
    assert.isTrue(report.delivered)
    assert.strictEqual(graph.messages(), before + 1)
    const questions = graph.questions()
    const again = await resume(killed)
    assert.isTrue(again.report.delivered)
    // What is delivered is not even asked for again.
    assert.deepStrictEqual([graph.messages(), graph.questions()], [before + 1, questions])
  })

  it.each(
    [
      ["the message, not taken", 0],
      ["the message, taken", 1]
    ] as const
  )("at %s is in doubt, and sent again only on demand", async (moment, taken) => {
    const before = graph.messages()
    const killed = await killedAt(moment)
    assert.strictEqual(graph.messages(), before + taken)
    const { code, report } = await resume(killed)
    assert.strictEqual(code, 75)
    assert.isFalse(report.delivered)
    assert.strictEqual(phaseOf(report)?.error._tag, "DeliveryInDoubt")
    assert.strictEqual(report.verdicts[0].cause, "delivery_in_doubt")
    assert.strictEqual(graph.messages(), before + taken)
    const sent = await resume(killed, "--deliver-again")
    assert.strictEqual(sent.code, 0, JSON.stringify(sent.report.verdicts))
    assert.strictEqual(graph.messages(), before + taken + 1)
  })

  it("covers every moment that the service can hold", () => {
    assert.sameMembers([...safe, "the message, not taken", "the message, taken"], [...HeldGraph.moments])
  })
})

describe("the token", () => {
  const error = (code: string) => JSON.stringify({ error: { code, message: `not {token}, nor {token}` } })
  it.each([
    ["taken", 202, "", 0],
    ["refused", 403, error("ErrorSendAsDenied"), 77],
    ["refused without a form", 401, "who is {token}?", 77],
    ["redirected", 307, "see https://else.example/{token}", 76],
    ["in doubt", 504, "<p>{token}</p>", 75]
  ])("is in no output, file or list of processes when the message is %s", async (_, status, body, code) => {
    graph.answer(status, body)
    for (const flags of [["--transcript"], ["--events"]]) {
      const state = fresh()
      const processes = watchProcesses()
      const left = await sonde([...check(state), ...flags], env)
      const seen = await processes.stop()
      assert.strictEqual(left.code, code, left.err)
      assert.include(seen, "--token env:CANARY")
      assertNone("processes", seen, token)
      clean(flags.join(" "), left, state)
      const shown = await sonde(["show", runIn(state), "--state", state, "--transcript"], env)
      assertNone("shown", shown.out, token)
      assert.include(shown.out, "Bearer ‹token›")
    }
    graph.answer(202, "")
  }, 60_000)
})
