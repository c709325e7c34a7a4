/** What a resumed run keeps, tries again, and never does twice. */
import { assert, layer } from "@effect/vitest"
import type { Event } from "@sonde/domain/Event"
import type { Report } from "@sonde/domain/Report"
import * as World from "@sonde/simulator/World"
import { JournalStore, Sonde } from "@sonde/sonde"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Simulated from "./Simulated.ts"

const to = ["someone@contoso.example"]

const states = (report: Report): Readonly<Record<string, string>> =>
  Object.fromEntries((report.services[0]?.phases ?? []).map(({ because, id, state }) => [id, because ?? state]))

layer(Simulated.layer, { excludeTestServices: true })("a resumed run", (it) => {
  it.effect("restores the addresses, tries the rest again and names what changed", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const about = Simulated.mailbox(simulator, "printer@contoso.example")
      const options = Simulated.asking(simulator, about)
      const before = yield* sonde.check(options)
      assert.strictEqual(before.exitCode, 77)
      yield* simulator.apply(
        "Set-CASMailbox -Identity printer@contoso.example -SmtpClientAuthenticationDisabled $false"
      )
      const after = yield* sonde.resume(before.run.slice(0, 12).toLowerCase(), { secret: options.secret })
      assert.strictEqual(after.exitCode, 0)
      assert.strictEqual(after.startedAt, before.startedAt)
      assert.isDefined(after.resumedAt)
      const { auth, connect, resolve } = states(after)
      assert.deepStrictEqual({ auth, connect, resolve }, { auth: "pass", connect: "pass", resolve: "restored" })
      const change = after.services[0]?.phases.find(({ id }) => id === "auth")?.before
      assert.strictEqual(change?.state, "fail")
      assert.include(change?.text, "disabled for the Mailbox")
      assert.isAbove(after.transcript[0]?.n ?? 0, before.transcript.at(-1)?.n ?? 0)
    }))

  it.effect("that had passed is restored without a connection, until it is asked something else", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const about = Simulated.mailbox(simulator, "app@contoso.example")
      const options = Simulated.asking(simulator, about)
      const first = yield* sonde.check(options)
      assert.strictEqual(first.outcome, "pass")
      const again = yield* sonde.resume(first.run, { secret: options.secret })
      assert.strictEqual(again.outcome, "pass")
      assert.strictEqual(states(again)["auth"], "restored")
      assert.strictEqual(simulator.state().signIns[about.address], 1)
      const further = yield* sonde.resume(first.run, { secret: options.secret, to })
      assert.strictEqual(states(further)["rcpt"], "pass")
      assert.strictEqual(simulator.state().signIns[about.address], 2)
    }))

  it.effect("does not go on without the secret that it had, and names what fails now and passed before", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const about = Simulated.mailbox(simulator, "app@contoso.example")
      const options = Simulated.asking(simulator, about, { to })
      const first = yield* sonde.check(options)
      assert.strictEqual(first.outcome, "pass")
      const exit = yield* Effect.exit(sonde.resume(first.run, { until: "auth" }))
      assert.isTrue(Exit.isFailure(exit) && Cause.pretty(exit.cause).includes("--secret is missing"))
      yield* simulator.apply("Set-CASMailbox -Identity app@contoso.example -SmtpClientAuthenticationDisabled $true")
      const worse = yield* sonde.resume(first.run, { secret: options.secret, until: "auth" })
      const auth = worse.services[0]?.phases.find(({ id }) => id === "auth")
      assert.deepStrictEqual([auth?.state, auth?.before?.state], ["fail", "pass"])
    }))

  it.effect("never sends a delivered message again, unless asked to", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const options = Simulated.asking(simulator, Simulated.mailbox(simulator, "app@contoso.example"), {
        deliver: true,
        to
      })
      const first = yield* sonde.check(options)
      assert.isTrue(first.delivered)
      const again = yield* sonde.resume(first.run, { secret: options.secret })
      assert.isTrue(again.delivered)
      assert.strictEqual(states(again)["data"], "restored")
      assert.strictEqual(simulator.state().messages.length, 1)
      const asked = yield* sonde.resume(first.run, { secret: options.secret, deliverAgain: true })
      assert.strictEqual(states(asked)["data"], "pass")
      assert.strictEqual(simulator.state().messages.length, 2)
    }))

  it.effect("whose message is in doubt says so and sends nothing, until told to", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const store = yield* JournalStore
      const options = Simulated.asking(simulator, Simulated.mailbox(simulator, "app@contoso.example"), {
        deliver: true,
        to
      })
      const first = yield* sonde.check(options)
      // The journal as a killed process leaves it: the intent is the last thing that was written.
      const lines = yield* store.read(first.run)
      const intent = lines.findIndex((line) => JSON.parse(line).entry === "intent")
      assert.isAbove(intent, 0)
      yield* store.remove(first.run)
      yield* Effect.scoped(
        Effect.flatMap(store.create(first.run), (file) => file.append(lines.slice(0, intent + 1), false))
      )
      const shown = yield* sonde.show(first.run)
      assert.strictEqual(shown.state, "suspended")
      assert.strictEqual(states(shown)["data"], "interrupted")
      const doubt = yield* sonde.resume(first.run, { secret: options.secret })
      assert.strictEqual(doubt.exitCode, 75)
      assert.strictEqual(doubt.outcome, "inconclusive")
      assert.strictEqual(doubt.services[0]?.phases.find(({ id }) => id === "data")?.error?._tag, "DeliveryInDoubt")
      assert.strictEqual(doubt.verdicts[0]?.cause, "delivery_in_doubt")
      assert.strictEqual(simulator.state().messages.length, 1)
      const still = yield* sonde.resume(first.run, { secret: options.secret })
      assert.strictEqual(still.exitCode, 75)
      assert.strictEqual(simulator.state().messages.length, 1)
      const sent = yield* sonde.resume(first.run, { secret: options.secret, deliverAgain: true })
      assert.strictEqual(sent.outcome, "pass")
      assert.isTrue(sent.delivered)
      assert.strictEqual(simulator.state().messages.length, 2)
    }))

  it.effect("suspends on a throttle with the moment it may go on", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const options = Simulated.asking(simulator, Simulated.mailbox(simulator, "parallel@contoso.example"), {
        deliver: true,
        to
      })
      const report = yield* sonde.check(options)
      assert.strictEqual(report.state, "suspended")
      assert.strictEqual(report.outcome, "inconclusive")
      assert.strictEqual(report.exitCode, 75)
      assert.isAbove(Date.parse(report.resumeAfter ?? ""), Date.parse(report.startedAt))
      const listed = (yield* sonde.page()).runs.find(({ run }) => run === report.run)
      assert.strictEqual(listed?.state, "suspended")
    }))

  it.effect("is worked on by one at a time", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const store = yield* JournalStore
      const options = Simulated.asking(simulator, Simulated.mailbox(simulator, "printer@contoso.example"))
      const before = yield* sonde.check(options)
      yield* Effect.scoped(Effect.gen(function*() {
        yield* store.open(before.run)
        const refused = yield* Effect.result(sonde.resume(before.run, { secret: options.secret }))
        assert.isTrue(Result.isFailure(refused) && refused.failure.reason === "Locked")
        const kept = yield* Effect.result(sonde.forget(before.run))
        assert.isTrue(Result.isFailure(kept) && kept.failure.reason === "Locked")
      }))
      yield* sonde.forget(before.run)
      const gone = yield* Effect.result(sonde.show(before.run))
      assert.isTrue(Result.isFailure(gone) && gone.failure.reason === "NotFound")
    }))

  it.effect("that is interrupted leaves the server with QUIT and can go on", () =>
    Effect.gen(function*() {
      const slow = yield* World.decode({
        tenants: [{ name: "Contoso", domains: ["contoso.example"] }],
        mailboxes: [{ address: "printer@contoso.example", password: "fake-Printer-3Rt8", smtpAuth: "off" }],
        authRefusalMillis: 3000
      })
      const simulator = yield* Simulated.start({ world: slow })
      const sonde = yield* Sonde
      const options = Simulated.asking(simulator, Simulated.mailbox(simulator, "printer@contoso.example"))
      const events: Array<Event> = []
      const fiber = yield* Effect.forkChild(
        Stream.runForEach(sonde.events(options), (event) => Effect.sync(() => void events.push(event)))
      )
      const begun = () => events.some((event) => event.type === "phase.start" && event.phase === "auth")
      while (!begun()) yield* Effect.sleep(5)
      // Lines are told with the next entry of their phase: by now the secret is sent, and the refusal is far.
      yield* Effect.sleep(500)
      const interruptedAt = performance.now()
      yield* Fiber.interrupt(fiber)
      assert.isBelow(performance.now() - interruptedAt, 1000)
      const run = events[0]?.run ?? ""
      const report = yield* sonde.show(run)
      assert.strictEqual(report.state, "suspended")
      assert.strictEqual(report.outcome, "inconclusive")
      assert.strictEqual(states(report)["auth"], "interrupted")
      assert.strictEqual(states(report)["mail"], "interrupted")
      assert.isTrue(report.transcript.some(({ dir, text }) => dir === ">" && text === "QUIT"))
      const resumed = yield* sonde.resume(run, { secret: options.secret })
      assert.strictEqual(resumed.exitCode, 77)
    }))

  it.effect("with other secrets keeps none of them in its journal", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const store = yield* JournalStore
      const about = Simulated.mailbox(simulator, "typo@contoso.example")
      const report = yield* sonde.check(
        Simulated.asking(simulator, about, { secret: Redacted.make("canary-Wrong-1") })
      )
      const fixed = yield* sonde.resume(report.run, { secret: Redacted.make("fake-Typo-5Yh1") })
      assert.strictEqual(fixed.outcome, "pass")
      const journal = (yield* store.read(report.run)).join("\n")
      assert.notInclude(journal, "canary-Wrong-1")
      assert.notInclude(journal, "fake-Typo-5Yh1")
      assert.notInclude(journal, btoa("canary-Wrong-1"))
      assert.include(journal, "‹secret›")
    }))
})

layer(Simulated.layer, { excludeTestServices: true })("a verdict", (it) => {
  it.effect("points at the reply that refused, not at the farewell after it", () =>
    Effect.gen(function*() {
      const simulator = yield* Simulated.start({})
      const sonde = yield* Sonde
      const about = Simulated.mailbox(simulator, "printer@contoso.example")
      const report = yield* sonde.check(Simulated.asking(simulator, about))
      const [n] = report.verdicts[0]?.evidence ?? []
      assert.include(report.transcript.find((line) => line.n === n)?.text, "535 5.7.139")
      assert.include(report.transcript.at(-1)?.text, "221")
    }))

  it.effect("goes by what the server said and never by our own words", () =>
    Effect.gen(function*() {
      const sonde = yield* Sonde
      const report = yield* sonde.check({ target: "nobody@no-such-name.invalid", dns: "127.0.0.1:1", timeout: "300ms" })
      assert.strictEqual(report.services[0]?.phases[0]?.error?._tag, "ResolveError")
      assert.match(report.verdicts[0]?.cause ?? "", /^dns_/)
    }))
})
