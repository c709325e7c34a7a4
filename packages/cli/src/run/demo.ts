/**
 * `sonde demo`: the main job against the built-in simulator. Nothing leaves this machine.
 */
import type { Report } from "@sonde/domain/Report"
import type { Remedy, Verdict } from "@sonde/domain/Verdict"
import * as Compact from "@sonde/report/render/Compact"
import * as Text from "@sonde/report/render/Text"
import type { AnnouncedMailbox } from "@sonde/simulator/Announcement"
import type * as Simulator from "@sonde/simulator/Simulator"
import { type Check, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Engine from "../Engine.ts"
import { Failure, Stop } from "../Failure.ts"
import * as Journal from "../Journal.ts"
import { Screen } from "../Screen.ts"
import * as View from "../View.ts"
import { start, worldOf } from "./simulate.ts"
import * as Story from "./story.ts"

/** What `sonde demo` was given. */
export interface Input {
  readonly world: string | undefined
  readonly json: boolean
  readonly color: View.Input["color"]
}

/** Which mailboxes of the built-in world are shown: one for each thing that most often goes wrong. */
const shownFirst = [
  "app@contoso.example",
  "scanner@contoso.example",
  "printer@contoso.example",
  "typo@contoso.example",
  "locked@contoso.example",
  "scanner@northwind.example",
  "scanner@adatum.example",
  "scanner@wingtip.example",
  "crm@contoso.example",
  "burst@contoso.example",
  "oauth-expired@contoso.example"
]

/** Behaviours with which everything is in order. */
const isFine = (mailbox: AnnouncedMailbox): boolean =>
  mailbox.behaviour === "ok" || mailbox.behaviour === "shared_mailbox"

const checkOf = (running: Simulator.Running, mailbox: AnnouncedMailbox): Check => ({
  target: mailbox.address,
  provider: "microsoft-365",
  connectTo: running.connectTo,
  ca: running.caPem,
  ehlo: "demo.sonde.example",
  ...(mailbox.token === undefined
    ? { secret: Redacted.make(mailbox.secret) }
    : { token: Redacted.make(mailbox.token) }),
  ...(mailbox.user === undefined ? {} : { user: mailbox.user }),
  ...(mailbox.from === undefined ? {} : { from: mailbox.from })
})

/** Signs in; where that passes although something is wrong, delivers one message inside the simulator. */
const diagnose = Effect.fnUntraced(function*(running: Simulator.Running, mailbox: AnnouncedMailbox) {
  const sonde = yield* Sonde
  const check = checkOf(running, mailbox)
  const first = yield* sonde.check(check)
  if ((first.outcome !== "pass" && first.outcome !== "warn") || isFine(mailbox)) return first
  return yield* sonde.check({ ...check, deliver: true, to: ["someone@contoso.example"] })
}, Effect.mapError((error) => Journal.failure(error)))

const isChange = (remedy: Remedy): boolean =>
  remedy.kind === "change" && remedy.shell === "powershell" && remedy.command !== undefined &&
  !/<[a-z]/.test(remedy.command)

/** The change of a verdict that can be typed as it is. */
const changeOf = (verdict: Verdict | undefined): string | undefined => verdict?.remedies.find(isChange)?.command

const temporary = Effect.acquireRelease(
  Effect.tryPromise({
    try: () => mkdtemp(join(tmpdir(), "sonde-demo-")),
    catch: () => new Failure({ exitCode: 74, problem: `no folder can be made in ${tmpdir()}`, remedy: "set TMPDIR" })
  }),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** Takes the first failure whose change can be typed, types it, and resumes. */
const repair = Effect.fnUntraced(function*(
  running: Simulator.Running,
  reports: ReadonlyArray<{ readonly mailbox: AnnouncedMailbox; readonly report: Report }>,
  view: View.View
) {
  const screen = yield* Screen
  const sonde = yield* Sonde
  const candidates = reports.flatMap(({ mailbox, report }) => {
    const command = changeOf(report.verdicts[0])
    return command === undefined ? [] : [{ mailbox, report, command }]
  })
  const chosen = candidates.find(({ report }) => report.verdicts[0]?.cause === "smtp_auth_disabled_mailbox") ??
    candidates[0]
  if (chosen === undefined) return undefined
  const { command, mailbox, report } = chosen
  const say = (text: string) => view.format === "pretty" ? screen.out(text) : Effect.void
  yield* say(`\n--- one of them, in full ---\n\n${View.text(view, report)}`)
  yield* say(`\n--- the administrator types the change printed above ---\n\n${command}\n`)
  const result = running.execute(command)
  if (!result.ok) {
    return yield* new Failure({
      exitCode: 70,
      problem: `the simulator refused a printed remedy: ${result.text.trim()}`
    })
  }
  yield* say(result.text === "" ? "" : `${result.text}\n`)
  const { secret, token } = checkOf(running, mailbox)
  const after = yield* sonde.resume(report.run, { secret, token }).pipe(
    Effect.mapError((error) => Journal.failure(error))
  )
  yield* say(`\n--- sonde resume ${report.run} ---\n\n${Text.render(after, view.out)}`)
  return after
})

/** Tells the story from a password to a token. Gives whether it went as it has to. */
const story = Effect.fnUntraced(function*(view: View.View) {
  const screen = yield* Screen
  const say = (text: string) => view.format === "pretty" ? screen.out(text) : Effect.void
  yield* say("\n--- from a password to a token: a scanner, and an organisation without basic authentication ---\n")
  let number = 0
  const steps = yield* Story.play(({ commands, report, title }) => {
    number += 1
    return view.format === "pretty"
      ? say(
        `\nWith ${title}:\n\n${commands.map((command) => `$ ${command}\n`).join("")}\n`
          + Compact.render(report, view.out, `${number}`.padStart(2))
      )
      : screen.out(View.text({ ...view, format: "ndjson" }, report))
  })
  return Story.holds(steps)
})

/**
 * Shows the situations, then one of them repaired, then the way from a password to a token. Ends with 0 when every one had a verdict,
 * the repair worked and the story ended well.
 */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const asked = yield* View.make({ json: input.json, color: input.color })
  // Made to be read, also in a file.
  const view = { ...asked, out: { ...asked.out, terminal: true } }
  const world = input.world === undefined ? undefined : yield* worldOf(input.world)
  yield* Effect.scoped(Effect.gen(function*() {
    const state = yield* temporary
    const running = yield* start(world === undefined ? {} : { world })
    const mailboxes = world === undefined
      ? running.mailboxes.filter(({ address }) => shownFirst.includes(address))
      : running.mailboxes
    const say = (text: string) => view.format === "pretty" ? screen.out(text) : Effect.void
    yield* say(
      `Sonde against a simulated Microsoft 365 on ${running.smtp.host}:${running.smtp.port};\nnothing leaves this machine.\n\n`
    )
    yield* Effect.provide(
      Effect.gen(function*() {
        const reports: Array<{ readonly mailbox: AnnouncedMailbox; readonly report: Report }> = []
        for (const mailbox of mailboxes) {
          const report = yield* diagnose(running, mailbox)
          reports.push({ mailbox, report })
          yield* view.format === "pretty"
            ? say(`${Compact.render(report, view.out, `${reports.length}`.padStart(2))}\n`)
            : screen.out(View.text({ ...view, format: "ndjson" }, report))
        }
        const after = yield* repair(running, reports, view)
        if (after !== undefined && view.format === "json") {
          yield* screen.out(View.text({ ...view, format: "ndjson" }, after))
        }
        const told = world === undefined ? yield* story(view) : true
        const unnamed = reports.filter(({ report }) =>
          report.verdicts.length === 0 && report.outcome !== "pass" && report.outcome !== "warn"
        )
        const repaired = after === undefined || after.outcome === "pass" || after.outcome === "warn"
        yield* say(
          `\n${reports.length} situations, ${reports.length - unnamed.length} named`
            + `${after === undefined ? "" : repaired ? ", one repaired and passed" : ", one could not be repaired"}\n`
        )
        if (unnamed.length > 0 || !repaired || !told) return yield* new Stop({ exitCode: 1 })
      }),
      Engine.layer({ state })
    )
  }))
})
