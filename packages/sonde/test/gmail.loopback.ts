/**
 * What a simulated Gmail refuses, from the reply to its cause, over SMTP, IMAP and POP3. The remedies are steps of a person in a
 * browser: the test takes the place of that person, and the run goes on.
 */
import { assert, layer } from "@effect/vitest"
import type { Report } from "@sonde/domain/Report"
import type { ServiceId } from "@sonde/domain/Service"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as GmailWorld from "@sonde/simulator/GmailWorld"
import { type Check, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync } from "node:crypto"
import * as Simulated from "./Simulated.ts"

const address = "person@workspace.example"
const [password, appPassword] = ["fake-Person-4Ty1", "fakeabcdefghijkl"]
const robot = "robot@fake-project.iam.gserviceaccount.com"

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})
const keyFile = JSON.stringify({ type: "service_account", client_email: robot, private_key: privateKey })

interface World {
  readonly account?: object
  readonly delegations?: ReadonlyArray<object>
}

type Service = Extract<ServiceId, "smtp-submission" | "imap" | "pop3">
const all: ReadonlyArray<Service> = ["smtp-submission", "imap", "pop3"]

interface Symptom {
  readonly title: string
  readonly services: ReadonlyArray<Service>
  readonly world: World
  readonly typed: Partial<Check>
  readonly phase: string
  readonly tag: string
  /** A part of the reply. */
  readonly says: Readonly<Record<Service, RegExp>>
  readonly cause: string
  /** What the printed change asks a person to do. */
  readonly asks: RegExp
  /** The world once that is done, and what is typed then. */
  readonly done: World
  readonly afterwards: Partial<Check>
}

const same = (says: RegExp): Symptom["says"] => ({ "smtp-submission": says, imap: says, pop3: says })
const secret = (text: string): Partial<Check> => ({ secret: Redacted.make(text) })
const token = (text: string): Partial<Check> => ({ token: Redacted.make(text) })
const asRobot: Partial<Check> = { grant: "service-account", serviceAccount: Redacted.make(keyFile) }
const narrow = { value: "ya29.fake-narrow", scopes: ["https://www.googleapis.com/auth/gmail.send"] }
const wide = { value: "ya29.fake-wide" }

const symptoms: ReadonlyArray<Symptom> = [
  {
    title: "app password required",
    services: all,
    world: { account: { password, twoStepVerification: true } },
    typed: secret(password),
    phase: "auth",
    tag: "AuthRejected",
    says: same(/Application-specific password required/),
    cause: "mfa_app_password_required",
    asks: /Make an app password/,
    done: { account: { password, twoStepVerification: true, appPasswords: [appPassword] } },
    afterwards: secret(appPassword)
  },
  {
    title: "web login required",
    services: all,
    world: { account: { appPasswords: [appPassword], webLoginRequired: true } },
    typed: secret(appPassword),
    phase: "auth",
    tag: "AuthRejected",
    says: {
      "smtp-submission": /log in with your web browser/,
      imap: /log in via your web browser/,
      pop3: /Web login required/
    },
    cause: "signin_blocked_by_provider",
    asks: /Sign in in a browser/,
    done: { account: { appPasswords: [appPassword] } },
    afterwards: secret(appPassword)
  },
  {
    title: "daily limit",
    services: ["smtp-submission"],
    world: { account: { appPasswords: [appPassword], messagesToday: 500 } },
    typed: { ...secret(appPassword), deliver: true, to: ["someone@partner.example"] },
    phase: "mail",
    tag: "Throttled",
    says: same(/5\.4\.5/),
    cause: "daily_quota_exceeded",
    asks: /Wait up to 24 hours/,
    done: { account: { appPasswords: [appPassword] } },
    afterwards: secret(appPassword)
  },
  {
    title: "wrong scope",
    services: all,
    world: { account: { tokens: [narrow, wide] } },
    typed: token(narrow.value),
    phase: "auth",
    tag: "AuthRejected",
    says: same(/https:\/\/mail\.google\.com\//),
    cause: "oauth_token_invalid",
    asks: /scope https:\/\/mail\.google\.com\//,
    done: { account: { tokens: [narrow, wide] } },
    afterwards: token(wide.value)
  },
  {
    title: "delegation missing",
    services: all,
    world: { delegations: [] },
    typed: asRobot,
    phase: "token",
    tag: "TokenRejected",
    says: same(/unauthorized_client/),
    cause: "oauth_delegation_missing",
    asks: /Allow them for the client ID/,
    done: { delegations: [{ domain: "workspace.example" }] },
    afterwards: asRobot
  }
]

const start = ({ account = {}, delegations = [] }: World) =>
  Effect.gen(function*() {
    const world = yield* GmailWorld.decode({
      accounts: [{ address, ...account }],
      serviceAccounts: [{ email: robot, publicKey, delegations }]
    })
    return yield* GmailSimulator.start({ world })
  })

const place = (simulator: GmailSimulator.Running): Partial<Check> => ({
  connectTo: simulator.announcement.connectTo,
  ca: simulator.caPem
})

const words = ({ outcome, services, verdicts }: Report): string =>
  JSON.stringify([
    outcome,
    verdicts.map(({ cause, rule }) => [rule, cause]),
    services.flatMap(({ phases }) => phases.flatMap(({ error, id }) => error === undefined ? [] : [[id, error]]))
  ])

const rows = symptoms.flatMap((one) => one.services.map((service) => ({ ...one, service })))

layer(Simulated.layer, { excludeTestServices: true })("a simulated Gmail", (it) => {
  it.effect.each(rows)(
    "$title, $service: symptom, cause, the step of a person, green",
    ({ afterwards, asks, cause, done, phase, says, service, tag, typed, world }) =>
      Effect.gen(function*() {
        const sonde = yield* Sonde
        const refusing = yield* start(world)
        const before = yield* sonde.check({
          target: address,
          provider: "gmail",
          only: [service],
          ...place(refusing),
          ...typed
        })
        assert.notStrictEqual(before.outcome, "pass", words(before))
        const failed = before.services.flatMap(({ phases }) => phases).find(({ error }) => error !== undefined)
        assert.deepStrictEqual([failed?.id, failed?.error?._tag], [phase, tag], words(before))
        assert.match(JSON.stringify(failed?.error), says[service])
        const [verdict] = before.verdicts
        assert.strictEqual(verdict?.cause, cause, words(before))
        const steps = verdict?.remedies.filter(({ kind }) => kind === "change").map(({ text }) => text ?? "") ?? []
        assert.match(steps.join("\n"), asks)

        const { grant: _, ...secrets } = afterwards
        const after = yield* sonde.resume(before.run, { ...place(yield* start(done)), ...secrets })
        assert.strictEqual(after.outcome, "pass", words(after))
      })
  )
})
