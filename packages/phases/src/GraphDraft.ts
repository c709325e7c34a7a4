/**
 * A large message as a draft in the mailbox: made, filled with attachments, sent or taken away.
 *
 * Attachments from `minUploadOctets` go up in ranges (RFC 9110 section 14.4) to an address that Graph names and that is itself
 * the permission to write there: the token is not sent to it.
 *
 * @since 0.1.0
 */
import type { Http, HttpResponse } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import type { Attachment } from "@sonde/wire/message/Parts"
import * as Effect from "effect/Effect"
import { remaining } from "./Conversation.ts"
import * as GraphCall from "./GraphCall.ts"
import * as GraphMessage from "./GraphMessage.ts"
import * as HttpAsk from "./HttpAsk.ts"

/** @category errors @since 0.1.0 */
export type DraftFailure = GraphCall.SendRefusal | HttpAsk.WayFailure

/** What is posted may be large, so it has the time of a message; it is recorded by its size alone. */
const json = (text: string) =>
  Effect.map(remaining("commitMillis"), (timeoutMillis) => ({
    method: "POST" as const,
    contentType: "application/json",
    octets: new TextEncoder().encode(text),
    timeoutMillis
  }))

/** A message as Graph takes it. */
const written = (message: object): string => JSON.stringify(message)

const idPath = (id: string): string => `/messages/${encodeURIComponent(id)}`

/** A member of a response that must be there. */
const member = (caller: GraphCall.Caller, response: HttpResponse, name: string) => {
  const members = HttpAsk.membersOf(response.body)
  const text = members === undefined ? undefined : HttpAsk.textOf(members, name)
  return text === undefined
    ? Effect.fail(HttpAsk.unexpected(caller.way, caller.endpoint, "send", response, name))
    : Effect.succeed(text)
}

const created = Effect.fnUntraced(function*(caller: GraphCall.Caller, message: object, letter: GraphCall.Letter) {
  const response = yield* GraphCall.call(caller, "send", "/messages", yield* json(written(message)))
  if (response.status !== 201) return yield* GraphCall.refusedMessage(caller, response, letter)
  return yield* member(caller, response, "id")
})

const uploaded = Effect.fnUntraced(function*(
  caller: GraphCall.Caller,
  url: string,
  { octets }: Attachment,
  letter: GraphCall.Letter,
  refusing: HttpResponse
) {
  const place = HttpAsk.placeOf(url)
  if (place === undefined) {
    return yield* HttpAsk.unexpected(caller.way, caller.endpoint, "send", refusing, "address of an upload with TLS")
  }
  for (let from = 0; from < octets.length; from += GraphMessage.rangeOctets) {
    const range = octets.subarray(from, from + GraphMessage.rangeOctets)
    const response = yield* HttpAsk.exchange(caller.way, "send", place, {
      method: "PUT",
      contentType: "application/octet-stream",
      octets: range,
      fields: { "content-range": `bytes ${from}-${from + range.length - 1}/${octets.length}` },
      timeoutMillis: yield* remaining("commitMillis")
    })
    if (response.status < 200 || response.status > 299) {
      return yield* GraphCall.refusedMessage({ ...caller, endpoint: place.endpoint }, response, letter)
    }
  }
})

const attached = Effect.fnUntraced(function*(
  caller: GraphCall.Caller,
  id: string,
  attachment: Attachment,
  letter: GraphCall.Letter
) {
  const isLarge = attachment.octets.length >= GraphMessage.minUploadOctets
  const response = yield* GraphCall.call(
    caller,
    "send",
    `${idPath(id)}/attachments${isLarge ? "/createUploadSession" : ""}`,
    yield* json(isLarge ? GraphMessage.uploadSession(attachment) : GraphMessage.attachment(attachment))
  )
  if (response.status !== 201) return yield* GraphCall.refusedMessage(caller, response, letter)
  if (!isLarge) return 0
  const url = yield* member(caller, response, "uploadUrl")
  yield* uploaded(caller, url, attachment, letter, response)
  return attachment.octets.length
})

/**
 * Takes a draft away. That it stays behind is no reason to call anything else a failure.
 *
 * @category combinators
 * @since 0.1.0
 */
export const discard = (caller: GraphCall.Caller, id: string): Effect.Effect<void, never, Http | Resolver> =>
  Effect.ignore(GraphCall.call(caller, "send", idPath(id), { method: "DELETE" }))

/**
 * The call that sends a draft.
 *
 * @category combinators
 * @since 0.1.0
 */
export const sending = (id: string): string => `${idPath(id)}/send`

/**
 * Makes a draft of a message with all its attachments, and gives its id and how many octets went up in ranges. What fails on
 * the way takes the draft away again.
 *
 * @category combinators
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(
  caller: GraphCall.Caller,
  { attachments, message }: GraphMessage.Draft,
  letter: GraphCall.Letter
): Effect.fn.Return<{ readonly id: string; readonly uploaded: number }, DraftFailure, Http | Resolver> {
  const id = yield* created(caller, message, letter)
  let uploaded = 0
  yield* Effect.onError(
    Effect.forEach(
      attachments,
      (one) => Effect.map(attached(caller, id, one, letter), (octets) => void (uploaded += octets)),
      { discard: true }
    ),
    () => discard(caller, id)
  )
  return { id, uploaded }
})
