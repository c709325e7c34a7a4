/**
 * The typed client, made from the contract: the only way in which the page talks to its server.
 *
 * Sends no cookies. The bearer token (RFC 6750 section 2.1) lives in the storage of this tab and goes with it.
 */
import { Api } from "@sonde/http-api/Api"
import * as Effect from "effect/Effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { useSyncExternalStore } from "react"
import * as Problem from "./Problem.ts"

/** All endpoints of the interface as functions. */
export type Client = HttpApiClient.ForApi<typeof Api>

const key = "sonde.token"

/** The bearer token of this tab, or `undefined` where none was needed yet. */
export const token = (): string | undefined => sessionStorage.getItem(key) ?? undefined

const listeners = new Set<() => void>()

/** Keeps a bearer token until the tab is closed, and has what was refused without it asked again. */
export const setToken = (text: string): void => {
  sessionStorage.setItem(key, text)
  for (const listener of listeners) listener()
}

/** The bearer token, as a reason to ask again when it changes. */
export const useToken = (): string | undefined =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, token)

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
    throw Problem.tell(Problem.fromError(error))
  }
}
