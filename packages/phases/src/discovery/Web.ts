/**
 * The sources that are read by HTTP: PACC, Autoconfig, the ISPDB and Autodiscover.
 *
 * @since 0.1.0
 */
import type { SettingsSource, SourceAnswer } from "@sonde/domain/Discovery"
import * as Fetch from "@sonde/net/Fetch"
import type { Http } from "@sonde/net/Http"
import { Resolver } from "@sonde/net/Resolver"
import * as Autoconfig from "@sonde/wire/discovery/Autoconfig"
import * as Autodiscover from "@sonde/wire/discovery/Autodiscover"
import * as Pacc from "@sonde/wire/discovery/Pacc"
import * as Effect from "effect/Effect"
import * as Source from "./Source.ts"

type Needs = Http | Resolver

const encoder = new TextEncoder()

const sentence = (because: Fetch.FetchFailed["because"]): string => {
  switch (because._tag) {
    case "LookupFailed":
      return {
        NoSuchName: "there is no such host",
        NoRecords: "the host has no address",
        ServerFailure: "the name server failed",
        Refused: "the name server refused to answer",
        Timeout: "the name server did not answer in time",
        Unreachable: "nobody answers at the address of the name server",
        Untrusted: "the name server could not prove who it is",
        BadName: "the host name cannot be one",
        Malformed: "the name server's answer is malformed"
      }[because.reason]
    case "DialFailed":
      return {
        Refused: "the host refused the connection",
        Timeout: "the host did not answer in time",
        Unreachable: "there is no way to the host",
        Reset: "the host reset the connection",
        AddressDenied: "its addresses may not be contacted",
        ProxyUnreachable: "the proxy cannot be reached",
        ProxyAuth: "the proxy wants a sign-in, or refuses this one",
        ProxyDenied: "the rules of the proxy do not allow it",
        ProxyBroken: "what answers at the place of the proxy is no such proxy"
      }[because.reason]
    case "HttpTlsFailed":
      return `its certificate or TLS cannot be trusted: ${because.conditions.join(", ")}`
    case "HttpFailed":
      return {
        Closed: "the connection ended before the answer was whole",
        Reset: "the connection was reset before the answer was whole",
        Timeout: "the answer did not come in time",
        Malformed: "what came is no HTTP",
        TooLong: "what came is too long for such a document"
      }[because.reason]
    case "BadUrl":
      return "it is no address that can be asked"
    case "BadRedirect":
      return "it redirects to what may not be asked: only https, and http where the whole way is in clear"
    case "TooManyRedirects":
      return `it redirects more than ${Fetch.maxRedirects} times`
  }
}

/** A host that does not exist publishes nothing; whatever else goes wrong leaves it open. */
const unread = ({ at, because, redirects }: Fetch.FetchFailed): Source.Said => {
  const more = redirects.length === 0 ? {} : { redirects }
  const text = `${redirects.length === 0 ? "" : `at ${at}: `}${sentence(because)}`
  if (because._tag === "LookupFailed" && (because.reason === "NoSuchName" || because.reason === "NoRecords")) {
    return Source.none(text, more)
  }
  const temporary = because._tag === "LookupFailed"
    ? because.reason === "ServerFailure" || because.reason === "Timeout" || because.reason === "Unreachable"
    : because._tag === "DialFailed"
    ? because.reason === "Timeout"
    : because._tag === "HttpFailed" && because.reason !== "Malformed" && because.reason !== "TooLong"
  return Source.failed(text, temporary, more)
}

const wayTold = ({ redirects, trusted }: Fetch.Fetched): Partial<Source.Said> => ({
  ...(redirects.length === 0 ? {} : { redirects }),
  ...(trusted ? {} : { trusted: false })
})

/** What a status other than 200 means for a document. */
const unserved = (fetched: Fetch.Fetched): Source.Said => {
  const { status } = fetched
  const more = wayTold(fetched)
  if (status === 404 || status === 410 || status === 204) return Source.none(`there is none (HTTP ${status})`, more)
  if (status === 401 || status === 403) return Source.none(`it is not shown to strangers (HTTP ${status})`, more)
  return Source.failed(`the host answered with HTTP ${status}`, status === 429 || status >= 500, more)
}

