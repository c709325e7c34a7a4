/**
 * Events as server-sent events (WHATWG HTML section 9.2.6): octets that every reader of a run shares.
 */
import type { Event } from "@sonde/domain/Event"
import * as Ndjson from "@sonde/report/render/Ndjson"

/** An event as it goes over the wire. */
export interface Frame {
  readonly seq: number
  readonly octets: Uint8Array
}

const encoder = new TextEncoder()

/** The frame of an event: `id` is its number, `event` its type, `data` one line of JSON. */
export const fromEvent = (event: Event): Frame => ({
  seq: event.seq,
  octets: encoder.encode(`id: ${event.seq}\nevent: ${event.type}\ndata: ${Ndjson.event(event)}\n`)
})

/** Frames one behind the other. */
export const together = (frames: ReadonlyArray<Frame>): Uint8Array => {
  const [only] = frames
  if (only !== undefined && frames.length === 1) return only.octets
  const all = new Uint8Array(frames.reduce((sum, { octets }) => sum + octets.length, 0))
  let at = 0
  for (const { octets } of frames) {
    all.set(octets, at)
    at += octets.length
  }
  return all
}

/** A comment, which readers ignore: proxies and readers see that the stream lives. */
export const heartbeat: Uint8Array = encoder.encode(": alive\n\n")

/** Opens a stream, so that a reader sees at once that it is heard. */
export const hello: Uint8Array = encoder.encode(": events follow\n\n")

/** The number in `Last-Event-ID`: 0 without one, `undefined` for what is none. */
export const lastEventId = (header: string | undefined): number | undefined => {
  if (header === undefined || header === "") return 0
  return /^\d{1,15}$/u.test(header) ? Number(header) : undefined
}
