/**
 * Obtains an access token: `specs/token.md`.
 *
 * RFC 6749 section 5, RFC 8628 section 3, RFC 7636 section 4. One request for each grant but the device code, which asks again in
 * the rhythm that the issuer names.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import { PhaseTimeout, ProtocolError, TokenRejected } from "@sonde/domain/Errors"
import { TokenFacts } from "@sonde/domain/TokenFacts"
import type { Http, HttpResponse } from "@sonde/net/Http"
import type { Outgoing } from "@sonde/net/Outgoing"
import type { Resolver } from "@sonde/net/Resolver"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Browser from "./Browser.ts"
import { Budget } from "./Conversation.ts"
import * as Grant from "./Grant.ts"
import * as HttpAsk from "./HttpAsk.ts"
import type * as Phase from "./Phase.ts"
import * as ServiceAccount from "./ServiceAccount.ts"
import * as TokenCache from "./TokenCache.ts"

/**
 * The grant, and the URLs of the issuer, `https` both.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokenInput {
  readonly way: HttpAsk.Way
  readonly grant: Grant.Grant
  readonly tokenEndpoint: string
  readonly authorizationEndpoint?: string | undefined
  readonly deviceEndpoint: string | undefined
  /** Whose mailbox it is for: tokens are kept apart by it. */
  readonly user?: string | undefined
}

/**
 * A token, with the refresh token that came along.
 *
 * @category models
 * @since 0.1.0
 */
export interface Obtained {
  readonly token: Redacted.Redacted<string>
  readonly refreshToken: Redacted.Redacted<string> | undefined
  readonly facts: TokenFacts
}

/** @category errors @since 0.1.0 */
export type TokenFailure = TokenRejected | HttpAsk.HttpFailure

/** @category models @since 0.1.0 */
export const definition: Phase.Definition<"token", Obtained, TokenFacts> = {
  id: "token",
  version: 1,
  resume: { rule: "reacquire" },
  facts: TokenFacts,
  factsOf: ({ facts }) => facts
}

/**
 * What somebody has to do on another device: open `uri`, type `code`, until `expiresAtMillis` (since the epoch).
 *
 * @category models
 * @since 0.1.0
 */
export interface Prompt {
  readonly uri: string
  readonly code: string
  readonly expiresAtMillis: number
}

/**
 * Tells a person what to do on another device. By default nobody is told, and so nobody can do it.
 *
 * @category references
 * @since 0.1.0
 */
export const Prompter = Context.Reference<(prompt: Prompt) => Effect.Effect<void>>("@sonde/phases/Prompter", {
  defaultValue: () => () => Effect.void
})

/** RFC 8628 section 3.2: without an interval, five seconds; RFC 8628 section 3.5: slow_down adds five. */
const defaultIntervalSeconds = 5

const number = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined

/** Microsoft's own number of an error, as people look it up. */
const providerCodeOf = (members: Readonly<Record<string, unknown>>, description: string | undefined) => {
  const named = /AADSTS\d+/.exec(description ?? "")?.[0]
  const [code]: ReadonlyArray<unknown> = Array.isArray(members.error_codes) ? members.error_codes : []
  return named ?? (typeof code === "number" ? `AADSTS${code}` : undefined)
}

/** What a refresh token is known by again, without being kept itself. */
const fingerprint = (token: Redacted.Redacted<string>): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => crypto.subtle.digest("SHA-256", new TextEncoder().encode(Redacted.value(token)))),
    (digest) => Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, "0")).join("")
  )

/** Tells of a refresh token that came in place of the one that was given (RFC 6749 section 6). */
const succeeded = (
  obtained: Obtained,
  given: Redacted.Redacted<string> | undefined,
  successor: NonNullable<TokenFacts["successor"]>
): Obtained => {
  const { facts, refreshToken } = obtained
  const isOther = given !== undefined && refreshToken !== undefined &&
    Redacted.value(refreshToken) !== Redacted.value(given)
  return isOther ? { ...obtained, facts: { ...facts, successor } } : obtained
}

/**
 * Obtains a token.
 *
 * @category services
 * @since 0.1.0
 */
export class Token extends Context.Service<
  Token,
  Phase.Phase<"token", TokenInput, Obtained, TokenFacts, TokenFailure>
