/**
 * Looks at what a mail exchanger shows before any message: its greeting, whether it offers STARTTLS, and its certificate.
 *
 * RFC 5321 section 3.1 and RFC 3207 section 4. Says EHLO, STARTTLS and QUIT and nothing more: no sender, no recipient.
 *
 * @since 0.1.0
 */
import type { LiveMx } from "@sonde/domain/PostureFacts"
import { Dialer } from "@sonde/net/Dialer"
import type { Resolver } from "@sonde/net/Resolver"
import type { Handshake, Session } from "@sonde/net/Session"
import * as Capability from "@sonde/wire/smtp/Capability"
import * as Command from "@sonde/wire/smtp/Command"
import * as Reply from "@sonde/wire/smtp/Reply"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Result from "effect/Result"
import type { Reach } from "../Reach.ts"
import { candidates } from "../Reach.ts"

/** The port on which mail is taken from everybody (RFC 5321 section 4.5.4.2). */
const port = 25

/** A farewell that is not answered within a second is not waited for. */
const farewellMillis = 1000

/** Chains are longer only by mistake; what a TLSA record names stands near the leaf. */
const maxDigests = 6

const digest = (name: "SHA-256" | "SHA-512", octets: Uint8Array): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => globalThis.crypto.subtle.digest(name, Uint8Array.from(octets))),
    (hash) => Hex.encode(new Uint8Array(hash))
  )

/**
 * SHA-256 of octets in lower-case hex.
 *
 * @category combinators
 * @since 0.1.0
 */
export const sha256 = (octets: Uint8Array): Effect.Effect<string> => digest("SHA-256", octets)

const digestsOf = ({ presented }: Handshake) =>
  Effect.forEach((presented?.() ?? []).slice(0, maxDigests), ({ certificate, key }) =>
    Effect.all({
      certificate256: digest("SHA-256", certificate),
      certificate512: digest("SHA-512", certificate),
      key256: digest("SHA-256", key),
      key512: digest("SHA-512", key)
    }))

const exchange = (session: Session, line: string | undefined, timeoutMillis: number) =>
  session.exchange(line === undefined ? undefined : [line], Reply.decoder(), timeoutMillis)

const ownName = (session: Session): string => {
  const plain = session.localAddress.replace(/^::ffff:/i, "").replace(/%.*$/, "")
  return plain.includes(":") ? `[IPv6:${plain}]` : `[${plain === "" ? "127.0.0.1" : plain}]`
}

const conversation = Effect.fnUntraced(function*(session: Session, host: string, reach: Reach) {
  const { timeoutMillis } = reach
  const greeting = yield* exchange(session, undefined, timeoutMillis)
  if (greeting.code !== 220) return { state: "failed" as const, reason: `greeting ${greeting.code}` }
  const hello = Command.ehlo(reach.ehlo ?? ownName(session))
  if (Result.isFailure(hello)) return { state: "failed" as const, reason: "EHLO name" }
  const reply = yield* exchange(session, hello.success, timeoutMillis)
  const offered = reply.code === 250 ? Capability.fromReply(reply) : undefined
  if (offered === undefined || Result.isFailure(offered)) {
    return { state: "failed" as const, reason: `EHLO ${reply.code}` }
  }
  if (!Capability.has(offered.success, Command.starttls)) return { state: "no_starttls" as const }
  const ready = yield* exchange(session, Command.starttls, timeoutMillis)
  if (ready.code !== 220) return { state: "failed" as const, reason: `STARTTLS ${ready.code}` }
  const handshake = yield* session.startTls({ serverName: host, timeoutMillis })
  const [leaf] = handshake.chain
  return {
    state: "encrypted" as const,
    protocol: handshake.protocol,
    conditions: handshake.conditions,
    ...(leaf === undefined ? {} : { names: leaf.san, notAfter: leaf.notAfter }),
    digests: yield* digestsOf(handshake)
  }
})

/**
 * Looks at an exchanger. Fails never: what stood in the way is its `reason`. What did not answer proves nothing of the domain,
 * since many networks let nobody out to port 25.
 *
 * @category running
 * @since 0.1.0
 */
export const look = Effect.fn("Mx.look")(function*(
  host: string,
  reach: Reach
): Effect.fn.Return<LiveMx, never, Dialer | Resolver> {
  const dialer = yield* Dialer
  const addresses = yield* candidates(reach, { host, port })
  if (addresses.length === 0) return { state: "not_reached", reason: "no address" }
  const connected = dialer.connect({
    endpoint: { protocol: "smtp", host, port, security: "starttls" },
    addresses,
    timeoutMillis: reach.timeoutMillis,
    service: reach.service ?? "posture",
    recorder: reach.recorder,
    ca: reach.ca
  })
  const talk = Effect.fnUntraced(function*(session: Session) {
    const live: LiveMx = yield* conversation(session, host, reach)
    yield* Effect.ignore(exchange(session, Command.quit, Math.min(reach.timeoutMillis, farewellMillis)))
    return live
  })
  return yield* Effect.scoped(Effect.flatMap(connected, talk)).pipe(
    Effect.catch((error): Effect.Effect<LiveMx> => {
      switch (error._tag) {
        case "DialFailed":
          return Effect.succeed({ state: "not_reached", reason: error.reason })
        case "HandshakeFailed":
          return Effect.succeed({ state: "failed", reason: error.reason })
        case "InjectedOctets":
          return Effect.succeed({ state: "failed", reason: "Injection" })
        case "SessionLost":
        case "SessionTimeout":
        case "SessionLineTooLong":
        case "SmtpReplyError":
          return Effect.succeed({ state: "not_reached", reason: error._tag })
      }
    })
  )
})
