/**
 * The way to a handshake that is only for finding something out, and what a port says that was met in clear. What is said on it is
 * reported by nothing.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ask } from "./Ask.ts"
import { type Conversation, remaining } from "./Conversation.ts"
import { dialectOf } from "./dialects/Dialects.ts"
import { addressLiteral } from "./Ehlo.ts"

/**
 * Goes from the greeting to where the handshake belongs, on a connection that is for that handshake only. False where the server
 * does not get as far.
 *
 * @category combinators
 * @since 0.1.0
 */
export const toHandshake = Effect.fnUntraced(function*(conversation: Conversation) {
  const dialect = dialectOf(conversation)
  const greeted = yield* dialect.greeting(conversation, yield* remaining("phaseMillis"))
  if (greeted._tag !== "Welcome") return false
  // Asked as in any conversation; only SMTP and LMTP make the answer a condition of going on (RFC 5321 section 3.1, RFC 2033 section 4.1).
  if (dialect.transfer !== undefined) {
    const hello = yield* Effect.fromResult(dialect.transfer.hello(addressLiteral(conversation.session.localAddress)))
    const reply = yield* ask(conversation, "ehlo", [hello], `the reply to ${hello}`)
    if (reply.code !== 250) return false
  } else yield* dialect.offer(conversation, greeted.facts, false)
  const answer = yield* dialect.startTls.ask(conversation)
  return answer._tag === "Accepted" && conversation.session.unread() === 0
}, Effect.orElseSucceed(() => false))

/**
 * The first line that a server says in clear within a moment; nothing where it says none.
 *
 * @category combinators
 * @since 0.1.0
 */
export const firstLine = (conversation: Conversation, timeoutMillis: number) =>
  conversation.session.exchange(undefined, { push: (line) => Result.succeed<string | undefined>(line) }, timeoutMillis)
    .pipe(Effect.orElseSucceed(() => undefined))
