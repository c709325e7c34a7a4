/**
 * What all sources of settings share: the question, and how an answer is written down.
 *
 * @since 0.1.0
 */
import type { Setting, SettingsSource, SourceAnswer } from "@sonde/domain/Discovery"
import type { ServiceId } from "@sonde/domain/Service"
import type * as Fetch from "@sonde/net/Fetch"
import type { NotPublished, Published, PublishedServer } from "@sonde/wire/discovery/Published"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * Whose settings are looked for. `domain` is in ASCII; `timeoutMillis` is for each source.
 *
 * @category models
 * @since 0.1.0
 */
export interface Question {
  readonly mailbox: string | undefined
  readonly domain: string
  readonly way: Fetch.Way
  readonly timeoutMillis: number
}

/**
 * An answer without its place and time.
 *
 * @category models
 * @since 0.1.0
 */
export type Said = Omit<SourceAnswer, "source" | "where" | "durationMillis">

/** @category constructors @since 0.1.0 */
export const none = (text: string, more: Partial<Said> = {}): Said => ({ state: "none", text, settings: [], ...more })
/** @category constructors @since 0.1.0 */
export const failed = (text: string, temporary: boolean, more: Partial<Said> = {}): Said => ({
  state: "failed",
  text,
  settings: [],
  ...(temporary ? { temporary } : {}),
  ...more
})
/** @category constructors @since 0.1.0 */
export const skipped = (source: SettingsSource, where: string, text: string): SourceAnswer => ({
  source,
  where,
  state: "skipped",
  durationMillis: 0,
  text,
  settings: []
})

/**
 * Asks a source and takes the time.
 *
 * @category combinators
 * @since 0.1.0
 */
export const timed = Effect.fnUntraced(function*<E, R>(
  source: SettingsSource,
  where: string,
  ask: Effect.Effect<Said & { readonly where?: string }, E, R>
) {
  const started = yield* Clock.currentTimeMillis
  const said = yield* ask
  const answer: SourceAnswer = { source, where, ...said, durationMillis: (yield* Clock.currentTimeMillis) - started }
  return answer
})

const services: Readonly<Record<PublishedServer["kind"], ServiceId>> = {
  smtp: "smtp-submission",
  imap: "imap",
  pop3: "pop3",
  sieve: "sieve"
}

/** The placeholders of Autoconfig; without a mailbox they stay. */
const filled = (user: string, mailbox: string | undefined): string => {
  if (mailbox === undefined) return user
  const at = mailbox.lastIndexOf("@")
  return user
    .replaceAll("%EMAILADDRESS%", mailbox)
    .replaceAll("%EMAILLOCALPART%", mailbox.slice(0, at))
    .replaceAll("%EMAILDOMAIN%", mailbox.slice(at + 1))
}

/**
 * A server that was published, as a setting for this mailbox. Placeholders stand in host names, too.
 *
 * @category combinators
 * @since 0.1.0
 */
export const settingOf = (server: PublishedServer, { mailbox }: Pick<Question, "mailbox">): Setting => ({
  service: services[server.kind],
  endpoint: { protocol: server.kind, host: server.host, port: server.port, security: server.security },
  ...(server.user === undefined ? {} : { user: filled(server.user, mailbox) }),
  auth: server.auth
})

const counted = (settings: ReadonlyArray<Setting>): string => {
  const [first, ...others] = [...new Set(settings.map(({ service }) => service))]
  return others.length === 0 ? `${first}` : `${[first, ...others.slice(0, -1)].join(", ")} and ${others.at(-1)}`
}

/**
 * What a published document says.
 *
 * @category combinators
 * @since 0.1.0
 */
export const published = (
  read: Published | NotPublished,
  question: Question,
  more: Partial<Said> = {}
): Said => {
  if ("unreadable" in read) return failed(`what is there cannot be read: ${read.unreadable}`, false, more)
  const settings = read.servers.map((server) => settingOf(server, question))
  const problems = read.problems.length === 0 ? {} : { problems: read.problems }
  if (settings.length === 0) return none("it names no server of mail that can be used", { ...problems, ...more })
  const by = read.provider === undefined ? "" : `, by ${read.provider}`
  return { state: "found", text: `names ${counted(settings)}${by}`, settings, ...problems, ...more }
}

/** What was found, for a sentence. @category formatting @since 0.1.0 */
export const names = (settings: ReadonlyArray<Setting>): string => `names ${counted(settings)}`
