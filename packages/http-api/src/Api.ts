/**
 * The whole HTTP interface: one value from which the server, the typed client, the reference and the tests are made.
 *
 * @since 0.1.0
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as OpenApi from "effect/http-api/OpenApi"
import { KnowledgeApi } from "./KnowledgeApi.ts"
import { RunsApi } from "./RunsApi.ts"
import * as System from "./SystemApi.ts"

/**
 * The interface. A key that no option has is an error, and not ignored.
 *
 * @category apis
 * @since 0.1.0
 */
export class Api extends HttpApi.make("sonde")
  .add(RunsApi, KnowledgeApi, System.SystemApi, System.PublicApi)
  .middleware(HttpApiMiddleware.ProblemDetails)
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error", errors: "all" })
  .annotate(OpenApi.Title, "Sonde")
  .annotate(OpenApi.Version, "0.1.0")
  .annotate(
    OpenApi.Description,
    "Sends a probe through every phase of a mail connection and tells which phase stops, why, and what to change."
  )
{}
