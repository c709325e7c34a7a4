/**
 * Finds out what a server takes and refuses: `specs/versions.md`.
 *
 * Each question is a handshake on a connection of its own, one after the other unless more at once are allowed, since servers count
 * connections. A connection that does not get as far as its handshake proves nothing. Nothing is said over any of them.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { ProtocolError, TemporaryFailure, Throttled } from "@sonde/domain/Errors"
import type { ResolveFacts } from "@sonde/domain/Facts"
import type { ServiceId } from "@sonde/domain/Service"
import { type Taken, VersionsFacts } from "@sonde/domain/TlsSurvey"
import { Dialer } from "@sonde/net/Dialer"
import * as IpAddress from "@sonde/net/IpAddress"
import type { Recorder } from "@sonde/net/Recorder"
import type { HandshakeFailed, HandshakeOptions, TlsVersion } from "@sonde/net/Session"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { request } from "./Connect.ts"
import { remaining } from "./Conversation.ts"
import * as Opening from "./Opening.ts"
import * as Phase from "./Phase.ts"
import { sentence } from "./Tls.ts"

/**
 * Where to ask.
 *
 * - `sha256`: fingerprint of the certificate that was shown to the name of the endpoint; without it there is nothing to compare with,
 *   and versions alone are asked for
 * - `agreed`: the version and cipher of a conversation with this server, which are not asked for again
 * - `atOnce`: connections at a time, 1 unless told
 *
 * @category models
 * @since 0.1.0
 */
export interface VersionsInput {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly addresses: ResolveFacts
  readonly recorder: Recorder
  readonly sha256: string | undefined
  readonly agreed?: { readonly protocol: string; readonly cipher: string } | undefined
  readonly atOnce?: number
}

/** @category errors @since 0.1.0 */
export type VersionsFailure = ProtocolError | Throttled | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "versions",
  version: 1,
  resume: { rule: "reacquire" },
  facts: VersionsFacts
})

/**
 * The versions that are asked for, oldest first; TLS 1.0 and 1.1 must not be used (RFC 8996 section 4, RFC 8996 section 5). Nothing that is still in use speaks an older one, and the runtime cannot.
 *
 * @category constants
 * @since 0.1.0
 */
export const versions: ReadonlyArray<TlsVersion> = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]

/** The names of protocols in ALPN (RFC 7301 section 6), as far as mail has any. */
const alpnNames: Readonly<Record<string, string>> = { imap: "imap", pop3: "pop3", sieve: "managesieve" }

/**
 * What a failed handshake says. A peer that spoke no TLS or was too slow has not answered; one that wants a certificate of the client
 * had agreed to a version, and answered nothing else.
 */
const stateOfFailure = ({ reason }: HandshakeFailed, asksVersion: boolean): Taken =>
  reason === "PlaintextPeer" || reason === "HandshakeTimeout"
    ? "unknown"
    : reason === "ClientCertificateRequired"
    ? asksVersion ? "offered" : "unknown"
    : "refused"

/** Until a server has noticed that connections are gone. */
const settleMillis = 250

type Shaken = Result.Result<
  {
    readonly cipher: string
    readonly alpn?: string
    readonly subject?: string | undefined
    readonly sha256?: string | undefined
  },
  { readonly state: Taken; readonly why: string; readonly isCut: boolean }
>

const stateOf = (shaken: Shaken): Taken => Result.isSuccess(shaken) ? "offered" : shaken.failure.state

const whyOf = (shaken: Shaken): { readonly why?: string } => Result.isSuccess(shaken) ? {} : { why: shaken.failure.why }

const cipherOf = (shaken: Shaken): { readonly cipher?: string } =>
  Result.isSuccess(shaken) ? { cipher: shaken.success.cipher } : {}

const chosenOf = (shaken: Shaken): { readonly chosen?: string } =>
  Result.isSuccess(shaken) && shaken.success.alpn !== undefined ? { chosen: shaken.success.alpn } : {}

/** What came of a handshake without a name, compared with the certificate that was shown to the name. */
const compared = (shaken: Shaken, sha256: string): NonNullable<VersionsFacts["withoutName"]> => {
  if (Result.isSuccess(shaken)) {
    const { sha256: shown, subject } = shaken.success
    return shown === sha256 ? { state: "same" } : { state: "other", subject: subject ?? "none" }
  }
  const { state, why } = shaken.failure
  return { state: state === "refused" ? state : "unknown", why }
}

/**
 * Finds out what a server takes and refuses.
 *
 * @category services
 * @since 0.1.0
 */