const ask = <R>(
  question: Source.Question,
  wanted: Omit<Fetch.Wanted, "timeoutMillis">,
  read: (fetched: Fetch.Fetched) => Effect.Effect<Source.Said, never, R>
): Effect.Effect<Source.Said, never, R | Needs> =>
  Fetch.read(question.way, { ...wanted, timeoutMillis: question.timeoutMillis }).pipe(
    Effect.matchEffect({
      onFailure: (error) => Effect.succeed(unread(error)),
      onSuccess: (fetched): Effect.Effect<Source.Said, never, R> =>
        fetched.status === 200 ? read(fetched) : Effect.succeed(unserved(fetched))
    })
  )

const autoconfigAt = (
  source: SettingsSource,
  url: string,
  question: Source.Question
): Effect.Effect<SourceAnswer, never, Needs> =>
  Source.timed(
    source,
    url,
    ask(
      question,
      { url, accept: "text/xml, application/xml" },
      (fetched) => Effect.succeed(Source.published(Autoconfig.decode(fetched.body), question, wayTold(fetched)))
    )
  )

/** draft-ietf-mailmaint-autoconfig: the domain is told whose settings are wanted, others are not. */
const addressed = ({ mailbox }: Source.Question): string =>
  mailbox === undefined ? "" : `?emailaddress=${encodeURIComponent(mailbox)}`

/**
 * Autoconfig at the domain, over TLS.
 *
 * @category sources
 * @since 0.1.0
 */
export const autoconfig = (question: Source.Question) =>
  autoconfigAt(
    "autoconfig",
    `https://autoconfig.${question.domain}/mail/config-v1.1.xml${addressed(question)}`,
    question
  )

/**
 * Autoconfig below the well-known path of the domain (RFC 8615 section 3).
 *
 * @category sources
 * @since 0.1.0
 */
