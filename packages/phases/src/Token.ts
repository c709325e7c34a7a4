/**
 * Obtains an access token: `specs/token.md`.
 *
 * RFC 6749 section 5, RFC 8628 section 3. One request for each grant but the device code, which asks again in the rhythm that
 * the issuer names.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import { TokenRejected } from "@sonde/domain/Errors"
import { TokenFacts } from "@sonde/domain/TokenFacts"
import type { Http, HttpResponse } from "@sonde/net/Http"
import type { Outgoing } from "@sonde/net/Outgoing"
import type { Resolver } from "@sonde/net/Resolver"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Budget } from "./Conversation.ts"
import * as Grant from "./Grant.ts"
import * as HttpAsk from "./HttpAsk.ts"
import type * as Phase from "./Phase.ts"

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
  readonly deviceEndpoint: string | undefined
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

      const run = Effect.fnUntraced(function*(input: TokenInput): Effect.fn.Return<Obtained, TokenFailure> {
        const { grant, tokenEndpoint, way } = input
        for (const secret of Grant.secretsOf(grant)) way.recorder.protect(secret)
        const limits = yield* Budget
        // A person at another device is given the time that the issuer gives, not that of the run.
        if (grant.kind === "device-code") {
          return yield* Effect.provideService(byDevice(input), Budget, { ...limits, deadline: undefined })
        }
        const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
        // Whoever planned the run has tried the certificate.
        const proof = yield* Effect.orDie(Grant.proofFields(grant.proof, grant.clientId, tokenEndpoint, now))
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
