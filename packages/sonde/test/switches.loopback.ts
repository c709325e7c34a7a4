/**
 * Each switch of the simulated organisation that makes a sign-in with OAuth fail, over SMTP, IMAP and POP3: what the server says, what
 * the check says, the cause, the printed remedy carried out, and the resumed run.
 */
import { assert, layer } from "@effect/vitest"
import type { Report } from "@sonde/domain/Report"
import type { Verdict } from "@sonde/domain/Verdict"
import type { Running } from "@sonde/simulator/Simulator"
import { type Check, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Simulated from "./Simulated.ts"
import * as World from "./TokenSwitches.ts"

type Typed = Effect.Effect<Partial<Check>>

interface Switch {
  readonly title: string
  readonly world: World.Switches
  /** What somebody types: a token, or how to get one. */
  readonly typed: (simulator: Running, service: World.Service) => Typed
  /** The phase that fails, its error, and what that error says. */
  readonly symptom: (service: World.Service) => readonly [phase: string, tag: string, says: RegExp]
  readonly cause: string
  readonly rule: (service: World.Service) => string
  /** Carries the remedies out and gives what is typed then. */
  readonly cure: (simulator: Running, verdict: Verdict, service: World.Service) => Typed
}

const given = (token: string): Partial<Check> => ({ token: Redacted.make(token) })
const token = (options: Partial<Check>): string => options.token === undefined ? "" : Redacted.value(options.token)

const asProgram: Partial<Check> = {
  grant: "client-credentials",
  clientId: World.app.appId,
  clientSecret: Redacted.make(World.secret),
  tenant: World.directory
}

/** Carries out the printed commands that change something, and gives what they printed. */
const apply = Effect.fnUntraced(function*(simulator: Running, verdict: Verdict, shell: "powershell" | "sh") {
  const commands = verdict.remedies.flatMap((one) =>
    one.kind === "change" && one.shell === shell && one.command !== undefined ? [one.command] : []
  )
  assert.isAbove(commands.length, 0, JSON.stringify(verdict.remedies))
  let printed = ""
  for (const command of commands) printed += yield* Effect.orDie(simulator.apply(command))
  return printed
})

/** The part of the remedies' text that a pattern finds. */
const named = (verdict: Verdict, pattern: RegExp): string => {
  const texts = verdict.remedies.filter(({ kind }) => kind === "change").map(({ text }) => text ?? "")
  const found = texts.flatMap((text) => pattern.exec(text) ?? [])[0]
  assert.isDefined(found, texts.join("\n"))
  return found ?? ""
}

const fails = {
  claims: (claim: string): Switch["symptom"] => () => ["claims", "TokenRejected", new RegExp(claim)],
  token: (code: string): Switch["symptom"] => () => ["token", "TokenRejected", new RegExp(`AADSTS${code}\\b`)]
}
const rule = (id: string) => () => id

const switches: ReadonlyArray<Switch> = [
  {
    title: "wrong audience",
    world: {},
    typed: (simulator) =>
      Effect.map(World.programToken(simulator, { scope: "https://graph.microsoft.com/.default" }), given),
    symptom: fails.claims("graph\\.microsoft\\.com"),
    cause: "oauth_wrong_audience",
    rule: rule("microsoft-365/claim-audience"),
    cure: (simulator, verdict) =>
      Effect.map(World.programToken(simulator, { scope: named(verdict, /https:\S+\/\.default/) }), given)
  },
  {
    title: "missing role",
    world: { application: { adminConsent: false } },
    typed: () => Effect.succeed(asProgram),
    symptom: (service) =>
      service === "smtp-submission" ? ["auth", "AuthRejected", /5\.7\.3/] : ["claims", "TokenRejected", /roles/],
    cause: "oauth_missing_scope",
    rule: rule("microsoft-365/claim-role"),
    cure: (simulator, verdict) => Effect.as(apply(simulator, verdict, "sh"), asProgram)
  },
  {
    title: "no service principal",
    world: { tenant: { servicePrincipals: [] }, mailbox: { fullAccess: [] } },
    typed: () => Effect.succeed(asProgram),
    symptom: () => ["auth", "AuthRejected", /./],
    cause: "service_principal_missing",
    rule: (service) =>
      `microsoft-365/${
        { "smtp-submission": "oauth-service-principal", imap: "imap-service-principal", pop3: "pop-unknown-program" }[
          service
        ]
      }`,
    cure: (simulator, verdict) => Effect.as(apply(simulator, verdict, "powershell"), asProgram)
  },
  {
    title: "wrong tenant",
    world: {},
    typed: (simulator) =>
      Effect.map(World.programToken(simulator, { at: World.endpoint(World.elsewhere) }), (text) => ({
        ...given(text),
        tenant: World.directory
      })),
    symptom: fails.claims(World.directory),
    cause: "oauth_tenant_endpoint_wrong",
    rule: rule("microsoft-365/claim-tenant"),
    cure: (simulator, verdict) =>
      Effect.map(World.programToken(simulator, { at: named(verdict, /https:\S+\/token/) }), given)
  },
  {
    title: "expired",
    world: {
      mailbox: {
        tokens: [{
          ...World.app,
          roles: ["SMTP.SendAsApp", "IMAP.AccessAsApp", "POP.AccessAsApp"],
          expired: true
        }]
      }
    },
    typed: (simulator) => Effect.succeed(given(Simulated.mailbox(simulator, World.address).token ?? "")),
    symptom: fails.claims("exp"),
    cause: "oauth_token_expired",
    rule: rule("generic/claim-expired"),
    cure: (simulator) => Effect.map(World.programToken(simulator), given)
  },
  {
    title: "consent missing",
    world: { desktop: { adminConsent: false } },
    typed: (simulator) =>
      Effect.gen(function*() {
        // A refresh token for something else, to which its owner agreed.
        const device = yield* World.post(simulator, World.endpoint(World.directory, "devicecode"), {
          client_id: World.desktop,
          scope: "User.Read offline_access"
        })
        yield* Effect.promise(() =>
          fetch(`${simulator.admin}device`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ userCode: device["user_code"], account: World.address })
          }).then(async (answer) => assert.strictEqual((await answer.text()).trim(), "approved"))
        )
        const answer = yield* World.post(simulator, World.endpoint(World.directory), {
          grant_type: "urn:ietf:params:oauth:grant-type:device_code",
          client_id: World.desktop,
          device_code: String(device["device_code"])
        })
        assert.isString(answer["refresh_token"], JSON.stringify(answer))
        return {
          grant: "refresh-token",
          clientId: World.desktop,
          refreshToken: Redacted.make(String(answer["refresh_token"])),
          tenant: World.directory
        } satisfies Partial<Check>
      }),
    symptom: fails.token("65001"),
    cause: "oauth_consent_missing",
    rule: rule("microsoft-365/token-consent-missing"),
    cure: (simulator, verdict) => Effect.as(apply(simulator, verdict, "sh"), {})
  },
  {
    title: "secret expired",
    world: { application: { secrets: [{ value: World.secret, expires: "2024-06-30" }] } },
    typed: () => Effect.succeed(asProgram),
    symptom: fails.token("7000222"),
    cause: "oauth_client_secret_expired",
    rule: rule("microsoft-365/token-client-secret-expired"),
    cure: (simulator, verdict) =>
      Effect.map(apply(simulator, verdict, "sh"), (printed) => {
        const { password } = JSON.parse(printed)
        return { ...asProgram, clientSecret: Redacted.make(String(password)) }
      })
  }
]

