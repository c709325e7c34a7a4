/**
 * The engine of a session over any duplex stream of octets: framing, exchanges with a time limit, recording, and the
 * guard in front of a TLS handshake (RFC 3207 section 6).
 *
 * Sockets of a platform and the scripted peers of `Net.layerStatic` are both a `Transport` under this engine, so a fake
 * behaves like the real thing. Nothing here opens a socket, judges a certificate or knows a mail protocol.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Attempt } from "@sonde/domain/Errors"
import type { ServiceId } from "@sonde/domain/Service"
import * as Lines from "@sonde/wire/Lines"
import type { BindingType } from "@sonde/wire/sasl/Gs2"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Outgoing from "./Outgoing.ts"
import type { Recorder } from "./Recorder.ts"
import type { Handshake, HandshakeOptions, LineDecoder, Session, SessionError } from "./Session.ts"
import { HandshakeFailed, InjectedOctets, SessionLineTooLong, SessionLost, SessionTimeout } from "./Session.ts"
import type { Timers } from "./Timers.ts"

/**
 * What a transport tells its session. `ended` and `failed` come at most once together; `defect` is for a fake whose
 * script does not fit, and surfaces as a defect. `code` is the platform's own word, for the transcript.
 *
 * @category models
 * @since 0.1.0
 */
export interface TransportEvents {
  readonly data: (chunk: Uint8Array) => void
  readonly ended: () => void
  readonly failed: (code: string) => void
  readonly defect: (error: Error) => void
}

/**
 * A duplex stream of octets. Events before `attach` are kept back. `write` calls `written` when the octets were handed
 * to the network, which is how back-pressure is felt. `handshake` silences the events until it is done, and then
 * delivers those of the encrypted stream; interrupting it destroys the transport. `destroy` may be called repeatedly.
 *
 * @category models
 * @since 0.1.0
 */
export interface Transport {
  readonly localAddress: string
  readonly attach: (events: TransportEvents) => void
  readonly write: (octets: string | Uint8Array, written?: () => void) => void
  readonly pause: () => void
  readonly resume: () => void
  /** Loads what a handshake needs. Events still come while it runs; afterwards `handshake` begins without a pause. */
  readonly prepare: Effect.Effect<void>
  readonly handshake: (options: HandshakeOptions) => Effect.Effect<Handshake, HandshakeFailed>
  /** See `Session.channelBinding`; asked for after the handshake only. */
  readonly channelBinding: (type: BindingType) => Uint8Array | undefined
  readonly destroy: () => void
}

/**
 * What a session is made of.
 *
 * @category models
 * @since 0.1.0
 */
export interface SessionParts {
  readonly endpoint: Endpoint
  readonly peer: Session["peer"]
  readonly proxy?: string | undefined
  readonly attempts: ReadonlyArray<Attempt>
  readonly service: ServiceId
  readonly recorder: Recorder
  readonly transport: Transport
  readonly timers: Timers
}

/**
 * Octets of complete lines that may wait unread before reading from the network stops: eight of the longest lines.
 * A peer that talks without being asked then fills its own buffers and not ours.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxUnreadOctets = 65_536

const LF = 10
const decoder = new TextDecoder()

// The words that begin a reply cannot be an echo of a secret. Keeping them apart keeps a secret such as `250` or `OK` from
// destroying replies.
const head =
  /^(?:[2-5]\d\d(?=[ -]|$)|[+-](?:OK|ERR)\b|(?:\* |[\w.]+ )?(?:OK|NO|BAD|BYE|PREAUTH)\b|\* (?:\d+ )?[A-Z]+\b)/i

type Framing = Parameters<LineDecoder<unknown, unknown>["push"]>[2]

/** Who waits: a reader takes lines until it says that its reply is complete; a writer takes none. */
interface Waiting {
  readonly feed?: (line: string, raw: string, framed: Framing) => boolean
  readonly complete: () => void
  readonly fail: (effect: Effect.Effect<never, SessionError>) => void
}

