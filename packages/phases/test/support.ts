/**
 * Plays a whole conversation, phase by phase, with a scripted server in virtual time, and keeps what each phase gave.
 *
 * Every play also looks for the canary secrets in everything that may leave the process.
 */
import { assert } from "@effect/vitest"
import * as DomainErrors from "@sonde/domain/Errors"
import type { EhloFacts } from "@sonde/domain/Facts"
import type { PhaseId } from "@sonde/domain/Service"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import { Authenticate } from "@sonde/phases/Authenticate"
import { Classifier } from "@sonde/phases/Classifier"
import { Connect, definition as connectDefinition } from "@sonde/phases/Connect"
import { Budget, type Conversation } from "@sonde/phases/Conversation"
import type { Credential } from "@sonde/phases/Credential"
import { Ehlo } from "@sonde/phases/Ehlo"
import { Greeting } from "@sonde/phases/Greeting"
import { MailFrom } from "@sonde/phases/MailFrom"
import * as Phases from "@sonde/phases/Phases"
import { Quit } from "@sonde/phases/Quit"
import { RcptTo } from "@sonde/phases/RcptTo"
import { Resolve } from "@sonde/phases/Resolve"
import { SaslMeans } from "@sonde/phases/SaslMeans"
import { SendData } from "@sonde/phases/SendData"
import { StartTls } from "@sonde/phases/StartTls"
import { Tls } from "@sonde/phases/Tls"
import * as SessionFile from "@sonde/testkit/SessionFile"
import type { Crypto } from "@sonde/wire/sasl/Exchange"
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { Buffer } from "node:buffer"
import { createHash, createHmac, pbkdf2Sync } from "node:crypto"

export const host = "mx.example"
const port = 587
export const password = "kanarie & Co+7/f3"
export const token = "kanarie.ya29-_token~value"
const longToken = `${token}${"x".repeat(600)}`
export const user = "person@example.com"

export const withPassword: Credential = {
  kind: "password",
  user,
  secret: Redacted.make(password),
  mechanism: "auto"
}
export const withToken: Credential = { kind: "token", user, secret: Redacted.make(token), mechanism: "auto" }
export const withLongToken: Credential = { ...withToken, secret: Redacted.make(longToken) }

/** The hash functions, done at once: time is virtual here. */
const crypto: Crypto = {
  digest: (hash, data) => Effect.sync(() => new Uint8Array(createHash(hash.replace("-", "")).update(data).digest())),
  hmac: (hash, key, data) =>
    Effect.sync(() => new Uint8Array(createHmac(hash.replace("-", ""), key).update(data).digest())),
  pbkdf2: (hash, secret, salt, iterations) =>
    Effect.sync(() =>
      new Uint8Array(pbkdf2Sync(secret, salt, iterations, hash === "SHA-1" ? 20 : 32, hash.replace("-", "")))
    )
}

/** How far to go, and with what. */
export interface Plan {
  readonly until?: PhaseId
  readonly security?: "starttls" | "tls" | "none"
  readonly credential?: Credential
  readonly allowClear?: boolean
  readonly from?: string
  readonly to?: ReadonlyArray<string>
  readonly octets?: number
  readonly eightBit?: boolean
  readonly message?: string
  readonly beforeCommit?: Effect.Effect<void, "the intent could not be written">
  readonly classify?: Context.Service.Shape<typeof Classifier>
  readonly phaseMillis?: number
  /** From the start of the play. */
  readonly deadlineMillis?: number
  readonly host?: string
  /** What is masked besides the secrets of this module. */
  readonly secrets?: ReadonlyArray<string>
  /** What the client says for a nonce. */
  readonly nonce?: string
  readonly ehlo?: string
}

/** What a play came to. `sent` are the lines of the client as recorded, `facts` what each phase gave, in order. */
export interface Played {
  readonly result: Result.Result<void, DomainErrors.PhaseError | "the intent could not be written">
  readonly facts: ReadonlyArray<readonly [PhaseId, unknown]>
  readonly sent: ReadonlyArray<string>
  readonly transcript: ReadonlyArray<string>
  /** Virtual milliseconds that the play took. */
  readonly millis: number
}