const words = ({ findings, services, verdicts }: Report): string =>
  JSON.stringify([
    verdicts.map(({ cause, rule: id }) => [id, cause]),
    findings.map(({ id }) => id),
    services.flatMap(({ id, phases }) => phases.flatMap(({ error, id: phase }) => error ? [[id, phase, error]] : []))
  ])

const failing = (report: Report) =>
  report.services.flatMap(({ phases }) => phases).find(({ error }) => error !== undefined)

const rows = switches.flatMap((one) => World.services.map((service) => ({ ...one, service })))

layer(Simulated.layer, { excludeTestServices: true })("a switch of the organisation", (it) => {
  it.effect.each(rows)(
    "$title, $service: symptom, cause, remedy, green",
    ({ cause, cure, rule: ruleOf, service, symptom, typed, world }) =>
      Effect.gen(function*() {
        const simulator = yield* World.start(world)
        const sonde = yield* Sonde
        const first = yield* typed(simulator, service)
        const before = yield* sonde.check(World.asking(simulator, service, first))
        assert.deepStrictEqual([before.outcome, before.exitCode], ["fail", 77], words(before))

        const [phase, tag, says] = symptom(service)
        const failed = failing(before)
        assert.deepStrictEqual([failed?.id, failed?.error?._tag], [phase, tag], words(before))
        assert.match(JSON.stringify(failed?.error), says)
        // A token that was given is refused by the server too, in the words it has for every defect.
        if (first.token !== undefined) {
          assert.match(yield* World.heard(simulator, service, token(first)), World.refusals[service])
        }

        const [verdict] = before.verdicts
        assert.strictEqual(verdict?.rule, ruleOf(service), words(before))
        assert.strictEqual(verdict?.cause, cause)
        if (verdict === undefined) return

        const more = yield* cure(simulator, verdict, service)
        const { grant: _, ...secrets } = { ...first, ...more }
        const after = yield* sonde.resume(before.run, secrets)
        assert.strictEqual(after.outcome, "pass", words(after))
        assert.strictEqual(after.run, before.run)
        if (more.token !== undefined) {
          assert.notMatch(yield* World.heard(simulator, service, token(more)), World.refusals[service])
        }
      })
  )
})
