/** Sending through Graph, against the simulated one: green, and from each symptom to its cause, its remedy and green again. */
import { assert, layer } from "@effect/vitest"
import type { Report } from "@sonde/domain/Report"
import type { Verdict } from "@sonde/domain/Verdict"
import type { Running } from "@sonde/simulator/Simulator"
import { type Check, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Graph from "./GraphWorld.ts"
import * as Simulated from "./Simulated.ts"

const service = (report: Report, id = "graph") => report.services.find((one) => one.id === id)
const states = (report: Report, id = "graph") =>
  service(report, id)?.phases.map(({ because, id: phase, state }) =>
    because === undefined ? `${phase} ${state}` : `${phase} ${state} ${because}`
  )
const failing = (report: Report) => service(report)?.phases.find(({ error }) => error !== undefined)
const ruled = (report: Report, rule: string): Verdict | undefined =>
  report.verdicts.find((verdict) => verdict.rule === `microsoft-365/${rule}`)
const words = ({ findings, verdicts }: Report) => JSON.stringify([verdicts.map(({ rule }) => rule), findings])

const someone = ["someone@contoso.example"]
const opened = ["token pass", "claims pass", "mailbox pass", "send skip until"]
const given = ["token skip until", "claims pass", "mailbox pass", "send skip until"]

layer(Simulated.layer, { excludeTestServices: true })("Graph", (it) => {
  it.effect("opens the mailbox with a program's token and sends nothing without being told", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const report = yield* (yield* Sonde).check(Graph.asProgram(simulator))
      assert.strictEqual(report.outcome, "pass", words(report))
      assert.deepStrictEqual(report.services.map(({ id }) => id), ["graph", "token"])
      assert.deepStrictEqual(states(report), opened)
      assert.deepStrictEqual(states(report, "token"), ["metadata pass", "token pass", "claims pass"])
      assert.isFalse(report.delivered)
      assert.deepStrictEqual(simulator.state().messages, [])
      const mailbox = service(report)?.phases.find(({ id }) => id === "mailbox")
      assert.strictEqual(mailbox?.facts?.["path"], `/users/${Graph.address}`)
    }))

  it.effect("opens a person's own mailbox with a given token, and is the same as --only graph", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const token = yield* Effect.promise(() => Graph.personToken(simulator))
      const sonde = yield* Sonde
      const { via: _, ...options } = Graph.withToken(simulator, token)
      for (const check of [{ ...options, via: "graph" as const }, { ...options, only: ["graph" as const] }]) {
        const report = yield* sonde.check(check)
        assert.strictEqual(report.outcome, "pass", words(report))
        assert.deepStrictEqual(states(report), given)
        assert.strictEqual(service(report)?.phases[2]?.facts?.["path"], "/me")
      }
    }))

  it.effect("tries a message without sending it, and sends it when told, once", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const sonde = yield* Sonde
      const tried = yield* sonde.check(Graph.asProgram(simulator, { until: "send" }))
      assert.strictEqual(tried.outcome, "pass", words(tried))
      assert.isFalse(tried.delivered)
      assert.strictEqual(service(tried)?.phases[3]?.facts?.["dry"], true)
      assert.deepStrictEqual(simulator.state().messages, [])

      const options = Graph.asProgram(simulator, { deliver: true, to: someone })
      const sent = yield* sonde.check(options)
      assert.strictEqual(sent.outcome, "pass", words(sent))
      assert.isTrue(sent.delivered)
      assert.deepStrictEqual(
        simulator.state().messages.map(({ from, mailbox, subject, to }) => [mailbox, from, to, subject]),
        [[Graph.address, Graph.address, someone, "Sonde delivery test"]]
      )
      const again = yield* sonde.resume(sent.run, { clientSecret: options.clientSecret })
      assert.isTrue(again.delivered)
      assert.strictEqual(states(again)?.[3], "send restored")
      assert.strictEqual(simulator.state().messages.length, 1)
    }))

  it.effect("sends a given message to the recipients of the run and to no others", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const message =
        `From: ${Graph.address}\r\nTo: all@else.example\r\nBcc: more@else.example\r\nSubject: Mine\r\n\r\nhi\r\n`
      const report = yield* (yield* Sonde).check(Graph.asProgram(simulator, { deliver: true, to: someone, message }))
      assert.isTrue(report.delivered, words(report))
      const [kept] = simulator.state().messages
      assert.deepStrictEqual([kept?.to, kept?.subject], [someone, "Mine"])
    }))

  it.effect(
    "sends a large message as a draft with an upload, and leaves no draft behind where it may not send",
    () =>
      Effect.gen(function*() {
        const simulator = yield* Graph.start()
        const sonde = yield* Sonde
        const file = "JVBERi0xLjcg".repeat(400_000)
        const message = [
          `From: ${Graph.address}`,
          "Subject: a scan",
          "Content-Type: multipart/mixed; boundary=b",
          "",
          "--b",
          "",
          "see the file",
          "--b",
          "Content-Type: application/pdf",
          "Content-Disposition: attachment; filename=scan.pdf",
          "Content-Transfer-Encoding: base64",
          "",
          file.replace(/.{76}/g, "$&\r\n"),
          "--b--",
          ""
        ].join("\r\n")
        const options = Graph.asProgram(simulator, { deliver: true, to: someone, message, deadline: "300s" })
        const report = yield* sonde.check(options)
        assert.isTrue(report.delivered, words(report))
        const facts = service(report)?.phases[3]?.facts
        assert.deepInclude(facts, { way: "draft", uploaded: file.length * 3 / 4, dry: false })
        const [kept] = simulator.state().messages
        assert.deepStrictEqual([kept?.subject, kept?.to], ["a scan", someone])
        assert.isAbove(kept?.size ?? 0, file.length * 3 / 4)

        const narrow = yield* Graph.start({ application: { application: ["Mail.Send"] } })
        const refused = yield* sonde.check(
          Graph.asProgram(narrow, { deliver: true, to: someone, message, deadline: "300s" })
        )
        assert.strictEqual(failing(refused)?.error?._tag, "ApiError")
        assert.strictEqual(refused.verdicts[0]?.cause, "graph_permission_missing")
        assert.deepStrictEqual(narrow.state().messages, [])
      }),
    120_000
  )

  it.effect.each<["us_government" | "china", string, string]>([
    ["us_government", "gcc-high", "graph.microsoft.us"],
    ["us_government", "dod", "dod-graph.microsoft.us"],
    ["china", "china", "microsoftgraph.chinacloudapi.cn"]
  ])("is asked in its cloud: %s, %s", ([cloud, name, host]) =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start({ tenant: { cloud } })
      const report = yield* (yield* Sonde).check(Graph.asProgram(simulator, { cloud: name }))
      assert.strictEqual(report.outcome, "pass", words(report))
      assert.strictEqual(service(report)?.endpoint?.host, host)
      assert.deepStrictEqual(states(report), opened)
    }))

  it.effect("obtains a token of its own where mail is sent by SMTP in the same run", () =>
    Effect.gen(function*() {
      const { appId, objectId } = Graph.app
      const simulator = yield* Graph.start({
        tenant: { smtpAuth: "on", servicePrincipals: [{ ...Graph.app, displayName: "Sender" }] },
        mailbox: { fullAccess: [objectId] },
        application: { application: ["Mail.Send", "https://outlook.office365.com/SMTP.SendAsApp"] }
      })
      assert.isString(appId)
      const { via: _, ...options } = Graph.asProgram(simulator, { only: ["smtp-submission", "graph"] })
      const report = yield* (yield* Sonde).check(options)
      assert.strictEqual(report.outcome, "pass", words(report))
      assert.deepStrictEqual(report.services.map(({ id, outcome }) => [id, outcome]), [
        ["smtp-submission", "pass"],
        ["graph", "pass"],
        ["token", "pass"]
      ])
      const audiences = (id: string) => service(report, id)?.phases.find((phase) => phase.id === "claims")?.facts
      assert.deepStrictEqual(audiences("graph")?.["audiences"], ["https://graph.microsoft.com"])
      assert.notDeepEqual(audiences("token")?.["audiences"], ["https://graph.microsoft.com"])
    }))
})

