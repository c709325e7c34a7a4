/**
 * The remedies that the Microsoft 365 pack prints are carried out, word for word, and the run is resumed.
 */
import { assert, layer } from "@effect/vitest"
import type { Report } from "@sonde/domain/Report"
import type { Verdict } from "@sonde/domain/Verdict"
import * as World from "@sonde/simulator/World"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Simulated from "./Simulated.ts"

const app = { appId: "6b1f0c52-0000-4000-8000-00000000a009", objectId: "6b1f0c52-0000-4000-8000-00000000b009" }

interface Case {
  readonly rule: string
  /** The failing mailbox, as a world file describes it, and switches of its tenant. */
  readonly mailbox: Readonly<Record<string, unknown>>
  readonly tenant?: Readonly<Record<string, unknown>>
  readonly octets?: number
}

const address = "scanner@contoso.example"
const signsIn = { address, password: "fake-Scanner-9Lw4", smtpAuth: "on" }
const sales = { address: "sales@contoso.example", password: "fake-Sales-3Hj8", smtpAuth: "on" }

/** Rules whose change is an Exchange cmdlet, each with a world in which it is the cause. */
const curable: ReadonlyArray<Case> = [
  { rule: "smtp-auth-off-tenant", tenant: { smtpAuth: "off" }, mailbox: { ...signsIn, smtpAuth: null } },
  { rule: "smtp-auth-off-mailbox", mailbox: { ...signsIn, smtpAuth: "off" } },
  {
    rule: "basic-auth-off",
    tenant: {
      authenticationPolicies: [{ name: "Block Basic Auth", allowBasicAuthSmtp: false }],
      defaultAuthenticationPolicy: "Block Basic Auth"
    },
    mailbox: signsIn
  },
  {
    rule: "oauth-service-principal",
    mailbox: { address, smtpAuth: "on", tokens: [{ ...app, roles: ["SMTP.SendAsApp"] }] }
  },
  { rule: "send-as-denied", mailbox: { ...signsIn, announcedFrom: sales.address } },
  {
    rule: "send-as-denied-mapi",
    tenant: { sendAsReply: "mapi_exception" },
    mailbox: { ...signsIn, announcedFrom: sales.address }
  },
  {
    rule: "send-as-denied-at-mail",
    tenant: { sendAsReply: "at_mail" },
    mailbox: { ...signsIn, announcedFrom: sales.address }
  },
  { rule: "outbound-spam", mailbox: { ...signsIn, outboundSpam: "Suspend" } },
  { rule: "bad-outbound-sender", mailbox: { ...signsIn, blockedSender: true } },
  { rule: "message-size", mailbox: { ...signsIn, limits: { maxSendSizeOctets: 2048 } }, octets: 4096 }
]

/** Rules whose change is an Exchange cmdlet and that no conversation with the service can meet, and why. */
const elsewhere: Readonly<Record<string, string>> = {
  "smtp-auth-off": "a cut reply: the service itself always names tenant or mailbox",
  "too-many-recipients-queue": "arrives as a bounce, after the message was accepted",
  "sender-size": "arrives as a bounce, after the message was accepted"
}

const world = (about: Case) =>
  World.decode({
    tenants: [{ name: "Contoso", domains: ["contoso.example"], smtpAuth: "on", ...about.tenant }],
    mailboxes: [about.mailbox, sales]
  })

const ruled = (report: Report, rule: string): Verdict | undefined =>
  report.verdicts.find((verdict) => verdict.rule === `microsoft-365/${rule}`)

/** The commands that change something in Exchange, with what only the administrator knows filled in. */
const changes = (verdict: Verdict | undefined): ReadonlyArray<string> =>
  (verdict?.remedies ?? []).flatMap(({ command, kind, shell }) =>
    kind === "change" && shell === "powershell" && command !== undefined
      ? [command.replaceAll("<app-id>", app.appId).replaceAll("<object-id>", app.objectId)]
      : []
  )

const message = (octets: number | undefined, from: string) =>
  octets === undefined
    ? {}
    : { message: `From: ${from}\r\nSubject: large\r\n\r\n${"0123456789abcdef\r\n".repeat(Math.ceil(octets / 18))}` }

layer(Simulated.layer, { excludeTestServices: true })("printed remedies", (it) => {
  it.effect.each(curable)(
    "$rule: refused, the printed command, and the resumed run passes",
    (about) =>
      Effect.gen(function*() {
        const simulator = yield* Simulated.start({ world: yield* world(about) })
        const sonde = yield* Sonde
        const announced = Simulated.mailbox(simulator, address)
        const options = Simulated.asking(simulator, announced, {
          deliver: true,
          to: ["someone@contoso.example"],
          ...message(about.octets, address)
        })
        const before = yield* sonde.check(options)
        const verdict = ruled(before, about.rule)
        assert.strictEqual(before.outcome, "fail")
        assert.isDefined(verdict, JSON.stringify(before.verdicts.map(({ rule }) => rule)))
        assert.isFalse(before.delivered)
        assert.strictEqual(simulator.state().messages.length, 0)
        const commands = changes(verdict)
        assert.isAbove(commands.length, 0)
        for (const command of commands) yield* simulator.apply(command)

        const after = yield* sonde.resume(before.run, { secret: options.secret, token: options.token })
        assert.strictEqual(after.outcome, "pass", JSON.stringify(after.verdicts[0] ?? after.findings))
        assert.strictEqual(after.run, before.run)
        assert.isTrue(after.delivered)
        assert.strictEqual(simulator.state().messages.length, 1)
        const failed = before.services[0]?.phases.find(({ state }) => state === "fail")?.id
        const cured = after.services[0]?.phases.find(({ id }) => id === failed)
        assert.strictEqual(cured?.state, "pass")
        assert.strictEqual(cured?.before?.state, "fail")
      })
  )

  it.effect("every rule of submission with an Exchange cmdlet is cured above or listed with its reason", () =>
    Effect.gen(function*() {
      const pack = yield* (yield* Sonde).pack("microsoft-365")
      const withCmdlet = (pack?.rules ?? []).filter(({ id, remedies }) =>
        !/^(?:claim|graph|imap|pop)-/u.test(id) &&
        remedies.some(({ command, kind, shell }) =>
          kind === "change" && shell === "powershell" && command !== undefined
        )
      ).map(({ id }) => id)
      assert.isAbove(withCmdlet.length, 5)
      const covered = [...curable.map(({ rule }) => rule), ...Object.keys(elsewhere)]
      assert.deepStrictEqual([...covered].sort(), [...withCmdlet].sort())
    }))
})