export class Versions extends Context.Service<
  Versions,
  Phase.Phase<"versions", VersionsInput, VersionsFacts, VersionsFacts, VersionsFailure>
>()("@sonde/phases/Versions") {
  static readonly layer = Layer.effect(
    Versions,
    Effect.gen(function*() {
      const dialer = yield* Dialer

      /** One handshake that differs from the usual one by these options. */
      const shake = Effect.fnUntraced(function*(input: VersionsInput, differs: Partial<HandshakeOptions>) {
        const { endpoint, service } = input
        const timeoutMillis = yield* remaining("phaseMillis")
        const open = (why: string): Shaken => Result.fail({ state: "unknown", why, isCut: true })
        const asked = differs.version ??
          (differs.alpn === undefined ? "no server name" : `ALPN ${differs.alpn.join(", ")}`)
        input.recorder.record({ service, dir: "=", tls: false, text: `asking on another connection: ${asked}` })
        const dialled = yield* Effect.result(dialer.connect(request({ ...input, ca: undefined }, timeoutMillis)))
        if (Result.isFailure(dialled)) return open(`no connection (${dialled.failure.reason})`)
        const session = dialled.success
        const conversation = { service, endpoint, session }
        if (endpoint.security !== "tls" && !(yield* Opening.toHandshake(conversation))) {
          return open("the server did not begin TLS this time")
        }
        const shaken = yield* Effect.result(session.startTls({ serverName: endpoint.host, timeoutMillis, ...differs }))
        if (Result.isSuccess(shaken)) {
          const { alpn, chain: [leaf], cipher } = shaken.success
          const found: Shaken = Result.succeed({
            cipher,
            ...(alpn === undefined ? {} : { alpn }),
            subject: leaf?.subject,
            sha256: leaf?.sha256
          })
          return found
        }
        const { failure } = shaken
        if (failure._tag !== "HandshakeFailed") return open("the connection ended before the handshake")
        const failed: Shaken = Result.fail({
          state: stateOfFailure(failure, differs.version !== undefined),
          why: `the server ${sentence[failure.reason]}`,
          isCut: failure.reason === "Reset"
        })
        return failed
      }, Effect.scoped)

      /** Asks all; what was cut off among others, as a server does with too many at once, is asked again alone. */
      const shakeAll = Effect.fnUntraced(function*(
        input: VersionsInput,
        questions: ReadonlyArray<Partial<HandshakeOptions>>
      ) {
        const { atOnce = 1 } = input
        const answers = yield* Effect.forEach(questions, (differs) => shake(input, differs), { concurrency: atOnce })
        const isOpen = (shaken: Shaken) => atOnce > 1 && Result.isFailure(shaken) && shaken.failure.isCut
        if (!answers.some(isOpen)) return answers
        yield* Effect.sleep(settleMillis)
        return yield* Effect.forEach(
          answers,
          (shaken, index) => isOpen(shaken) ? shake(input, questions[index] ?? {}) : Effect.succeed(shaken)
        )
      })

      const run = Effect.fnUntraced(function*(input: VersionsInput): Effect.fn.Return<VersionsFacts> {
        const { agreed, endpoint, sha256 } = input
        const asked = versions.filter((version) => version !== agreed?.protocol)
        const named = IpAddress.family(endpoint.host) === undefined ? sha256 : undefined
        const offered = sha256 === undefined ? undefined : alpnNames[endpoint.protocol]
        const answers = yield* shakeAll(input, [
          ...asked.map((version) => ({ version })),
          ...(named === undefined ? [] : [{ sendName: false }]),
          ...(offered === undefined ? [] : [{ alpn: [offered] }])
        ])
        const without = named === undefined ? undefined : answers[asked.length]
        const protocol = offered === undefined ? undefined : answers.at(-1)
        return {
          versions: versions.map((version) => {
            const shaken = answers[asked.indexOf(version)]
            return shaken === undefined
              ? { version, state: "offered" as const, ...(agreed === undefined ? {} : { cipher: agreed.cipher }) }
              : { version, state: stateOf(shaken), ...cipherOf(shaken), ...whyOf(shaken) }
          }),
          ...(named === undefined || without === undefined ? {} : { withoutName: compared(without, named) }),
          ...(offered === undefined || protocol === undefined ? {} : {
            alpn: { offered, state: stateOf(protocol), ...chosenOf(protocol), ...whyOf(protocol) }
          })
        }
      })
      return Versions.of({ definition, run })
    })
  )
}
