/**
 * Who may come in: everybody on loopback, bearers of a token anywhere else (RFC 6750 section 2.1).
 *
 * On loopback a token is wanted as soon as there is one, when the operator says so, or when a name from outside leads to the server:
 * then a proxy stands before it, and everybody comes from loopback.
 */
import { Authorization, Client } from "@sonde/http-api/Authorization"
import { type JournalFailed, Unauthorized } from "@sonde/http-api/Problems"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type AccessTokenError, AccessTokens } from "./AccessTokens.ts"
import * as Failures from "./Failures.ts"
import { isLoopback, Settings } from "./Settings.ts"

/** The name of a client that needs no token. */
export const loopback = "loopback"

/** Tells clients by their token. For routes that are no part of `HttpApi`; the others have the layer. */
export class Gate extends Context.Service<Gate, {
  /** The client that a token names; an empty one is no token. A store that cannot be read lets nobody in. */
  admit(credential: Redacted.Redacted<string>): Effect.Effect<Client["Service"], Unauthorized | JournalFailed>
}>()("@sonde/http-server/Authorized/Gate") {
  static readonly layer = Layer.effect(Gate, Effect.suspend(() => makeGate))
}

const outside = (publicUrl: string | undefined): boolean => {
  if (publicUrl === undefined) return false
  return !URL.canParse(publicUrl) || !isLoopback(new URL(publicUrl).hostname)
}

const stored = <A>(effect: Effect.Effect<A, AccessTokenError>): Effect.Effect<A, JournalFailed> =>
  Effect.catch(effect, (error) => Effect.andThen(Effect.logError(error.message), Effect.fail(Failures.store)))

const makeGate = Effect.gen(function*() {
  const settings = yield* Settings
  const tokens = yield* AccessTokens
  const always = settings.requireToken || !isLoopback(settings.host) || outside(settings.publicUrl)
  return Gate.of({
    admit: Effect.fn("Gate.admit")(function*(credential) {
      if (Redacted.value(credential) === "") {
        if (!always && !(yield* stored(tokens.isAny))) return { name: loopback }
        return yield* new Unauthorized({
          detail: "give a token in the header: Authorization: Bearer TOKEN",
          error: { _tag: "Unauthorized" }
        })
      }
      const name = yield* stored(tokens.verify(credential))
      if (name !== undefined) return { name }
      return yield* new Unauthorized({
        detail: "this token is not known here, or was revoked",
        error: { _tag: "Unauthorized" }
      })
    })
  })
})

/** The challenge of RFC 6750 section 3. */
const challenge = HttpEffect.appendPreResponseHandler((_, response) =>
  Effect.succeed(HttpServerResponse.setHeader(response, "www-authenticate", "Bearer realm=\"sonde\""))
)

/** The middleware `Authorization` of the interface. */
export const layer: Layer.Layer<Authorization, never, Gate> = Layer.effect(
  Authorization,
  Effect.map(Gate, (gate) =>
    Authorization.of({
      bearer: (httpEffect, { credential }) =>
        gate.admit(credential).pipe(
          Effect.tapError((error) => error instanceof Unauthorized ? challenge : Effect.void),
          Effect.flatMap((client) => Effect.provideService(httpEffect, Client, client))
        )
    }))
)