interface Case {
  readonly rule: string
  readonly error: string
  readonly phase: "mailbox" | "send"
  readonly exit: number
  readonly world: Graph.Switches
  readonly options?: Partial<Check>
  /** Which remedies to carry out; without, those that change something. */
  readonly kind?: "change" | "alternative"
}

const delivering = { deliver: true, to: someone }

const curable: ReadonlyArray<Case> = [
  {
    rule: "graph-no-cloud-mailbox",
    error: "MailboxUnavailable",
    phase: "mailbox",
    exit: 67,
    world: { mailbox: { licensed: false } }
  },
  {
    rule: "graph-app-access-policy",
    error: "ApiError",
    phase: "mailbox",
    exit: 77,
    world: { tenant: { applicationAccessPolicies: [{ appId: Graph.app.appId, scope: Graph.group }] } }
  },
  {
    rule: "graph-access-denied",
    error: "ApiError",
    phase: "mailbox",
    exit: 77,
    world: { application: { application: [] } },
    kind: "alternative"
  },
  {
    rule: "graph-sending-blocked",
    error: "SenderRejected",
    phase: "send",
    exit: 77,
    world: { mailbox: { blockedSender: true } },
    options: delivering,
    kind: "alternative"
  },
  {
    rule: "graph-sending-blocked",
    error: "SenderRejected",
    phase: "send",
    exit: 77,
    world: { mailbox: { outboundSpam: "Suspend" } },
    options: delivering,
    kind: "alternative"
  }
]

