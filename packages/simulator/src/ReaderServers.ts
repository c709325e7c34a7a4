/**
 * Starts the servers of IMAP and POP3 for a simulated provider, with TLS from the first octet and, where the provider has
 * them, the ports for STARTTLS and STLS.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Imap, Pop3 } from "./ReaderService.ts"
import type { Options as ServerOptions } from "./SmtpServer.ts"

/** What starts and ends each connection, and where it is listened. */
export interface Options extends Pick<ServerOptions, "certificates" | "host" | "onClose" | "onOpen"> {
  readonly imap: () => Imap
  readonly pop3: () => Pop3
  /** Time a silent client gets; the protocols' own times where it is not given. */
  readonly idleMillis: number | undefined
  /** Time a client gets to sign in, a minute where it is not given. */
  readonly signInMillis: number | undefined
  readonly upgrades: boolean
}

/** A server as it is announced. `starttls` is the port for clients that begin without TLS. */
export interface Announced {
  readonly host: string
  readonly port: number
  readonly starttls?: number
}

/** PreAuthenticatedConnectionTimeout of Set-ImapSettings and Set-PopSettings (Microsoft's reference, V). */
const preAuthenticatedMillis = 60_000
/** RFC 9051 section 5.4: at least 30 minutes. */
const imapIdleMillis = 1_800_000
/** RFC 1939 section 3: at least 10 minutes. */
const pop3IdleMillis = 600_000

/** Listens on free ports until the scope closes. `failed` makes the error of a port that cannot be had. */
export const start = <E>(
  options: Options,
  failed: (error: unknown) => E
): Effect.Effect<{ readonly imap: Announced; readonly pop3: Announced }, E, Scope.Scope> =>
  Effect.gen(function*() {
    const [server, { ImapSession }, { Pop3Session }] = yield* Effect.promise(() =>
      Promise.all([import("./SmtpServer.ts"), import("./ImapSession.ts"), import("./Pop3Session.ts")])
    )
    const { certificates, host, idleMillis, onClose, onOpen } = options
    const signInMillis = options.signInMillis ?? preAuthenticatedMillis
    const imap: ServerOptions["converse"] = (wire) => new ImapSession(options.imap(), wire)
    const pop3: ServerOptions["converse"] = (wire) => new Pop3Session(options.pop3(), wire)
    const listening = (converse: ServerOptions["converse"], otherwise: number, implicitTls: boolean) =>
      Effect.acquireRelease(
        Effect.tryPromise({
          try: () =>
            server.listen({
              converse,
              onOpen,
              onClose,
              certificates,
              host,
              port: 0,
              idleMillis: idleMillis ?? otherwise,
              signInMillis,
              implicitTls
            }),
          catch: failed
        }),
        (running) => Effect.promise(running.close)
      )
    const both = Effect.fnUntraced(function*(converse: ServerOptions["converse"], otherwise: number) {
      const { port } = yield* listening(converse, otherwise, true)
      return options.upgrades
        ? { host, port, starttls: (yield* listening(converse, otherwise, false)).port }
        : { host, port }
    })
    return { imap: yield* both(imap, imapIdleMillis), pop3: yield* both(pop3, pop3IdleMillis) }
  })
