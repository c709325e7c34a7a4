/**
 * The typed client, made from the contract. It is the largest part of the page and is loaded when something is asked for.
 *
 * Sends no cookies.
 */
import { Api } from "@sonde/http-api/Api"
import * as Effect from "effect/Effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { token } from "./Bearer.ts"
import type { Problem } from "./Problem.ts"
import * as Refusal from "./Refusal.ts"

export { secretOf } from "./Secrets.ts"

/** All endpoints of the interface as functions. */
export type Client = HttpApiClient.ForApi<typeof Api>

const client = Effect.runSync(
  HttpApiClient.make(Api, {
    baseUrl: location.origin,
    transformClient: HttpClient.mapRequest((request) => {
      const bearer = token()
      return bearer === undefined ? request : HttpClientRequest.bearerToken(request, bearer)
    })
  }).pipe(
    Effect.provide(FetchHttpClient.layer),
    Effect.provideService(FetchHttpClient.RequestInit, { credentials: "omit", cache: "no-store" })
  )
)

/** Asks the server. Rejects with a `Problem`, whatever went wrong. */
export const ask = async <A>(use: (client: Client) => Effect.Effect<A, unknown>, signal?: AbortSignal): Promise<A> => {
  try {
    return await Effect.runPromise(use(client), signal === undefined ? {} : { signal })
  } catch (error) {
    const problem: Problem = Refusal.fromError(error)
    throw problem
  }
}