const recipe = Effect.fnUntraced(function*(
  plan: Plan,
  recorder: Recorder.Recorder,
  facts: Array<readonly [PhaseId, unknown]>
) {
  const until = plan.until ?? "quit"
  const security = plan.security ?? "starttls"
  const endpoint = { protocol: "smtp", host: plan.host ?? host, port, security } as const
  const service = "smtp-submission" as const
  const note = <A>(phase: PhaseId, found: A): A => {
    facts.push([phase, found])
    return found
  }
  const resolve = yield* Resolve
  const addresses = note("resolve", yield* resolve.run({ service, endpoint }))
  if (until === "resolve") return
  const session = yield* (yield* Connect).run({ service, endpoint, addresses, recorder })
  note("connect", connectDefinition.factsOf(session))
  if (until === "connect") return
  const conversation: Conversation = { service, endpoint, session }
  if (security === "tls") {
    note("tls", yield* (yield* Tls).run({ conversation }))
    if (until === "tls") return
  }
  note("greeting", yield* (yield* Greeting).run({ conversation, addresses, recorder }))
  if (until === "greeting") return
  const ehlo = yield* Ehlo
  const name = plan.ehlo ?? "[192.0.2.1]"
  let before: EhloFacts | undefined = undefined
  let offered: EhloFacts = note("ehlo", yield* ehlo.run({ conversation, name }))
  if (security === "starttls") {
    if (until === "ehlo") return
    note("starttls", yield* (yield* StartTls).run({ conversation, offered }))
    if (until === "starttls") return
    note("tls", yield* (yield* Tls).run({ conversation }))
    if (until === "tls") return
    before = offered
    offered = note("ehlo", yield* ehlo.run({ conversation, name, before }))
  }
  if (until === "ehlo") return
  if (plan.credential !== undefined) {
    const { credential } = plan
    const allowClear = plan.allowClear === true
    const input = { conversation, offered, before, credential, allowClear, scrub: recorder.scrub }
    note("auth", yield* (yield* Authenticate).run(input))
  }
  if (until === "auth") return
  const sender = { from: plan.from ?? user, user: plan.credential?.user ?? "" }
  const to = plan.to ?? ["friend@example.net"]
  if (until !== "quit" || plan.message !== undefined) {
    const { eightBit, octets } = plan
    note("mail", yield* (yield* MailFrom).run({ conversation, offered, ...sender, to, octets, eightBit }))
    if (until === "mail") return
    note("rcpt", yield* (yield* RcptTo).run({ conversation, ...sender, to }))
    if (until === "rcpt") return
    const input = {
      conversation,
      ...sender,
      to,
      message: new TextEncoder().encode(plan.message ?? "Subject: test\r\n\r\nbody\r\n"),
      messageId: "<1@example.com>",
      beforeCommit: plan.beforeCommit ?? Effect.void
    }
    note("data", yield* (yield* SendData).run(input))
    if (until === "data") return
  }
  note("quit", yield* (yield* Quit).run({ conversation }))
})

/** A server in its world: how it speaks, and the facts of its handshake. */
export const network = (server: Net.StaticServer, zone?: Net.StaticZone, fail?: Net.StaticFailures) =>
  Net.layerStatic({
    zone: zone ?? { [host]: { a: ["192.0.2.25"] } },
    fail: fail ?? {},
    servers: { [`${host}:${port}`]: server, [`127.0.0.1:${port}`]: server }
  })