/** The commands of a verdict, with what only the administrator knows filled in. */
const commands = (verdict: Verdict | undefined, kind: "change" | "alternative"): ReadonlyArray<string> =>
  (verdict?.remedies ?? []).flatMap((remedy) =>
    remedy.kind === kind && remedy.shell === "powershell" && remedy.command !== undefined
      ? [
        remedy.command
          .replaceAll("<group of the policy>", Graph.group)
          .replaceAll("<id of the licence>", "4b9405b0-7788-4568-add1-99614e613b69")
          .replaceAll("<object-id>", Graph.app.objectId)
          .replaceAll("<app-id>", Graph.app.appId)
      ]
      : []
  )

const cure = Effect.fnUntraced(
  function*(simulator: Running, verdict: Verdict | undefined, kind: "change" | "alternative") {
    const all = commands(verdict, kind)
    assert.isAbove(all.length, 0, JSON.stringify(verdict?.remedies))
    for (const command of all) yield* simulator.apply(command)
  }
)

layer(Simulated.layer, { excludeTestServices: true })("what Graph refuses", (it) => {
  it.effect.each(curable)(
    "$rule: refused at $phase, the printed command, and the resumed run passes",
    (about) =>
      Effect.gen(function*() {
        const simulator = yield* Graph.start(about.world)
        const sonde = yield* Sonde
        const options = Graph.asProgram(simulator, about.options)
        const before = yield* sonde.check(options)
        assert.strictEqual(before.outcome, "fail")
        assert.strictEqual(before.exitCode, about.exit)
        const failed = failing(before)
        assert.deepStrictEqual([failed?.id, failed?.error?._tag], [about.phase, about.error])
        const verdict = ruled(before, about.rule)
        assert.isDefined(verdict, words(before))
        assert.strictEqual(before.verdicts[0]?.rule, verdict?.rule)
        assert.deepStrictEqual(simulator.state().messages, [])
        yield* cure(simulator, verdict, about.kind ?? "change")
        const after = yield* sonde.resume(before.run, { clientSecret: options.clientSecret })
        assert.strictEqual(after.outcome, "pass", words(after))
        assert.strictEqual(simulator.state().messages.length, about.options?.deliver === true ? 1 : 0)
      })
  )

  it.effect("send as another: named only where it is tried, and granted by the printed command", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const sonde = yield* Sonde
      const token = yield* Effect.promise(() => Graph.personToken(simulator))
      const options = Graph.withToken(simulator, token, { from: Graph.shared })
      const open = yield* sonde.check(options)
      assert.strictEqual(open.outcome, "pass", words(open))
      const [finding] = open.findings
      assert.strictEqual(finding?.id, "send_as_not_proven")
      assert.include(finding?.remedies[0]?.command, "--via graph")
      assert.include(finding?.remedies[0]?.command, "--deliver")

      const before = yield* sonde.check({ ...options, deliver: true, to: someone })
      const error = failing(before)?.error
      assert.strictEqual(error?._tag, "SendAsDenied")
      if (error?._tag === "SendAsDenied") {
        assert.deepStrictEqual([error.from, error.authenticatedAs], [Graph.shared, Graph.address])
      }
      assert.strictEqual(before.exitCode, 77)
      yield* cure(simulator, ruled(before, "graph-send-as-denied"), "change")
      const after = yield* sonde.resume(before.run, { token: options.token })
      assert.isTrue(after.delivered, words(after))
      assert.deepStrictEqual(simulator.state().messages.map(({ from }) => from), [Graph.shared])
    }))

  it.effect("a person without Mail.Send.Shared does not open another's mailbox, and with it does", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const sonde = yield* Sonde
      const asked = (token: string) => Graph.withToken(simulator, token, { target: Graph.shared, user: Graph.address })
      const narrow = yield* sonde.check(asked(yield* Effect.promise(() => Graph.personToken(simulator))))
      assert.strictEqual(failing(narrow)?.error?._tag, "ApiError", words(narrow))
      assert.strictEqual(narrow.verdicts[0]?.cause, "graph_permission_missing")
      const scope = "https://graph.microsoft.com/Mail.Send https://graph.microsoft.com/Mail.Send.Shared"
      const wide = yield* sonde.check(asked(yield* Effect.promise(() => Graph.personToken(simulator, scope))))
      assert.strictEqual(wide.outcome, "pass", words(wide))
      assert.strictEqual(service(wide)?.phases[2]?.facts?.["path"], `/users/${Graph.shared}`)
    }))

  it.effect("a token for Outlook is named before Graph is asked, and one for Graph passes", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const sonde = yield* Sonde
      const wrong = yield* Effect.promise(() => Graph.personToken(simulator, "https://outlook.office.com/SMTP.Send"))
      const before = yield* sonde.check(Graph.withToken(simulator, wrong))
      assert.strictEqual(before.exitCode, 77)
      assert.deepStrictEqual(states(before), ["token", "claims", "mailbox", "send"].map((id) => `${id} skip claims`))
      assert.deepStrictEqual(before.transcript, [])
      const verdict = ruled(before, "claim-audience-graph")
      assert.strictEqual(verdict?.cause, "oauth_wrong_audience", words(before))
      assert.include(verdict?.explanation, "https://graph.microsoft.com")
      const right = yield* Effect.promise(() => Graph.personToken(simulator))
      const after = yield* sonde.resume(before.run, Graph.withToken(simulator, right))
      assert.strictEqual(after.outcome, "pass", words(after))
    }))

  it.effect.each<[string, object, string]>([
    ["that has expired, before Graph is asked", { expired: true }, "generic/claim-expired"],
    ["that only Graph can read, expired", { expired: true, value: "EwB-fake-1" }, "microsoft-365/graph-token-expired"],
    [
      "that only Graph can read, for Outlook",
      { audience: "https://outlook.office.com", value: "EwB-fake-2" },
      "microsoft-365/graph-wrong-audience"
    ]
  ])("a token %s", ([, fault, rule]) =>
    Effect.gen(function*() {
      const token = { user: Graph.address, audience: "https://graph.microsoft.com", scopes: ["Mail.Send"], ...fault }
      const simulator = yield* Graph.start({ mailbox: { tokens: [token] } })
      const presented = Simulated.mailbox(simulator, Graph.address).token ?? ""
      const report = yield* (yield* Sonde).check(Graph.withToken(simulator, presented))
      assert.deepStrictEqual([report.exitCode, report.verdicts[0]?.rule], [77, rule], words(report))
    }))

  it.effect("a text that is no token, and one that HTTP does not carry", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const sonde = yield* Sonde
      const unknown = yield* sonde.check(Graph.withToken(simulator, "EwB4-nobody-issued-this"))
      assert.strictEqual(unknown.verdicts[0]?.rule, "microsoft-365/graph-token-malformed", words(unknown))
      const odd = yield* sonde.check(Graph.withToken(simulator, "\"EwB4-quoted\""))
      assert.deepStrictEqual([odd.exitCode, failing(odd)?.id], [77, "claims"])
      assert.strictEqual(odd.verdicts[0]?.cause, "oauth_token_malformed", words(odd))
      assert.deepStrictEqual(odd.transcript, [])
    }))

  it.effect("a mailbox that the directory does not know", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start()
      const report = yield* (yield* Sonde).check(Graph.asProgram(simulator, { target: "nobody@contoso.example" }))
      assert.strictEqual(failing(report)?.error?._tag, "MailboxUnavailable")
      assert.deepStrictEqual([report.exitCode, report.verdicts[0]?.cause], [67, "user_not_found"])
    }))

  it.effect.each<[string, Graph.Switches, string, string, number]>([
    [
      "too large a message",
      { mailbox: { limits: { maxSendSizeOctets: 4 } } },
      "MessageRejected",
      "message_too_large",
      78
    ],
    [
      "a full mailbox",
      { mailbox: { load: { mailboxOctets: 10 }, limits: { prohibitSendQuotaOctets: 10 } } },
      "MessageRejected",
      "mailbox_full",
      78
    ]
  ])("%s", ([, world, tag, cause, exit]) =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start(world)
      const report = yield* (yield* Sonde).check(Graph.asProgram(simulator, delivering))
      assert.deepStrictEqual([failing(report)?.id, failing(report)?.error?._tag], ["send", tag])
      assert.deepStrictEqual([report.exitCode, report.verdicts[0]?.cause], [exit, cause], words(report))
      assert.deepStrictEqual(simulator.state().messages, [])
    }))

  it.effect("an organisation without Exchange", () =>
    Effect.gen(function*() {
      const simulator = yield* Graph.start({ tenant: { exchange: false } })
      const report = yield* (yield* Sonde).check(Graph.asProgram(simulator))
      assert.deepStrictEqual(report.verdicts.map(({ cause }) => cause), ["mailbox_not_licensed"], words(report))
    }))

  it.effect(
    "a service that is busy leaves it open, and a throttle suspends as long as it says",
    () =>
      Effect.gen(function*() {
        const sonde = yield* Sonde
        const busy = yield* Graph.start({ mailbox: { fault: "service_transient" } })
        const open = yield* sonde.check(Graph.asProgram(busy))
        assert.deepStrictEqual([open.outcome, open.exitCode], ["inconclusive", 75])
        assert.strictEqual(open.verdicts[0]?.cause, "server_temporary_failure")

        const simulator = yield* Graph.start({ mailbox: { load: { requests: 4, forMillis: 2000 } } })
        const options = Graph.asProgram(simulator, { deliver: true, to: someone })
        const started = Date.now()
        const throttled = yield* sonde.check(options)
        const error = failing(throttled)?.error
        assert.deepStrictEqual([throttled.outcome, throttled.state, throttled.exitCode], [
          "inconclusive",
          "suspended",
          75
        ])
        assert.deepStrictEqual(error?._tag === "Throttled" ? [error.retryAfterMillis, error.scope] : [], [
          2000,
          "mailbox"
        ])
        assert.strictEqual(throttled.verdicts[0]?.cause, "throttled_connections", words(throttled))
        assert.isAtLeast(Date.parse(throttled.resumeAfter ?? ""), started + 2000)

        const waited = yield* sonde.resume(throttled.run, { clientSecret: options.clientSecret, wait: true })
        assert.isTrue(waited.delivered, words(waited))
        assert.strictEqual(simulator.state().messages.length, 1)
        assert.isAtLeast(Date.now(), started + 2000)
      }),
    30_000
  )
})
