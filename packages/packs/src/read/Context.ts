/**
 * Reads free words about a situation, as hints: a mechanism, a host, a port, a protocol, a phase.
 *
 * @since 0.1.0
 */
import type { PhaseId, Protocol, ServiceId } from "@sonde/domain/Service"
import { fold } from "../Text.ts"

/** How much of a context is read, in characters. */
export const maxContext = 500

/**
 * What words about a situation say. Weaker than a hint by its own field, and weaker than the text itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Situation {
  readonly protocol?: Protocol
  readonly service?: ServiceId
  readonly phase?: PhaseId
  readonly mechanism?: string
  readonly host?: string
  readonly port?: number
}

const mechanisms =
  /\b(XOAUTH2|OAUTHBEARER|(?:AUTH|using|with|mechanism) (?:PLAIN|LOGIN)|CRAM-MD5|SCRAM-SHA-(?:1|256))\b/iu
const hostPort = /\b((?:[a-z0-9-]{1,63}\.){1,10}[a-z]{2,24})(?::([0-9]{1,5}))?\b/iu
const portWord = /\bport ([0-9]{1,5})\b/iu

const protocols: ReadonlyArray<readonly [RegExp, Situation]> = [
  [/\b(?:IMAP4?S?|IMAPFlow|imaplib)\b/iu, { protocol: "imap", service: "imap" }],
  [/\bPOP3?S?\b/u, { protocol: "pop3", service: "pop3" }],
  [/\b(?:Manage)?Sieve\b/iu, { protocol: "sieve", service: "sieve" }],
  [/\b(?:token endpoint|refresh token|client credentials|device code)\b/iu, { protocol: "http", service: "token" }]
]

const phases: ReadonlyArray<readonly [RegExp, PhaseId]> = [
  [/\b(?:during|in|at|after|reply to|answer to) (?:the )?MAIL FROM\b/iu, "mail"],
  [/\b(?:during|in|at|after|reply to|answer to) (?:the )?RCPT TO\b/iu, "rcpt"],
  [/\b(?:during|in|at|after|reply to|answer to) (?:the )?(?:end of )?DATA\b/u, "data"],
  [/\b(?:during|in|at|after|on|reply to|answer to) (?:the )?STARTTLS\b/iu, "starttls"],
  [/\b(?:during|in|at|after|on|reply to|answer to) (?:the )?(?:EHLO|HELO)\b/iu, "ehlo"],
  [
    /\b(?:during|at|on|while) (?:the )?(?:authentication|authenticating|sign-?in|signing in|log-?in|logging in)\b/iu,
    "auth"
  ],
  [/\b(?:during|in|at) (?:the )?(?:TLS|SSL) handshake\b/iu, "tls"]
]

/**
 * What words about a situation say.
 *
 * @category combinators
 * @since 0.1.0
 */
export const fromContext = (context: string): Situation => {
  const words = context.slice(0, maxContext)
  if (words === "") return none
  const mechanism = mechanisms.exec(words)?.[1]?.split(" ").at(-1)
  const place = hostPort.exec(words)
  const port = Number(portWord.exec(words)?.[1] ?? place?.[2])
  const phase = phases.find(([sign]) => sign.test(words))?.[1]
  return {
    ...protocols.find(([sign]) => sign.test(words))?.[1],
    ...(phase === undefined ? {} : { phase }),
    ...(mechanism === undefined ? {} : { mechanism: mechanism.toUpperCase() }),
    ...(place?.[1] === undefined ? {} : { host: place[1] }),
    ...(port >= 1 && port <= 65_535 ? { port } : {})
  }
}

const none: Situation = {}

const isWord = (text: string, word: string): boolean => {
  const at = text.indexOf(word)
  const letter = /[a-z0-9]/u
  return at !== -1 && !letter.test(text.charAt(at - 1)) && !letter.test(text.charAt(at + word.length))
}

/**
 * Which of several things words about a situation name, by the longest of their names; undefined where none or several
 * are named.
 *
 * @category combinators
 * @since 0.1.0
 */
export const namedIn = <
  A extends { readonly id: string; readonly name: string; readonly aliases: ReadonlyArray<string> }
>(
  all: ReadonlyArray<A>,
  context: string
): A | undefined => {
  const words = fold(context.slice(0, maxContext))
  if (words === "") return undefined
  const found = all.filter(({ aliases, id, name }) =>
    [id, name, ...aliases].some((one) => one.length >= 3 && isWord(words, fold(one)))
  )
  return found.length === 1 ? found[0] : undefined
}
