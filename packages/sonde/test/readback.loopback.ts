/** A delivered message that is read back, against simulated mailboxes: where it lies, what became of it, and that it is sent once. */
import { assert, layer } from "@effect/vitest"
import type { FindFacts } from "@sonde/domain/FindFacts"
import type { Report } from "@sonde/domain/Report"
import type { ServiceId } from "@sonde/domain/Service"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as GmailWorld from "@sonde/simulator/GmailWorld"
import * as World from "@sonde/simulator/World"
import { type Check, JournalStore, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Graph from "./GraphWorld.ts"
import * as Simulated from "./Simulated.ts"

const ada = "ada@gmail.example"
const bob = "bob@gmail.example"
const eve = "eve@elsewhere.example"
const passwords = { [ada]: "fakeadaadaadaada", [bob]: "fakebobbobbobbob", [eve]: "fakeeveeveeveeve" }

/** A Gmail with three mailboxes; `arrival` is how mail comes to all of them. */
const gmail = (arrival: object = {}) =>
  Effect.gen(function*() {
    const accounts = Object.entries(passwords).map(([address, password]) => ({
      address,
      appPasswords: [password],
      arrival
    }))
    const world = yield* GmailWorld.decode({ accounts })
    const running = yield* GmailSimulator.start({ world })
    return { ...running, state: () => running.state() as Snapshot }
  })

interface Snapshot {
  readonly signIns: Readonly<Record<string, number>>
  readonly messages: ReadonlyArray<{ readonly subject: string | null; readonly raw: string | null }>
}

type Running = Effect.Success<ReturnType<typeof gmail>>

const asking = (simulator: Running, more: Partial<Check> = {}): Check => ({
  target: ada,
  provider: "gmail",
  connectTo: simulator.announcement.connectTo,
  ca: simulator.caPem,
  secret: Redacted.make(passwords[ada]),
  deliver: true,
  readBack: true,
  ...more
})

const phaseOf = (report: Report, service: ServiceId, phase = "find") =>
  report.services.find(({ id }) => id === service)?.phases.find(({ id }) => id === phase)

const found = (report: Report, service: ServiceId): FindFacts => {
  const phase = phaseOf(report, service)
  assert.oneOf(phase?.state, ["pass", "restored"], JSON.stringify([phase, report.verdicts.map(({ title }) => title)]))
  return phase?.facts as unknown as FindFacts
}

const ids = (report: Report) => report.findings.map(({ id }) => id)

layer(Simulated.layer, { excludeTestServices: true })("a message that is read back", (it) => {
  it.effect("is found by IMAP in the mailbox of the sender itself, with one sign-in for each service", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail()
      const report = yield* (yield* Sonde).check(asking(simulator))
      assert.deepStrictEqual([report.outcome, report.exitCode, report.delivered], ["pass", 0, true])
      assert.deepStrictEqual(report.services.map(({ id }) => id), ["smtp-submission", "imap"])
      const facts = found(report, "imap")
      assert.deepStrictEqual(facts.folder, { name: "INBOX", kind: "inbox" })
      assert.strictEqual(facts.mailbox, ada)
      assert.deepStrictEqual(facts.authentication.trusted, { authservId: "mx.google.com", basis: "pack" })
      assert.deepStrictEqual(facts.authentication.dmarc, { result: "pass", domain: "gmail.example" })
      assert.strictEqual(facts.authentication.spf?.alignment, "strict")
      assert.deepStrictEqual(ids(report), [])
      assert.strictEqual(simulator.state().signIns[ada], 2)
      const [message] = simulator.state().messages
      assert.strictEqual(message?.subject, `Sonde delivery test ${report.run.toLowerCase()}`)
      assert.strictEqual(message?.raw?.match(/^X-Sonde-Run: (.*)$/m)?.[1]?.trim(), report.run)
    }))

  it.effect("is found by POP3, by sessions that begin when it is on its way", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail({ delayMillis: 2500 })
      const only = ["smtp-submission", "pop3"] as const
      const report = yield* (yield* Sonde).check(asking(simulator, { only, readBackTimeout: "20s" }))
      const facts = found(report, "pop3")
      assert.strictEqual(report.outcome, "pass", JSON.stringify(report.findings))
      assert.isAtLeast(facts.looks, 2)
      assert.isAtLeast(facts.delayMillis, 2500)
      assert.strictEqual(facts.folder.kind, "maildrop")
      // One sign-in for submission, and one for each look.
      assert.strictEqual(simulator.state().signIns[ada], 1 + facts.looks)
      assert.strictEqual(phaseOf(report, "pop3", "quit")?.state, "pass")
    }))

  it.effect("waits for a message that is slow, in the session that it has", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail({ delayMillis: 1200 })
      const report = yield* (yield* Sonde).check(asking(simulator))
      const facts = found(report, "imap")
      assert.isAtLeast(facts.looks, 2)
      assert.isAtLeast(facts.delayMillis, 1200)
      assert.strictEqual(simulator.state().signIns[ada], 2)
    }))

  it.effect("is found in the junk folder, from another author, with another Message-ID, and with bad results", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail({
        folder: "junk",
        from: "list@lists.example",
        messageId: "replaced",
        spf: "fail",
        dkim: "fail",
        dmarc: "fail"
      })
      const report = yield* (yield* Sonde).check(asking(simulator))
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
      const facts = found(report, "imap")
      assert.deepStrictEqual([facts.folder.kind, facts.matched, facts.from.rewritten], ["junk", "header", true])
      assert.deepStrictEqual(ids(report), [
        "delivered_to_junk",
        "from_rewritten",
        "message_id_replaced",
        "spf_not_passed_at_receiver",
        "dkim_not_passed_at_receiver",
        "dmarc_not_passed_at_receiver"
      ])
    }))

  it.effect("that never comes leaves the run undecided, and says where it was looked for", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail({ folder: "lost" })
      const sonde = yield* Sonde
      const options = asking(simulator, { readBackTimeout: "1s" })
      const report = yield* sonde.check(options)
      assert.deepStrictEqual([report.outcome, report.exitCode, report.delivered], ["inconclusive", 75, true])
      assert.match(
        phaseOf(report, "imap")?.error?.message ?? "",
        /not found in INBOX, \[Gmail\]\/Spam.* of ada@gmail\.example/
      )
      assert.deepStrictEqual(report.verdicts.map(({ cause }) => cause), ["message_not_found"])
      assert.isFalse(
        report.verdicts.some(({ remedies }) => remedies.some(({ command = "" }) => command.includes("--deliver")))
      )
      // What was sent is looked for again and is not sent again.
      const again = yield* sonde.resume(report.run, { secret: options.secret })
      assert.deepStrictEqual([again.outcome, phaseOf(again, "imap")?.error?._tag], ["inconclusive", "PhaseTimeout"])
      assert.strictEqual(phaseOf(again, "smtp-submission", "data")?.state, "restored")
      assert.strictEqual(simulator.state().messages.length, 1)
    }))

  it.effect("is looked for again by a resumed run, which sends nothing, and then has passed for good", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail({ delayMillis: 3000 })
      const sonde = yield* Sonde
      const options = asking(simulator, { readBackTimeout: "500ms" })
      const first = yield* sonde.check(options)
      assert.strictEqual(phaseOf(first, "imap")?.error?._tag, "PhaseTimeout")
      yield* Effect.sleep("2 seconds")
      const second = yield* sonde.resume(first.run, { secret: options.secret, readBackTimeout: "10s" })
      assert.strictEqual(second.outcome, "pass")
      const facts = found(second, "imap")
      assert.isAtLeast(facts.delayMillis, 3000)
      assert.strictEqual(facts.messageId, `<${first.run.toLowerCase()}@gmail.example>`)
      assert.strictEqual(simulator.state().messages.length, 1)
      const signIns = simulator.state().signIns[ada]
      const third = yield* sonde.resume(first.run, { secret: options.secret })
      assert.strictEqual(phaseOf(third, "imap")?.state, "restored")
      assert.deepStrictEqual([simulator.state().signIns[ada], simulator.state().messages.length], [signIns, 1])
    }))

  it.effect("is not sent twice by a run that was killed while it looked", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail({ delayMillis: 2000 })
      const sonde = yield* Sonde
      const store = yield* JournalStore
      const options = asking(simulator)
      const whole = yield* sonde.check(options)
      const lines = yield* store.read(whole.run)
      // The journal as a killed process leaves it: the message was taken, and the look for it has begun.
      const looking = lines.findIndex((line) => /"type":"phase.start"/.test(line) && /"phase":"find"/.test(line))
      assert.isAbove(looking, 0)
      yield* store.remove(whole.run)
      yield* Effect.scoped(
        Effect.flatMap(store.create(whole.run), (file) => file.append(lines.slice(0, looking + 1), false))
      )
      const resumed = yield* sonde.resume(whole.run, { secret: options.secret })
      assert.strictEqual(resumed.outcome, "pass")
      assert.strictEqual(found(resumed, "imap").folder.kind, "inbox")
      assert.strictEqual(simulator.state().messages.length, 1)
    }))

  it.effect("ends politely when it is interrupted, and can be resumed", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail({ delayMillis: 4000 })
      const sonde = yield* Sonde
      const options = asking(simulator)
      const seen: Array<string> = []
      const fiber = yield* sonde.events(options).pipe(
        Stream.runForEach((event) =>
          Effect.sync(() => void seen.push(event.type === "phase.start" ? event.phase : event.type))
        ),
        Effect.forkChild
      )
      while (!seen.includes("find")) yield* Effect.sleep("20 millis")
      yield* Fiber.interrupt(fiber)
      const [{ run } = { run: "" }] = (yield* sonde.page()).runs
      const report = yield* sonde.show(run)
      assert.strictEqual(report.state, "suspended")
      assert.strictEqual(phaseOf(report, "imap")?.because, "interrupted")
      const resumed = yield* sonde.resume(run, { secret: options.secret })
      assert.strictEqual(resumed.outcome, "pass")
      assert.strictEqual(simulator.state().messages.length, 1)
    }))

  it.effect("of which no answer was kept is looked for all the same, and found", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail()
      const sonde = yield* Sonde
      const store = yield* JournalStore
      const options = asking(simulator)
      const first = yield* sonde.check(options)
      const lines = yield* store.read(first.run)
      const intent = lines.findIndex((line) => JSON.parse(line).entry === "intent")
      yield* store.remove(first.run)
      yield* Effect.scoped(
        Effect.flatMap(store.create(first.run), (file) => file.append(lines.slice(0, intent + 1), false))
      )
      const doubt = yield* sonde.resume(first.run, { secret: options.secret })
      assert.strictEqual(phaseOf(doubt, "smtp-submission", "data")?.error?._tag, "DeliveryInDoubt")
      assert.strictEqual(found(doubt, "imap").folder.kind, "inbox")
      assert.deepStrictEqual(ids(doubt), ["delivery_confirmed"])
      assert.strictEqual(simulator.state().messages.length, 1)
    }))

  it.effect("is read from the mailbox of another recipient with that one's secret", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail()
      const sonde = yield* Sonde
      const readBackSecret = Redacted.make(passwords[bob])
      const report = yield* sonde.check(asking(simulator, { to: [bob], readBackSecret }))
      assert.strictEqual(report.outcome, "pass")
      assert.strictEqual(found(report, "imap").mailbox, bob)
      assert.deepStrictEqual(simulator.state().signIns, { [ada]: 1, [bob]: 1 })
      const wrong = yield* sonde.check(
        asking(simulator, { to: [bob], readBackSecret: Redacted.make("fakewrongwrongxx") })
      )
      assert.strictEqual(phaseOf(wrong, "imap", "auth")?.error?._tag, "AuthRejected")
      assert.strictEqual(phaseOf(wrong, "imap")?.because, "auth")
      assert.isTrue(wrong.delivered)
      assert.notInclude(JSON.stringify([report, wrong]), passwords[bob])
    }))

  it.effect("is read at a recipient's of another domain once that is allowed", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail()
      const more = { to: [eve], readBackSecret: Redacted.make(passwords[eve]), readBackHost: "imap.gmail.com:993" }
      const sonde = yield* Sonde
      const refused = yield* Effect.flip(sonde.validate(asking(simulator, more)))
      assert.deepStrictEqual([refused.option, refused.remedy], [
        "--to",
        "add --allow-recipient eve@elsewhere.example, or @elsewhere.example for all of its domain"
      ])
      const report = yield* sonde.check(asking(simulator, { ...more, allowRecipient: ["@elsewhere.example"] }))
      assert.strictEqual(found(report, "imap").mailbox, eve)
      assert.deepStrictEqual(simulator.state().signIns, { [ada]: 1, [eve]: 1 })
    }))

  it.effect("is looked for at the provider of the recipient's domain, whoever runs the sender's", () =>
    Effect.gen(function*() {
      const friend = "friend@gmail.com"
      const world = yield* GmailWorld.decode({ accounts: [{ address: friend, appPasswords: ["fakefriendfriend"] }] })
      const there = yield* GmailSimulator.start({ world })
      const here = yield* Simulated.start({})
      const about = Simulated.mailbox(here, "app@contoso.example")
      const asked = Simulated.asking(here, about)
      const report = yield* (yield* Sonde).check({
        ...asked,
        ca: `${here.caPem}\n${there.caPem}`,
        connectTo: [...here.connectTo, ...there.announcement.connectTo],
        deliver: true,
        readBack: true,
        to: [friend],
        allowRecipient: [friend],
        readBackSecret: Redacted.make("fakefriendfriend"),
        readBackTimeout: "200ms"
      })
      assert.strictEqual(report.provider?.id, "microsoft-365")
      assert.isTrue(report.delivered)
      const imap = report.services.find(({ id }) => id === "imap")
      assert.deepInclude(imap?.endpoint, { host: "imap.gmail.com", port: 993, security: "tls" })
      assert.deepStrictEqual((there.state() as Snapshot).signIns, { [friend]: 1 })
      // The two are not connected, so that it is not there.
      assert.include(
        phaseOf(report, "imap")?.error?.message,
        `not found in INBOX, [Gmail]/Spam, [Gmail]/All Mail of ${friend}`
      )
      assert.deepStrictEqual(report.verdicts.map(({ cause }) => cause), ["message_not_found"])
    }))

  it.effect("is judged by nobody's results where others are to be believed", () =>
    Effect.gen(function*() {
      const report = yield* (yield* Sonde).check(asking(yield* gmail(), { authservId: ["mx.other.example"] }))
      const { authentication } = found(report, "imap")
      assert.deepStrictEqual([authentication.trusted, authentication.others], [undefined, ["mx.google.com"]])
      assert.deepStrictEqual(ids(report), ["receiver_results_missing"])
      assert.strictEqual(report.outcome, "pass")
    }))

  it.effect("is deleted where that was asked for, and nothing else is", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail()
      const sonde = yield* Sonde
      yield* sonde.check(asking(simulator))
      for (const service of ["imap", "pop3"] as const) {
        const only = ["smtp-submission", service] as const
        const report = yield* sonde.check(asking(simulator, { only, readBackDelete: true }))
        assert.isTrue(found(report, service).deleted)
        assert.strictEqual(report.outcome, "pass")
      }
      const { deliver: _, readBack: __, ...plain } = asking(simulator, { only: ["imap"] })
      const look = yield* sonde.check(plain)
      assert.strictEqual(phaseOf(look, "imap", "select")?.facts?.["exists"], 1)
    }))

  it.effect("that could not be sent at first is looked for when it is sent at last", () =>
    Effect.gen(function*() {
      const address = "m@contoso.example"
      const world = yield* World.decode({
        tenants: [{ name: "Contoso", domains: ["contoso.example"], imapPopBasicAuth: "allowed" }],
        mailboxes: [{ address, password: "fake-pw", smtpAuth: "off" }]
      })
      const simulator = yield* Simulated.start({ world })
      const sonde = yield* Sonde
      const secret = Redacted.make("fake-pw")
      const { ca, connectTo } = Simulated.asking(simulator, Simulated.mailbox(simulator, address))
      const options = {
        target: address,
        provider: "microsoft-365",
        deliver: true,
        readBack: true,
        secret,
        ca,
        connectTo
      } as Check
      const first = yield* sonde.check(options)
      assert.strictEqual(phaseOf(first, "smtp-submission", "auth")?.error?._tag, "AuthRejected")
      assert.deepStrictEqual([phaseOf(first, "imap", "select")?.state, phaseOf(first, "imap")?.because], [
        "pass",
        "data"
      ])
      yield* simulator.apply(`Set-CASMailbox -Identity ${address} -SmtpClientAuthenticationDisabled $false`)
      const second = yield* sonde.resume(first.run, { secret })
      const facts = found(second, "imap")
      assert.deepStrictEqual(facts.folder, { name: "INBOX", kind: "inbox" })
      assert.deepStrictEqual(facts.authentication.trusted, { basis: "pack" })
      assert.strictEqual(second.outcome, "pass")
      assert.strictEqual(simulator.state().messages.length, 1)
    }))

  it.effect("is not looked for where none was sent", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail()
      const report = yield* (yield* Sonde).check(asking(simulator, { secret: Redacted.make("fakewrongwrongxx") }))
      assert.isFalse(report.delivered)
      assert.strictEqual(report.outcome, "fail")
      assert.strictEqual(phaseOf(report, "smtp-submission", "auth")?.error?._tag, "AuthRejected")
      assert.strictEqual(phaseOf(report, "imap")?.state, "skip")
    }))

  it.effect("is a given one, which carries the run", () =>
    Effect.gen(function*() {
      const simulator = yield* gmail({ messageId: "replaced" })
      const message = `From: ${ada}\r\nSubject: Report\r\nMessage-ID: <fixed@gmail.example>\r\n\r\nHello.\r\n`
      const sonde = yield* Sonde
      for (const _ of ["first", "again"]) {
        const report = yield* sonde.check(asking(simulator, { message }))
        const facts = found(report, "imap")
        assert.deepStrictEqual([facts.messageId, facts.matched], ["<fixed@gmail.example>", "header"])
      }
    }))

  it.effect("is found through Graph, which sent it, and is not sent again for it", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start({
        application: { application: ["Mail.Send", "Mail.Read"] },
        mailbox: { arrival: { delayMillis: 1500 } }
      })
      const sonde = yield* Sonde
      const options = Graph.asProgram(simulator, { deliver: true, readBack: true, readBackTimeout: "300ms" })
      const first = yield* sonde.check(options)
      assert.strictEqual(phaseOf(first, "graph")?.error?._tag, "PhaseTimeout")
      assert.include(phaseOf(first, "graph")?.error?.message, "not found in Inbox, Junk Email")
      yield* Effect.sleep("1500 millis")
      const again = yield* sonde.resume(first.run, { clientSecret: options.clientSecret })
      assert.strictEqual(phaseOf(again, "graph", "send")?.state, "restored")
      const facts = found(again, "graph")
      assert.deepStrictEqual([facts.folder.name, facts.matched], ["Inbox", "subject"])
      assert.deepStrictEqual(facts.authentication.trusted, { basis: "pack" })
      assert.strictEqual(facts.authentication.spf?.result, "pass")
      assert.strictEqual(simulator.state().messages.length, 1)
      const third = yield* sonde.resume(first.run, { clientSecret: options.clientSecret })
      assert.strictEqual(phaseOf(third, "graph")?.state, "restored")
      assert.strictEqual(simulator.state().messages.length, 1)
    }))

  it.effect("is deleted through Graph, and without the permission to read says so", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const sonde = yield* Sonde
      const options = Graph.asProgram(simulator, { deliver: true, readBack: true, readBackDelete: true })
      const report = yield* sonde.check(options)
      assert.isTrue(found(report, "graph").deleted)
      const narrow = yield* Graph.start({ application: { application: ["Mail.Send"] } })
      const refused = yield* sonde.check(Graph.asProgram(narrow, { deliver: true, readBack: true }))
      const error = phaseOf(refused, "graph")?.error
      assert.deepStrictEqual(error?._tag === "ApiError" && [error.status, error.providerCode], [
        403,
        "ErrorAccessDenied"
      ])
      assert.isTrue(refused.delivered)
    }))
})