/**
 * Makes a session. It does not close by itself: whoever made the transport destroys it with its scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (parts: SessionParts): Session => {
  const { endpoint, peer, attempts, service, recorder, transport, timers } = parts
  const queue: Array<
    { readonly text: string; readonly raw: string; readonly octets: number; readonly framed: Framing }
  > = []
  let lines = Lines.make()
  let queuedOctets = 0
  let received = 0
  let encrypted = false
  let paused = false
  let noticedBareLf = false
  let hasConversed = false
  let lastCommand = ""
  let over: "Closed" | "Reset" | SessionLineTooLong | Error | undefined = undefined
  let pending = ""
  // The reply that is awaited, or comes: since when, when its first octet came, in how many pieces.
  let since = timers.now()
  let firstAt: number | undefined = undefined
  let segments = 0
  let octetsOfReply = 0
  let waiting: Waiting | undefined = undefined

  const record = (dir: ">" | "<" | "=", text: string): void => {
    recorder.record({ service, dir, tls: encrypted, text })
  }

  const scrub = (text: string): string => {
    // What holds no secret as a whole holds none behind its head.
    if (recorder.scrub(text) === text) return text
    const kept = head.exec(text)?.[0].length ?? 0
    return text.slice(0, kept) + recorder.scrub(text.slice(kept))
  }

  const failure = (reason: NonNullable<typeof over>): Effect.Effect<never, SessionError> =>
    reason === "Closed" || reason === "Reset"
      ? Effect.fail(new SessionLost({ reason, bytes: received, lastCommand, pending }))
      : reason instanceof SessionLineTooLong
      ? Effect.fail(reason)
      : Effect.die(reason)

  const end = (reason: NonNullable<typeof over>): void => {
    if (over !== undefined) return
    over = reason
    if (lines.pending > 0) pending = recorder.scrub(decoder.decode(lines.takePending()))
    const woken = waiting
    waiting = undefined
    woken?.fail(failure(reason))
  }

  const data = (chunk: Uint8Array): void => {
    let completed: Waiting | undefined = undefined
    received += chunk.length
    firstAt ??= timers.now()
    segments += 1
    octetsOfReply += chunk.length
    let start = 0
    // One line at a time, so that the octets behind a complete reply can be counted exactly.
    while (start < chunk.length && over === undefined) {
      const found = chunk.indexOf(LF, start)
      const stop = found < 0 ? chunk.length : found + 1
      const octets = lines.pending + stop - start
      const pushed = lines.push(start === 0 && stop === chunk.length ? chunk : chunk.subarray(start, stop))
      start = stop
      if (pushed.error !== undefined) {
        record("=", `a line of more than ${pushed.error.maxLineOctets} octets; reading stopped`)
        transport.destroy()
        end(new SessionLineTooLong({ octets }))
        break
      }
      const line = pushed.lines[0]
      if (line === undefined) break
      const text = scrub(line.text)
      const framed = { octets: octets - (line.ending === "crlf" ? 2 : 1), ending: line.ending }
      record("<", text)
      if (line.ending === "lf" && !noticedBareLf) {
        noticedBareLf = true
        record("=", "the line before ended with a bare LF")
      }
      if (waiting?.feed === undefined) {
        queue.push({ text, raw: line.text, octets, framed })
        queuedOctets += octets
      } else if (waiting.feed(text, line.text, framed)) {
        completed = waiting
        waiting = undefined
      }
    }
    if (queuedOctets > maxUnreadOctets && !paused) {
      paused = true
      transport.pause()
    }
    // Last: the resumed fiber may run at once and must find everything of this chunk accounted for.
    completed?.complete()
  }

  const startTiming = (): void => {
    since = timers.now()
    firstAt = undefined
    segments = 0
    octetsOfReply = 0
  }

  const keepTime = (command: string): void => {
    const wholeMillis = timers.now() - since
    recorder.timed({
      service,
      command,
      waitMillis: firstAt === undefined ? wholeMillis : Math.max(0, firstAt - since),
      wholeMillis,
      octets: octetsOfReply,
      segments
    })
  }

  const events: TransportEvents = {
    data,
    ended: () => {
      if (over === undefined) record("=", "closed by the peer")
      end("Closed")
    },
    failed: (code) => {
      if (over === undefined) record("=", `connection lost (${code})`)
      end("Reset")
    },
    defect: end
  }
  transport.attach(events)

  const exchange: Session["exchange"] = <A, E>(
    line: Outgoing.Outgoing | undefined,
    reply: LineDecoder<A, E>,
    timeoutMillis: number
  ) =>
    Effect.callback<A, E | SessionError>((resume) => {
      const feed = (text: string, raw: string, framed: Framing): Effect.Effect<A, E> | undefined => {
        const result = reply.push(text, raw, framed)
        if (Result.isFailure(result)) return Effect.fail(result.failure)
        return result.success === undefined ? undefined : Effect.succeed(result.success)
      }
      if (waiting !== undefined) return resume(Effect.die(new Error("a session takes one exchange at a time")))
      const isGreeting = !hasConversed && line === undefined
      hasConversed = true
      if (line !== undefined) {
        const text = Outgoing.unmasked(line)
        // A line end inside a line would be a second command (RFC 5321 section 4.1.1). Codecs refuse it; this is the last guard.
        if (/[\r\n]/.test(text)) return resume(Effect.die(new Error("a line to send contains a line end")))
        lastCommand = Outgoing.masked(line)
        if (over === undefined) {
          record(">", lastCommand)
          startTiming()
          transport.write(`${text}\r\n`)
        }
      }
      let read: Effect.Effect<A, E> | undefined = undefined
      while (read === undefined) {
        const next = queue.shift()
        if (next === undefined) break
        queuedOctets -= next.octets
        read = feed(next.text, next.raw, next.framed)
      }
      if (paused && queuedOctets <= maxUnreadOctets) {
        paused = false
        transport.resume()
      }
      if (read !== undefined) {
        if (isGreeting) keepTime("")
        return resume(read)
      }
      if (over !== undefined) return resume(failure(over))
      let last: Effect.Effect<A, E> | undefined = undefined
      const cancel = timers.after(timeoutMillis, () => {
        waiting = undefined
        resume(Effect.fail(new SessionTimeout({ afterMillis: timeoutMillis, bytes: received })))
      })
      waiting = {
        feed: (text, raw, framed) => {
          last = feed(text, raw, framed)
          return last !== undefined
        },
        complete: () => {
          cancel()
          if (line !== undefined || isGreeting) keepTime(line === undefined ? "" : lastCommand)
          if (last !== undefined) resume(last)
        },
        fail: (effect) => {
          cancel()
          resume(effect)
        }
      }
      return Effect.sync(() => {
        waiting = undefined
        cancel()
      })
    })

  const write: Session["write"] = (octets, note, timeoutMillis) =>
    Effect.callback<void, SessionError>((resume) => {
      if (waiting !== undefined) return resume(Effect.die(new Error("a session takes one exchange at a time")))
      lastCommand = note
      if (over !== undefined) return resume(failure(over))
      record(">", note)
      const cancel = timers.after(timeoutMillis, () => {
        waiting = undefined
        resume(Effect.fail(new SessionTimeout({ afterMillis: timeoutMillis, bytes: received })))
      })
      const done = (effect: Effect.Effect<void, SessionError>): void => {
        waiting = undefined
        cancel()
        resume(effect)
      }
      // Lines that arrive meanwhile stay queued for the exchange that reads the reply.
      const mine: Waiting = { complete: () => done(Effect.void), fail: done }
      waiting = mine
      transport.write(octets, () => {
        if (waiting === mine) mine.complete()
      })
      return Effect.sync(() => {
        waiting = undefined
        cancel()
        transport.destroy()
      })
    })

  const unread = (): number => queuedOctets + lines.pending

  const handshake = (
    options: Parameters<Session["startTls"]>[0]
  ): Effect.Effect<Handshake, HandshakeFailed | InjectedOctets | SessionLost> => {
    if (over instanceof Error && !(over instanceof SessionLineTooLong)) return Effect.die(over)
    if (over !== undefined) {
      const reason = over === "Reset" ? "Reset" : "Closed"
      return Effect.fail(new SessionLost({ reason, bytes: received, lastCommand, pending }))
    }
    const octets = unread()
    if (octets > 0 && !hasConversed) {
      // Nothing was asked yet: this is no injection but a peer that begins in clear.
      const detail = queue[0]?.text ?? recorder.scrub(decoder.decode(lines.takePending()))
      queue.length = 0
      queuedOctets = 0
      record("=", "the peer speaks in clear where TLS begins")
      transport.destroy()
      end("Closed")
      return Effect.fail(new HandshakeFailed({ reason: "PlaintextPeer", platformCode: "", detail }))
    }
    // RFC 3207 section 6: nothing received in clear may be used after the handshake.
    if (octets > 0) {
      queue.length = 0
      queuedOctets = 0
      lines.takePending()
      record("=", `${octets} octets arrived in clear before the TLS handshake and were discarded`)
      return Effect.fail(new InjectedOctets({ octets }))
    }
    return Effect.matchEffect(transport.handshake(options), {
      onFailure: (error) => {
        record("=", `TLS handshake failed: ${error.reason} (${error.platformCode})`)
        end(error.reason === "Reset" ? "Reset" : "Closed")
        return Effect.fail(error)
      },
      onSuccess: (facts) => {
        encrypted = true
        // A greeting that is awaited now is awaited from here on.
        startTiming()
        lines = Lines.make()
        record("=", `${facts.protocol} with ${facts.cipher}`)
        transport.attach(events)
        return Effect.succeed(facts)
      }
    })
  }

  const startTls: Session["startTls"] = (options) => Effect.flatMap(transport.prepare, () => handshake(options))

  return {
    endpoint,
    peer,
    ...(parts.proxy === undefined ? {} : { proxy: parts.proxy }),
    localAddress: transport.localAddress,
    attempts,
    isEncrypted: () => encrypted,
    channelBinding: (type) => encrypted ? transport.channelBinding(type) : undefined,
    exchange,
    write,
    scrub: recorder.scrub,
    unread,
    startTls
  }
}
