/**
 * Looks for a message through Microsoft Graph: the messages of the inbox and of the junk folder, by `internetMessageId` and subject.
 *
 * Reading takes the permission Mail.Read, deleting Mail.ReadWrite. What is deleted goes to the deleted items, as Graph does it.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import { ProtocolError } from "@sonde/domain/Errors"
import * as DomainReply from "@sonde/domain/Reply"
import type { Http, HttpResponse } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import type { Header } from "@sonde/wire/message/Headers"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as GraphCall from "../GraphCall.ts"
import * as HttpAsk from "../HttpAsk.ts"
import { type Finder, matchOf, type Probe, type Seen } from "./Finder.ts"

const phase = "find"

/** Well-known names of folders (Microsoft Graph, mailFolder resource type). */
const folders = [
  { path: "inbox", name: "Inbox", kind: "inbox" },
  { path: "junkemail", name: "Junk Email", kind: "junk" }
] as const

/**
 * The scopes to ask a person for so that a message can be read back with the token that sends it: the permission to send is none to
 * read. Scopes that are no such permission, such as those of an application, stay alone.
 *
 * @category combinators
 * @since 0.1.0
 */
export const scopesToRead = (scopes: ReadonlyArray<string>, remove: boolean): ReadonlyArray<string> =>
  scopes.flatMap((scope) =>
    /(?:^|\/)Mail\.Send$/u.test(scope)
      ? [scope, scope.replace(/Mail\.Send$/u, remove ? "Mail.ReadWrite" : "Mail.Read")]
      : [scope]
  )

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The header fields of a message, as far as they are pairs of texts. */
const headersOf = (way: HttpAsk.Way, message: Readonly<Record<string, unknown>>): ReadonlyArray<Header> => {
  const listed = message["internetMessageHeaders"]
  const headers = (Array.isArray(listed) ? listed : []).flatMap((field: unknown): ReadonlyArray<Header> =>
    isRecord(field) && typeof field["name"] === "string" && typeof field["value"] === "string"
      ? [{ name: field["name"], value: way.recorder.scrub(field["value"].replaceAll(/\r?\n/gu, "")) }]
      : []
  )
  const has = (name: string) => headers.some((header) => header.name.toLowerCase() === name)
  const text = (name: string) => typeof message[name] === "string" ? way.recorder.scrub(message[name]) : undefined
  const added = [["Message-ID", text("internetMessageId")], ["Subject", text("subject")]] as const
  return [
    ...headers,
    ...added.flatMap(([name, value]) => value === undefined || has(name.toLowerCase()) ? [] : [{ name, value }])
  ]
}

/**
 * Looks through Graph, as a caller that may read the mailbox.
 *
 * @category constructors
 * @since 0.1.0
 */
export const finder = (
  caller: GraphCall.Caller,
  probe: Probe,
  context: Context.Context<Http | Resolver>
): Finder => {
  const { endpoint, way } = caller
  const call = (method: "GET" | "DELETE", rest: string) =>
    Effect.provideContext(GraphCall.call(caller, phase, rest, { method }), context)

  const unread = (response: HttpResponse) =>
    new ProtocolError({
      ...HttpAsk.at(way, endpoint, phase),
      reason: "MalformedReply",
      reply: HttpAsk.replyOf(way, response),
      message: `${format(endpoint)} answered with what is no list of messages`
    })

  const filter = `internetMessageId eq ${quoted(probe.messageId)} or contains(subject,${quoted(probe.run)})`
  const query = new URLSearchParams({
    $filter: filter,
    $select: "id,subject,receivedDateTime,internetMessageId,internetMessageHeaders",
    $top: "5"
  }).toString().replaceAll("+", "%20")

  const lookInto = Effect.fnUntraced(function*(folder: typeof folders[number]) {
    const response = yield* call("GET", `/mailFolders/${folder.path}/messages?${query}`)
    if (response.status !== 200) return yield* GraphCall.refusedLook(caller, response)
    const value = HttpAsk.membersOf(response.body)?.["value"]
    if (!Array.isArray(value)) return yield* unread(response)
    const seen = value.filter(isRecord).flatMap((message): ReadonlyArray<Seen> => {
      const headers = headersOf(way, message)
      const matched = matchOf(headers, probe)
      const { id, receivedDateTime } = message
      if (matched === undefined || typeof id !== "string") return []
      const receivedAt = typeof receivedDateTime === "string" ? Date.parse(receivedDateTime) : Number.NaN
      return [{ folder, headers, matched, receivedAt: Number.isNaN(receivedAt) ? undefined : receivedAt, where: id }]
    })
    return seen.toSorted((left, right) => (right.receivedAt ?? 0) - (left.receivedAt ?? 0))[0]
  })

  const look = Effect.fnUntraced(function*() {
    for (const folder of folders) {
      const seen = yield* lookInto(folder)
      if (seen !== undefined) return seen
    }
    return undefined
  })

  const remove = Effect.fnUntraced(function*({ where }: Seen) {
    const response = yield* call("DELETE", `/messages/${encodeURIComponent(where)}`)
    return response.status >= 200 && response.status < 300
      ? undefined
      : `Graph answered with ${DomainReply.format(GraphCall.saidIn(way, response).reply)}`
  })

  return {
    look: Effect.suspend(look),
    searched: () => folders.map(({ name }) => name),
    problem: () => undefined,
    remove,
    pauses: { firstMillis: 1000, longestMillis: 5000 }
  }
}
