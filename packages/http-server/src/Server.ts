/**
 * The whole server as one layer: routes, security, runs, knowledge, operations, tools for assistants, reference, page.
 *
 * Needs the engine (`Sonde`), stores for tokens and shared copies, a reader of secret sources, settings, the page and the services of
 * a platform. What listens is the business of whoever launches it.
 */
import { Api } from "@sonde/http-api/Api"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import * as Access from "./Access.ts"
import { AccessTokens } from "./AccessTokens.ts"
import * as Authorized from "./Authorized.ts"
import { Desk } from "./Desk.ts"
import * as Docs from "./Docs.ts"
import { Intake } from "./Intake.ts"
import * as KnowledgeHandlers from "./KnowledgeHandlers.ts"
import * as Malformed from "./Malformed.ts"
import * as Mcp from "./Mcp.ts"
import { Metrics } from "./Metrics.ts"
import * as Page from "./Page.ts"
import * as Perimeter from "./Perimeter.ts"
import { Rates } from "./Rates.ts"
import { Readers } from "./Readers.ts"
import * as RunsHandlers from "./RunsHandlers.ts"
import { SecretSources } from "./SecretSources.ts"
import { Shares } from "./Shares.ts"
import * as SystemHandlers from "./SystemHandlers.ts"

const operations = Layer.effect(
  SystemHandlers.Operations,
  Effect.gen(function*() {
    const intake = yield* Intake
    const desk = yield* Desk
    const shares = yield* Shares
    return SystemHandlers.Operations.of({
      check: intake.check,
      once: desk.once,
      state: desk.load,
      shared: shares.page
    })
  })
)

/** Checks of assistants go the way of all others: what is taken, how often, how many at once. */
const assistants = Layer.effect(
  Mcp.Runs,
  Effect.gen(function*() {
    const intake = yield* Intake
    const desk = yield* Desk
    return Mcp.Runs.of({
      run: (body, client) => Effect.flatMap(intake.check(body), (check) => desk.run(check, client))
    })
  })
)

/** What the handlers share. */
const services = Layer.mergeAll(operations, assistants, Readers.layer).pipe(
  Layer.provideMerge(Desk.layer),
  Layer.provideMerge(Layer.mergeAll(Intake.layer, Rates.layer, Metrics.layer, Shares.layer, Authorized.Gate.layer)),
  Layer.provide(Layer.mergeAll(SecretSources.layer, AccessTokens.layer))
)

const api = HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide([RunsHandlers.layer, KnowledgeHandlers.layer, SystemHandlers.system, SystemHandlers.open]),
  Layer.provide([Malformed.layer, Layer.provide(Access.noting, Authorized.layer)])
)

// The log stands outside the perimeter, so that what is turned away is counted too: what is registered first is outermost.
const guarded = Perimeter.layer.pipe(Layer.provide(Access.layer))

/** The routes over their services; `Desk` is told too, so that whoever launches the server can stop it first. */
export const layer = Layer.mergeAll(api, Mcp.layerHttp, Docs.layer, Page.layer).pipe(
  Layer.provide(guarded),
  Layer.provideMerge(services)
)