/** Plays over a network, ten virtual minutes long at most. */
export const over = (net: ReturnType<typeof network>, plan: Plan = {}): Effect.Effect<Played> =>
  Effect.gen(function*() {
    const secrets = [password, token, longToken, ...plan.secrets ?? []]
    const recorder = Recorder.make({ now: () => 0, secrets: secrets.map((secret) => Redacted.make(secret)) })
    const facts: Array<readonly [PhaseId, unknown]> = []
    const clock = yield* Clock.Clock
    const started = clock.currentTimeMillisUnsafe()
    let millis = 0
    const fiber = yield* recipe(plan, recorder, facts).pipe(
      Effect.scoped,
      Effect.provideService(Budget, {
        phaseMillis: plan.phaseMillis ?? 10_000,
        commitMillis: 60_000,
        deadline: plan.deadlineMillis === undefined ? undefined : started + plan.deadlineMillis
      }),
      Effect.provideService(SaslMeans, { crypto, nonce: Effect.succeed(plan.nonce ?? "nonce") }),
      Effect.provideService(Classifier, plan.classify ?? (() => undefined)),
      Effect.provide(Phases.layer.pipe(Layer.provide(net))),
      Effect.result,
      Effect.tap(() => Effect.sync(() => (millis = clock.currentTimeMillisUnsafe() - started))),
      Effect.forkChild({ startImmediately: true })
    )
    for (let minute = 0; minute < 10 && fiber.pollUnsafe() === undefined; minute++) yield* TestClock.adjust("1 minute")
    const result = yield* Fiber.join(fiber)
    const lines = recorder.lines()
    const sent = lines.filter(({ dir }) => dir === ">").map(({ text }) => text)
    const transcript = lines.map(({ dir, text, tls }) => `${tls ? "*" : ""}${dir} ${text}`)
    const error = Result.isFailure(result) && typeof result.failure !== "string" ? yield* encoded(result.failure) : ""
    noCanary("the transcript", JSON.stringify(lines))
    noCanary("the error", JSON.stringify(error))
    noCanary("the facts", JSON.stringify(facts))
    return { result, facts, sent, transcript, millis }
  })

const encodeError = Schema.encodeEffect(Schema.toCodecJson(DomainErrors.PhaseError))
const encoded = (error: DomainErrors.PhaseError) => Effect.orDie(encodeError(error))

/** Plays a session file, `smtp/` left off. */
export const play = (name: string, plan: Plan = {}, tls?: object): Effect.Effect<Played> =>
  over(network({ script: SessionFile.text(`smtp/${name}`), ...tls }), plan)

/** Plays lines. */
export const say = (lines: ReadonlyArray<string>, plan: Plan = {}): Effect.Effect<Played> => over(network(lines), plan)

/** The failure of a play: it must be one of a phase. */
export const failureOf = (played: Played): DomainErrors.PhaseError => {
  if (Result.isSuccess(played.result)) throw new Error(`no failure, but ${JSON.stringify(played.facts.at(-1))}`)
  if (typeof played.result.failure === "string") throw new Error(played.result.failure)
  return played.result.failure
}

/** The facts of the last time a phase passed: the play must not have failed. */
export const factsOf = (played: Played, phase: PhaseId): unknown => {
  if (Result.isFailure(played.result)) throw new Error(`failed: ${JSON.stringify(played.result.failure)}`)
  const found = played.facts.findLast(([id]) => id === phase)
  if (found === undefined) throw new Error(`${phase} gave no facts`)
  return found[1]
}

/** Which phases passed. */
export const passed = (played: Played): ReadonlyArray<PhaseId> => played.facts.map(([phase]) => phase)

/** `ConnectError Refused`: tag and reason, without a reason the tag alone. */
export const nameOf = (error: DomainErrors.PhaseError): string =>
  "reason" in error ? `${error._tag} ${error.reason}` : error._tag

const forms = (secret: string): ReadonlyArray<string> => {
  const octets = Buffer.from(secret)
  const aligned = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), octets]).toString("base64").replace(/=+$/, "")
    return text.slice(shift === 0 ? 0 : shift + 1, -1)
  })
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ _: secret }).toString().slice(2),
    octets.toString("hex"),
    octets.toString("hex").toUpperCase(),
    octets.toString("base64url"),
    ...aligned
  ]
}

/** Which forms of the secrets a text holds: raw, URL, hex, and Base64 at its three alignments. */
export const canaries = (text: string): ReadonlyArray<string> =>
  [password, token].flatMap(forms).filter((form) => text.includes(form))

export const noCanary = (where: string, text: string): void => {
  assert.deepStrictEqual(canaries(text), [], `a secret stands in ${where}`)
}