export const autoconfigWellKnown = (question: Source.Question) =>
  autoconfigAt(
    "autoconfig-well-known",
    `https://${question.domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
    question
  )

/**
 * Autoconfig at the domain in clear: anybody on the way can change what it says, so it tells nobody whose settings are wanted.
 *
 * @category sources
 * @since 0.1.0
 */
export const autoconfigClear = (question: Source.Question) =>
  autoconfigAt("autoconfig-clear", `http://autoconfig.${question.domain}/mail/config-v1.1.xml`, question)

/** The host of the public ISPDB. */
const ispdbHost = "autoconfig.thunderbird.net"

/**
 * The public ISPDB about a domain. It learns the domain, not the mailbox.
 *
 * @category sources
 * @since 0.1.0
 */
export const ispdb = (question: Source.Question, source: "ispdb" | "ispdb-mx", domain: string) =>
  autoconfigAt(source, `https://${ispdbHost}/v1.1/${domain}`, question)

/**
 * PACC: the document counts only where a record of the domain has the digest of it.
 *
 * @category sources
 * @since 0.1.0
 */
export const pacc = (question: Source.Question) => {
  const url = `https://ua-auto-config.${question.domain}/.well-known/user-agent-configuration.json`
  const vouched = Effect.fnUntraced(function*(fetched: Fetch.Fetched) {
    const resolver = yield* Resolver
    const answer = yield* Effect.result(
      resolver.query(`_ua-auto-config.${question.domain}`, "TXT", {
        server: question.way.server,
        timeoutMillis: question.timeoutMillis
      })
    )
    if (answer._tag === "Failure" && answer.failure.reason !== "NoSuchName" && answer.failure.reason !== "NoRecords") {
      return Source.failed("the record that vouches for the document could not be asked for", true, wayTold(fetched))
    }
    const digests = answer._tag === "Failure" ? [] : Pacc.digests(answer.success.records)
    const octets = yield* Effect.promise(() => crypto.subtle.digest("SHA-256", encoder.encode(fetched.body)))
    const digest = btoa(String.fromCharCode(...new Uint8Array(octets)))
    if (!digests.includes(digest)) {
      const why = digests.length === 0
        ? `no TXT record at _ua-auto-config.${question.domain} vouches for the document`
        : "the document is not the one that the TXT record vouches for"
      return Source.failed(why, false, wayTold(fetched))
    }
    return Source.published(Pacc.decode(fetched.body), question, wayTold(fetched))
  })
  return Source.timed("pacc", url, ask(question, { url, accept: "application/json" }, vouched))
}

/** How often Autodiscover may send on to another mailbox or URL. */
const maxElsewhere = 2

/** Posts the question of the plain XML to a URL, and to those that its answers send on to. */
const post = (
  question: Source.Question,
  mailbox: string,
  url: string,
  left = maxElsewhere
): Effect.Effect<Source.Said, never, Needs> =>
  ask(
    question,
    { url, accept: "text/xml", body: { contentType: "text/xml; charset=utf-8", text: Autodiscover.request(mailbox) } },
    (fetched): Effect.Effect<Source.Said, never, Needs> => {
      const read = Autodiscover.decode(fetched.body)
      if ("redirectUrl" in read) {
        return left === 0 || !read.redirectUrl.startsWith("https://")
          ? Effect.succeed(Source.failed(`it sends on to ${read.redirectUrl}, which is not followed`, false))
          : post(question, mailbox, read.redirectUrl, left - 1)
      }
      if ("redirectAddress" in read) {
        return left === 0
          ? Effect.succeed(Source.failed(`it sends on to ${read.redirectAddress}, which is not followed`, false))
          : post(question, read.redirectAddress, url, left - 1)
      }
      return Effect.succeed(Source.published(read, question, wayTold(fetched)))
    }
  )

/**
 * Autodiscover's plain XML: at `autodiscover.` of the domain, or where a redirect in clear from there leads, as with domains
 * that only have an alias to Exchange Online. Needs a mailbox.
 *
 * @category sources
 * @since 0.1.0
 */
export const autodiscover = (question: Source.Question, mailbox: string) => {
  const path = `autodiscover.${question.domain}/autodiscover/autodiscover.xml`
  const byRedirect = Effect.fnUntraced(function*(first: Source.Said) {
    // MS-OXDSCLI section 3.1.5.4: asked in clear the host tells only where to go on by TLS.
    const clear = yield* Effect.result(
      Fetch.read(question.way, { url: `http://${path}`, accept: "text/xml", timeoutMillis: question.timeoutMillis })
    )
    const redirects = clear._tag === "Success" ? clear.success.redirects : clear.failure.redirects
    const target = clear._tag === "Success" ? clear.success.url : clear.failure.at
    if (redirects.length === 0 || !target.startsWith("https://")) return first
    const said = yield* post(question, mailbox, target)
    return { ...said, redirects: [...redirects, ...said.redirects ?? []], trusted: false, where: target }
  })
  return Source.timed(
    "autodiscover",
    `https://${path}`,
    Effect.flatMap(
      post(question, mailbox, `https://${path}`),
      (said): Effect.Effect<Source.Said & { readonly where?: string }, never, Needs> =>
        said.state === "found" ? Effect.succeed(said) : byRedirect(said)
    )
  )
}

/**
 * Autodiscover version 2. Its answer is only where the plain XML is served, so it names no settings of mail by itself. Needs a
 * mailbox.
 *
 * @category sources
 * @since 0.1.0
 */
export const autodiscoverJson = (question: Source.Question, mailbox: string) => {
  const url = `https://autodiscover.${question.domain}/autodiscover/autodiscover.json/v1.0/${
    encodeURIComponent(mailbox)
  }?Protocol=AutodiscoverV1`
  return Source.timed(
    "autodiscover-json",
    url,
    ask(question, { url, accept: "application/json" }, (fetched): Effect.Effect<Source.Said, never, Needs> => {
      const read = Autodiscover.decodeJson(fetched.body)
      if ("unreadable" in read) {
        return Effect.succeed(
          Source.failed(`what is there cannot be read: ${read.unreadable}`, false, wayTold(fetched))
        )
      }
      if ("code" in read) return Effect.succeed(Source.none(`it answered ${read.code} ${read.message}`.trimEnd()))
      return read.url.startsWith("https://")
        ? Effect.map(post(question, mailbox, read.url), (said) =>
          said.state === "found"
            ? said
            : { ...said, text: `it points to ${read.url}, and there: ${said.text}` })
        : Effect.succeed(Source.failed(`it points to ${read.url}, which is not followed`, false))
    })
  )
}
