/**
 * Operations: what this server is, how it does, and shared copies of reports.
 *
 * @since 0.1.0
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import { Authorization } from "./Authorization.ts"
import { InvalidOption, JournalFailed, NotFound, Stopping, TargetDenied, TooManyRuns } from "./Problems.ts"

/**
 * What a client has to know of a server. `ehlo` is the name it introduces itself with; `sources` are the secret sources that
 * requests may name; times are in milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export const ServerFacts = Schema.Struct({
  version: Schema.String,
  client: Schema.String,
  ehlo: Schema.optionalKey(Schema.String),
  allowPrivate: Schema.Boolean,
  ports: Schema.Array(Schema.Int),
  sources: Schema.Array(Schema.String),
  shareDays: Schema.Int,
  signInEveryMillis: Schema.Int
}).annotate({ identifier: "ServerFacts" })
/** @category models @since 0.1.0 */
export interface ServerFacts extends Schema.Schema.Type<typeof ServerFacts> {}

/**
 * Whether the server lives, and whether it takes runs: `running` and `queued` are numbers of runs.
 *
 * @category models
 * @since 0.1.0
 */
export const Health = Schema.Struct({
  status: Schema.Literals(["ok", "stopping", "unable"]),
  running: Schema.optionalKey(Schema.Int),
  queued: Schema.optionalKey(Schema.Int),
  problem: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Health" })
/** @category models @since 0.1.0 */
export interface Health extends Schema.Schema.Type<typeof Health> {}

/**
 * The server takes no runs: it stops, or cannot keep them.
 *
 * @category errors
 * @since 0.1.0
 */
export const Unable = Health.pipe(HttpApiSchema.status(503)).annotate({ identifier: "Unable" })

/** The text format of Prometheus, version 0.0.4. */
const Exposition = Schema.String.pipe(
  HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4; charset=utf-8" })
)

/**
 * The group of what is open to everybody who reaches the server.
 *
 * @category groups
 * @since 0.1.0
 */
export class PublicApi extends HttpApiGroup.make("public")
  .add(
    HttpApiEndpoint.get("live", "/healthz", { success: Health }),
    HttpApiEndpoint.get("ready", "/readyz", { success: Health, error: Unable }),
    HttpApiEndpoint.get("shared", "/share/:id", {
      params: { id: Schema.String },
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/html; charset=utf-8" })),
      error: [NotFound, JournalFailed]
    })
  )
{}

/**
 * The group of operations.
 *
 * @category groups
 * @since 0.1.0
 */
export class SystemApi extends HttpApiGroup.make("system")
  .add(
    HttpApiEndpoint.get("server", "/v1/server", { success: ServerFacts }),
    HttpApiEndpoint.get("metrics", "/metrics", { success: Exposition }),
    HttpApiEndpoint.get("probe", "/probe", {
      query: {
        target: Schema.NonEmptyString,
        service: Schema.optionalKey(Schema.String),
        provider: Schema.optionalKey(Schema.String),
        user: Schema.optionalKey(Schema.String),
        until: Schema.optionalKey(Schema.String),
        /** Where the server finds the password or the token; never the secret itself. */
        secret: Schema.optionalKey(Schema.String),
        token: Schema.optionalKey(Schema.String)
      },
      success: Exposition,
      error: [InvalidOption, TargetDenied, TooManyRuns, Stopping]
    })
  )
  .middleware(Authorization)
{}
