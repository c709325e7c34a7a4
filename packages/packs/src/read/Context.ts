/**
 * Reads free words about a situation, as hints: a mechanism, a host, a port, a protocol, a phase.
 *
 * @since 0.1.0
 */
import type { PhaseId, Protocol, ServiceId } from "@sonde/domain/Service"
import * as LiteralIndex from "../internal/LiteralIndex.ts"
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
  [/\bLMTP\b/u, { protocol: "lmtp", service: "lmtp" }],
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
  if (context === "") return none
  const words = context.slice(0, maxContext)
  const found = situations.get(words)
  if (found !== undefined) return found
  const situation = situationOf(words)
  if (situations.size >= kept) situations.clear()
  situations.set(words, situation)
  return situation
}

/** How many situations are kept: whoever asks about many texts often says the same of them. */
const kept = 256

const situations = new Map<string, Situation>()

const situationOf = (words: string): Situation => {
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

const letter = /[a-z0-9]/u

const isWord = (text: string, word: string): boolean => {
  const at = text.indexOf(word)
  return at !== -1 && !letter.test(text.charAt(at - 1)) && !letter.test(text.charAt(at + word.length))
}

interface Named {
  readonly id: string
  readonly name: string
  readonly aliases: ReadonlyArray<string>
}

/** Shorter names are words of their own too often. */
const leastName = 3

/** Finds the place of the only thing that words name. */
const makeFinder = (all: ReadonlyArray<Named>): (context: string) => number | undefined => {
  const owners: Array<number> = []
  const names: Array<string> = []
  for (const [place, { aliases, id, name }] of all.entries()) {
    for (const one of [id, name, ...aliases]) {
      if (one.length < leastName) continue
      owners.push(place)
      names.push(fold(one))
    }
  }
  const index = LiteralIndex.make(names, { edges: false })
  const placeIn = (words: string): number | undefined => {
    const found = new Set<number>()
    const count = index.find(words)
    for (let at = 0; at < count; at++) {
      const number = index.found[at] ?? 0
      const owner = owners[number]
      if (owner !== undefined && isWord(words, names[number] ?? "")) found.add(owner)
    }
    const [first] = found
    return found.size === 1 ? first : undefined
  }
  const places = new Map<string, number | undefined>()
  return (context) => {
    const words = context.slice(0, maxContext)
    if (places.has(words)) return places.get(words)
    const place = placeIn(fold(words))
    if (places.size >= kept) places.clear()
    places.set(words, place)
    return place
  }
}

const finders = new WeakMap<ReadonlyArray<Named>, ReturnType<typeof makeFinder>>()

/**
 * Which of several things words about a situation name; undefined where none or several are named. The names are made
 * ready once for each list.
 *
 * @category combinators
 * @since 0.1.0
 */
export const namedIn = <A extends Named>(all: ReadonlyArray<A>, context: string): A | undefined => {
  let find = finders.get(all)
  if (find === undefined) {
    find = makeFinder(all)
    finders.set(all, find)
  }
  const place = find(context)
  return place === undefined ? undefined : all[place]
}
