/**
 * The octets of a scripted server, as a transport.
 */
import type { TlsReason } from "@sonde/domain/Certificate"
import * as Lines from "@sonde/wire/Lines"
import type { BindingType } from "@sonde/wire/sasl/Gs2"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Handshake } from "../Session.ts"
import { HandshakeFailed } from "../Session.ts"
import type { Transport, TransportEvents } from "../SessionCore.ts"
import * as SessionScript from "../SessionScript.ts"
import type { Timers } from "../Timers.ts"

/** A script with what a handshake comes to. */
export interface Server {
  readonly script: string | ReadonlyArray<string> | ((line: string | undefined) => ReadonlyArray<string>)
  readonly tls?: Partial<Handshake> | TlsReason
  readonly channelBinding?: Partial<Record<BindingType, Uint8Array>>
}

const facts: Handshake = { protocol: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", chain: [], conditions: [] }

const parse = (lines: ReadonlyArray<string>): ReadonlyArray<SessionScript.Step> =>
  Result.getOrThrowWith(SessionScript.fromLines(lines), (error) => error)

const encoder = new TextEncoder()
// A client under test may write a whole message without a line end.
const maxLineOctets = 1_048_576

const concat = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  const both = new Uint8Array(left.length + right.length)
  both.set(left)
  both.set(right, left.length)
  return both
}

/**
 * Starts a server for one client. Steps run until the script expects something; a line that does not fit surfaces as a defect
 * in the client, since a test that goes on would prove something else.
 */
export const make = (server: Server, timers: Timers): Transport => {
  const { script } = server
  const answer = typeof script === "function" ? script : undefined
  const steps = [
    ...parse(
      typeof script === "function" ? script(undefined) : typeof script === "string" ? script.split("\n") : script
    )
  ]
  const received: Array<string> = []
  let input = Lines.make({ maxLineOctets })
  let events: TransportEvents | undefined = undefined
  let cancelWait: (() => void) | undefined = undefined
  let handshake: { readonly complete: () => void; readonly fail: (reason: TlsReason, code: string) => void } | undefined
  let isAttached = false
  let isClosed = false
  let isPaused = false
  let isPlaying = false

  const close = (): void => {
    isClosed = true
    cancelWait?.()
    cancelWait = undefined
  }

  const send = (): void => {
    let segment = new Uint8Array(0)
    for (let step = steps[0]; step?._tag === "Send" && (segment.length === 0 || step.isInjected); step = steps[0]) {
      steps.shift()
      segment = Uint8Array.from(concat(segment, step.octets))
    }
    events?.data(segment)
  }

  // Lines of the client against the script; `false` when nothing more can be done now.
  const expect = (pattern: string, at: number): boolean => {
    const line = received.shift()
    if (line === undefined) return false
    steps.shift()
    if (!SessionScript.matches(pattern, line)) {
      close()
      const told = `line ${at} of the session expects ${JSON.stringify(pattern)} and not ${JSON.stringify(line)}`
      events?.defect(new Error(told))
    }
    return true
  }

  const advance = (): boolean => {
    const step = steps[0]
    if (handshake !== undefined && step !== undefined && step._tag !== "Wait" && step._tag !== "Tls") {
      // Text where a ServerHello belongs. A server that waits for a command takes the ClientHello for one and answers in text.
      if (step._tag === "Send" || step._tag === "Expect") {
        handshake.fail("PlaintextPeer", "ERR_SSL_WRONG_VERSION_NUMBER")
      } else handshake.fail("Reset", "ECONNRESET")
      return false
    }
    if (step === undefined) {
      if (answer === undefined) return false
      const line = received.shift()
      if (line === undefined) return false
      steps.push(...parse(answer(line)))
      return steps.length > 0 || received.length > 0
    }
    switch (step._tag) {
      case "Send":
        send()
        return true
      case "Expect":
        return expect(step.pattern, step.line)
      case "Wait":
        steps.shift()
        cancelWait = timers.after(step.millis, () => {
          cancelWait = undefined
          play()
        })
        return false
      case "Tls":
        if (received.length > 0) {
          // The server waits for a handshake and reads text: it hangs up.
          close()
          events?.ended()
          return false
        }
        if (handshake === undefined) return false
        steps.shift()
        handshake.complete()
        return false
      case "Close":
        close()
        events?.ended()
        return false
      case "Reset":
        close()
        events?.failed("ECONNRESET")
        return false
    }
  }

  const play = (): void => {
    if (isPlaying) return
    isPlaying = true
    while (
      !isClosed && !isPaused && isAttached && cancelWait === undefined && advance()
    );
    isPlaying = false
  }

  return {
    localAddress: "192.0.2.1",
    attach: (to) => {
      events = to
      isAttached = true
      play()
    },
    write: (octets, written) => {
      if (isClosed) return
      received.push(
        ...input.push(typeof octets === "string" ? encoder.encode(octets) : octets).lines.map(({ text }) => text)
      )
      written?.()
      play()
    },
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
      play()
    },
    prepare: Effect.void,
    handshake: ({ timeoutMillis }) =>
      Effect.callback((resume) => {
        const fail = (reason: TlsReason, platformCode: string): void => {
          cancel()
          handshake = undefined
          close()
          resume(Effect.fail(new HandshakeFailed({ reason, platformCode, detail: "scripted" })))
        }
        const complete = (): void => {
          if (typeof server.tls === "string") return fail(server.tls, "scripted")
          cancel()
          handshake = undefined
          // Nothing more is played until the session takes the encrypted stream.
          isAttached = false
          input = Lines.make({ maxLineOctets })
          resume(Effect.succeed({ ...facts, ...server.tls }))
        }
        events = undefined
        const cancel = timers.after(timeoutMillis, () => fail("HandshakeTimeout", "ETIMEDOUT"))
        handshake = { complete, fail }
        play()
        return Effect.sync(() => {
          cancel()
          close()
        })
      }),
    channelBinding: (type) => server.channelBinding?.[type],
    destroy: close
  }
}