>()("@sonde/phases/Token") {
  static readonly layer = Layer.effect(
    Token,
    Effect.gen(function*() {
      const context = yield* Effect.context<Http | Resolver>()

      const post = Effect.fnUntraced(function*(way: HttpAsk.Way, url: string, body: Outgoing) {
        // Whoever planned the run looked at the URLs, and `Metadata` at those it read.
        const place = HttpAsk.placeOf(url) ?? (yield* Effect.die(new Error("an endpoint without TLS")))
        const response = yield* Effect.provideContext(HttpAsk.send(way, "token", place, body), context)
        return { response, endpoint: place.endpoint, members: HttpAsk.membersOf(response.body) }
      })

      const refused = (
        way: HttpAsk.Way,
        endpoint: Endpoint,
        response: HttpResponse,
        members: Readonly<Record<string, unknown>> | undefined
      ) => {
        const error = members === undefined ? undefined : HttpAsk.textOf(members, "error")
        if (members === undefined || error === undefined) {
          return HttpAsk.unexpected(way, endpoint, "token", response, "token")
        }
        return rejected(way, endpoint, members, error)
      }

      const rejected = (
        way: HttpAsk.Way,
        endpoint: Endpoint,
        members: Readonly<Record<string, unknown>>,
        error: string
      ) => {
        const said = HttpAsk.textOf(members, "error_description")
        const description = said === undefined ? undefined : way.recorder.scrub(said.replaceAll(/\r?\n/g, " "))
        const providerCode = providerCodeOf(members, said)
        const correlationId = HttpAsk.textOf(members, "correlation_id")
        return new TokenRejected({
          ...HttpAsk.at(way, endpoint, "token"),
          error: way.recorder.scrub(error),
          ...(description === undefined ? {} : { description }),
          ...(providerCode === undefined ? {} : { providerCode }),
          ...(correlationId === undefined ? {} : { correlationId }),
          message: `${format(endpoint)} refused a token: ${way.recorder.scrub(error)}${
            description === undefined ? "" : ` (${description.slice(0, 300)})`
          }`
        })
      }

      const obtained = (
        source: Grant.Grant["kind"],
        members: Readonly<Record<string, unknown>>
      ): Obtained | undefined => {
        const token = HttpAsk.textOf(members, "access_token")
        // RFC 6750 section 2.1: what else came would change the sign-in it is put into.
        if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) return undefined
        const refreshToken = HttpAsk.textOf(members, "refresh_token")
        const lifetimeSeconds = number(members.expires_in)
        const scope = HttpAsk.textOf(members, "scope")
        return {
          token: Redacted.make(token, { label: "token" }),
          refreshToken: refreshToken === undefined
            ? undefined
            : Redacted.make(refreshToken, { label: "refresh token" }),
          facts: {
            source,
            ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
            ...(scope === undefined ? {} : { scope }),
            refreshable: refreshToken !== undefined
          }
        }
      }

      const ask = Effect.fnUntraced(function*(input: TokenInput, body: Outgoing) {
        const { endpoint, members, response } = yield* post(input.way, input.tokenEndpoint, body)
        const token = response.status === 200 && members !== undefined ? obtained(input.grant.kind, members) : undefined
        return token ?? (yield* refused(input.way, endpoint, response, members))
      })

      /** The fields that prove a client; an assertion is as good as a secret while it counts. */
      const proofOf = Effect.fnUntraced(
        function*({ grant, tokenEndpoint, way }: TokenInput, proof: Grant.ClientProof | undefined) {
          const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
          // Whoever planned the run has tried the certificate.
          const fields = yield* Effect.orDie(Grant.proofFields(proof, grant.clientId, tokenEndpoint, now))
          if ("client_assertion" in fields) way.recorder.protect(fields.client_assertion)
          return fields
        }
      )

      /** RFC 8628 section 3.5: asks until somebody has confirmed, refused, or time is over. */
      const poll = Effect.fnUntraced(function*(
        input: TokenInput,
        device: {
          readonly code: Redacted.Redacted<string>
          readonly interval: number
          readonly expiresAtMillis: number
        }
      ) {
        const body = Grant.form({
          grant_type: "urn:ietf:params:oauth:grant-type:device_code",
          client_id: input.grant.clientId,
          device_code: device.code
        })
        let { interval } = device
        for (;;) {
          yield* Effect.sleep(interval * 1000)
          const result = yield* Effect.result(ask(input, body))
          if (result._tag === "Success") return result.success
          const error = result.failure
          const waits = error._tag === "TokenRejected" &&
            (error.error === "authorization_pending" || error.error === "slow_down")
          if (!waits || (yield* Clock.currentTimeMillis) >= device.expiresAtMillis) return yield* error
          if (error.error === "slow_down") interval += 5
        }
      })

      const byDevice = Effect.fnUntraced(function*(input: TokenInput) {
        const { grant, way } = input
        // Whoever planned the run saw to it that there is one.
        const url = input.deviceEndpoint ?? (yield* Effect.die(new Error("no device endpoint")))
        const body = Grant.form({ client_id: grant.clientId, scope: grant.scope })
        const { endpoint, members, response } = yield* post(way, url, body)
        const code = members === undefined ? undefined : HttpAsk.textOf(members, "device_code")
        const userCode = members === undefined ? undefined : HttpAsk.textOf(members, "user_code")
        // Google writes verification_url.
        const uri = members === undefined
          ? undefined
          : HttpAsk.textOf(members, "verification_uri") ?? HttpAsk.textOf(members, "verification_url")
        if (members === undefined || code === undefined || userCode === undefined || uri === undefined) {
          return yield* refused(way, endpoint, response, members)
        }
        const expiresAtMillis = (yield* Clock.currentTimeMillis) + (number(members.expires_in) ?? 900) * 1000
        yield* (yield* Prompter)({ uri, code: userCode, expiresAtMillis })
        const interval = Math.max(1, number(members.interval) ?? defaultIntervalSeconds)
        return yield* poll(input, { code: Redacted.make(code), interval, expiresAtMillis })
      })

      /** RFC 6749 section 4.1: sends somebody to the sign-in page, takes the code that comes back, and asks for the token. */
      const byBrowser = Effect.fnUntraced(function*(
        input: TokenInput,
        grant: Extract<Grant.Grant, { readonly kind: "authorization-code" }>
      ) {
        const { way } = input
        const browser = yield* Browser.Visitor
        const redirect = Browser.redirectOf(grant.redirectUri)
        const url = URL.parse(input.authorizationEndpoint ?? "")
        // Whoever planned the run saw to it that there is each of them.
        const place = HttpAsk.placeOf(input.authorizationEndpoint ?? "")
        if (redirect === undefined || url === null || place === undefined) {
          return yield* Effect.die(new Error("no authorization endpoint, or no way back"))
        }
        const { endpoint } = place
        if (browser === undefined) {
          return yield* new TokenRejected({
            ...HttpAsk.at(way, endpoint, "token"),
            error: "interaction_required",
            message: "the authorization code flow needs a browser on this machine, and there is none to come back from"
          })
        }
        const { challenge, state, verifier } = yield* Browser.tie
        for (const secret of [state, verifier]) way.recorder.protect(secret)
        const redirectUri = redirect.at(browser.port)
        const asked = {
          response_type: "code",
          client_id: grant.clientId,
          redirect_uri: redirectUri,
          scope: grant.scope,
          state: Redacted.value(state),
          code_challenge: challenge,
          code_challenge_method: "S256",
          login_hint: grant.user,
          ...grant.parameters
        }
        // RFC 6749 section 3.1: the endpoint may have a query of its own, which stays.
        for (const [name, value] of Object.entries(asked)) if (value !== "") url.searchParams.set(name, value)
        const { service } = way
        way.recorder.record({ service, dir: ">", tls: true, text: `GET ${url.href} (in the browser)` })
        const expiresAtMillis = (yield* Clock.currentTimeMillis) + Browser.visitMillis
        yield* browser.visit({ uri: url.href, expiresAtMillis })
        const back = yield* Effect.mapError(
          browser.back({ path: redirect.path, state, timeoutMillis: Browser.visitMillis }),
          ({ strangers }) =>
            new PhaseTimeout({
              ...HttpAsk.at(way, endpoint, "token"),
              afterMillis: Browser.visitMillis,
              awaited: "the browser's way back",
              message: `no browser came back to ${redirectUri} within ${Browser.visitMillis / 1000} s${
                strangers === 0 ? "" : `; ${strangers} came without the state of this sign-in`
              }`
            })
        )
        const { code, ...said } = back
        if (code !== undefined) way.recorder.protect(code)
        const members = Object.fromEntries(Object.entries(said).map(([name, value]) => [name, Redacted.value(value)]))
        const shown = new URLSearchParams({ ...members, ...(code === undefined ? {} : { code: Redacted.value(code) }) })
        way.recorder.record({ service, dir: "<", tls: false, text: `GET ${redirect.path}?${shown} (from the browser)` })
        const error = HttpAsk.textOf(members, "error")
        if (error !== undefined) return yield* rejected(way, endpoint, members, error)
        if (code === undefined) {
          return yield* new ProtocolError({
            ...HttpAsk.at(way, endpoint, "token"),
            reason: "UnexpectedReply",
            message: `${format(endpoint)} sent the browser back with neither code nor error`
          })
        }
        const proof = yield* proofOf(input, grant.proof)
        return yield* ask(
          input,
          Grant.form({
            grant_type: "authorization_code",
            client_id: grant.clientId,
            redirect_uri: redirectUri,
            ...proof,
            code,
            code_verifier: verifier
          })
        )
      })

      const byRefresh = (
        input: TokenInput,
        proof: Grant.ClientProof | undefined,
        refreshToken: Redacted.Redacted<string>
      ) =>
        Effect.flatMap(proofOf(input, proof), (fields) =>
          ask(
            input,
            Grant.form({
              grant_type: "refresh_token",
              client_id: input.grant.clientId,
              scope: input.grant.scope === "" ? undefined : input.grant.scope,
              ...fields,
              refresh_token: refreshToken
            })
          ))

      /** A token that was kept and is still good, or that could be refreshed. */
      const fromCache = Effect.fnUntraced(
        function*(input: TokenInput, cache: TokenCache.Cache, label: TokenCache.Label) {
          const { grant, way } = input
          const kept = yield* cache.get(label)
          if (kept === undefined) return undefined
          for (const secret of [kept.token, kept.refreshToken]) if (secret !== undefined) way.recorder.protect(secret)
          const now = yield* Clock.currentTimeMillis
          const { expiresAtMillis, refreshToken, token } = kept
          if (expiresAtMillis !== undefined && expiresAtMillis - TokenCache.marginMillis > now) {
            const facts: TokenFacts = {
              source: grant.kind,
              cached: "kept",
              lifetimeSeconds: Math.floor((expiresAtMillis - now) / 1000),
              refreshable: refreshToken !== undefined
            }
            const obtained: Obtained = { token, refreshToken, facts }
            return obtained
          }
          if (refreshToken === undefined) return undefined
          const proof = "proof" in grant ? grant.proof : undefined
          const result = yield* Effect.result(byRefresh(input, proof, refreshToken))
          if (result._tag === "Success") {
            const { facts, ...rest } = result.success
            // RFC 6749 section 6: without a new refresh token the old one stays good.
            const next: Obtained = {
              ...rest,
              refreshToken: rest.refreshToken ?? refreshToken,
              facts: { ...facts, cached: "refreshed" }
            }
            return next
          }
          // RFC 6749 section 5.2: the refresh token is no good any more, and whoever gave it is asked again.
          const { failure } = result
          if (failure._tag !== "TokenRejected" || failure.error !== "invalid_grant") return yield* failure
          yield* cache.drop(label)
          return undefined
        }
      )

      const run = Effect.fnUntraced(function*(input: TokenInput): Effect.fn.Return<Obtained, TokenFailure> {
        const { grant, tokenEndpoint, way } = input
        for (const secret of Grant.secretsOf(grant)) way.recorder.protect(secret)
        const cache = yield* TokenCache.TokenCache
        const given = grant.kind === "refresh-token" ? grant.refreshToken : undefined
        if (cache === undefined) return succeeded(yield* anew(input), given, "lost")
        const label: TokenCache.Label = {
          issuer: tokenEndpoint,
          kind: grant.kind,
          clientId: grant.clientId,
          scope: grant.scope,
          user: input.user ?? "",
          // A refresh token that was not given before is to be tried, whatever became of another.
          ...(given === undefined ? {} : { given: yield* fingerprint(given) })
        }
        const found = yield* fromCache(input, cache, label)
        if (found?.facts.cached === "kept") return found
        const obtained = succeeded(found ?? (yield* anew(input)), given, "kept")
        const { lifetimeSeconds } = obtained.facts
        yield* cache.put(label, {
          token: obtained.token,
          refreshToken: obtained.refreshToken,
          expiresAtMillis: lifetimeSeconds === undefined
            ? undefined
            : (yield* Clock.currentTimeMillis) + lifetimeSeconds * 1000
        })
        return obtained
      })

      const anew = Effect.fnUntraced(function*(input: TokenInput): Effect.fn.Return<Obtained, TokenFailure> {
        const { grant, tokenEndpoint, way } = input
        const limits = yield* Budget
        // A person is given the time that a sign-in takes, not that of the run.
        if (grant.kind === "device-code" || grant.kind === "authorization-code") {
          return yield* Effect.provideService(
            grant.kind === "device-code" ? byDevice(input) : byBrowser(input, grant),
            Budget,
            { ...limits, deadline: undefined }
          )
        }
        if (grant.kind === "service-account") {
          const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
          const asked = { subject: grant.user, scope: grant.scope, audience: tokenEndpoint }
          // Whoever planned the run has tried the key file.
          const assertion = yield* Effect.orDie(ServiceAccount.assertion(grant.keyFile, asked, now))
          way.recorder.protect(assertion)
          const body = Grant.form({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion })
          return yield* ask(input, body)
        }
        const proof = yield* proofOf(input, grant.proof)
        const common = { client_id: grant.clientId, scope: grant.scope === "" ? undefined : grant.scope, ...proof }
        const obtained = yield* ask(
          input,
          grant.kind === "client-credentials"
            ? Grant.form({ grant_type: "client_credentials", ...common })
            : Grant.form({ grant_type: "refresh_token", ...common, refresh_token: grant.refreshToken })
        )
        way.recorder.protect(obtained.token)
        return obtained
      })
      return Token.of({ definition, run })
    })
  )
}
