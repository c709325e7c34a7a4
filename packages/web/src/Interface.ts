/**
 * The client of the server: each endpoint that the page asks as a function, with the types of the contract.
 *
 * It trusts its own server: what comes as JSON is taken as the type that the contract says, and no schema is loaded for it. Methods
 * and paths are compared with the contract by the compiler. Sends no cookies.
 */
import type { Api } from "@sonde/http-api/Api"
import type * as HttpApi from "effect/http-api/HttpApi"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import type * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import type * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import type * as Schema from "effect/Schema"
import { token } from "./Bearer.ts"
import * as EventStream from "./EventStream.ts"
import { defect, offline, type Problem } from "./Problem.ts"
import * as Refusal from "./Refusal.ts"
import { shown } from "./Secrets.ts"

export { secretOf } from "./Secrets.ts"

type Groups = typeof Api extends HttpApi.HttpApi<infer _Id, infer Groups> ? Groups : never
type Endpoint<G, E> = HttpApiEndpoint.WithIdentifier<
  HttpApiGroup.EndpointsWithIdentifier<Groups, G & string>,
  E & string
>

/** Method and path of each endpoint. */
const routes = {
  runs: {
    start: "POST /v1/runs/",
    list: "GET /v1/runs/",
    show: "GET /v1/runs/:run",
    events: "GET /v1/runs/:run/events",
    resume: "POST /v1/runs/:run/resume",
    forget: "DELETE /v1/runs/:run",
    share: "POST /v1/runs/:run/share",
    shares: "GET /v1/runs/:run/share",
    preview: "GET /v1/runs/:run/share/preview",
    unshare: "DELETE /v1/runs/:run/share/:share"
  },
  knowledge: {
    explain: "POST /v1/explain",
    discover: "POST /v1/discover",
    packs: "GET /v1/packs",
    pack: "GET /v1/packs/:id"
  },
  system: { server: "GET /v1/server" }
} as const satisfies {
  readonly [G in Groups as HttpApiGroup.Identifier<G>]?: {
    readonly [E in HttpApiGroup.Endpoints<G> as HttpApiEndpoint.Identifier<E>]?: `${E["method"]} ${E["path"]}`
  }
}

type Part<Name extends string, S extends Schema.Constraint> = [S["Type"]] extends [never] ? unknown
  : { readonly [N in Name]: S["Type"] }

type Asked<E> =
  & Part<"params", HttpApiEndpoint.Params<E>>
  & Part<"query", HttpApiEndpoint.Query<E>>
  & Part<"headers", HttpApiEndpoint.Headers<E>>
  & Part<"payload", HttpApiEndpoint.Payload<E>>

type Answer<S> = S extends HttpApiSchema.StreamSse<infer Events, infer _Error, infer _Value>
  ? AsyncIterable<Events["Type"]>
  : S extends Schema.Constraint ? S["Type"]
  : never

type Ask<E> = unknown extends Asked<E> ? () => Promise<Answer<HttpApiEndpoint.Success<E>>>
  : (asked: Asked<E>) => Promise<Answer<HttpApiEndpoint.Success<E>>>

/** The endpoints as functions. Each rejects with a `Problem`. */
export type Client = {
  readonly [G in keyof typeof routes]: {
    readonly [E in keyof typeof routes[G]]: Ask<Endpoint<G, E>>
  }
}

interface Parts {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: unknown
}

const address = (path: string, { params, query = {} }: Parts): string => {
  const filled = path.replace(/\/$/, "").replaceAll(
    /:(\w+)/g,
    (_, name: string) => encodeURIComponent(params?.[name] ?? "")
  )
  const words = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) => value === undefined ? [] : [[key, `${value}`]])
  )
  return words.size === 0 ? filled : `${filled}?${words}`
}

const send = async (route: string, parts: Parts, signal: AbortSignal | undefined): Promise<unknown> => {
  const [method = "", path = ""] = route.split(" ")
  const bearer = token()
  const response = await fetch(address(path, parts), {
    method,
    credentials: "omit",
    cache: "no-store",
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...("payload" in parts ? { "content-type": "application/json" } : {}),
      ...parts.headers
    },
    ...("payload" in parts ? { body: shown(parts.payload) } : {}),
    ...(signal === undefined ? {} : { signal })
  }).catch(() => {
    throw offline
  })
  const kind = response.headers.get("content-type") ?? ""
  if (!response.ok) {
    const body: unknown = /\bjson\b/.test(kind) ? await response.json().catch(() => undefined) : undefined
    throw Refusal.fromAnswer(response.status, response.headers, body)
  }
  if (kind.startsWith("text/event-stream") && response.body !== null) return EventStream.read(response.body)
  if (!/\bjson\b/.test(kind)) return response.text()
  return response.json()
}

const client = (signal: AbortSignal | undefined): Client =>
  Object.fromEntries(
    Object.entries(routes).map(([group, endpoints]) => [
      group,
      Object.fromEntries(
        Object.entries(endpoints).map(([name, route]) => [name, (parts: Parts = {}) => send(route, parts, signal)])
      )
    ])
  ) as unknown as Client

/** Whether what was thrown is a problem already. */
const isProblem = (thrown: unknown): thrown is Problem =>
  typeof thrown === "object" && thrown !== null && "kind" in thrown && "again" in thrown

/** Asks the server. Rejects with a `Problem`, whatever went wrong. */
export const ask = async <A>(use: (client: Client) => Promise<A>, signal?: AbortSignal): Promise<A> => {
  try {
    return await use(client(signal))
  } catch (error) {
    throw isProblem(error) ? error : defect(Refusal.saidBy(error))
  }
}
