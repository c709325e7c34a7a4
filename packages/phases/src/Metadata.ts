/**
 * Reads what an issuer publishes of itself: `specs/metadata.md`.
 *
 * RFC 8414 section 3, and the same document where OpenID Connect puts it.
 *
 * @since 0.1.0
 */
import { format } from "@sonde/domain/Endpoint"
import { ProtocolError } from "@sonde/domain/Errors"
import { MetadataFacts } from "@sonde/domain/TokenFacts"
import type { Http } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpAsk from "./HttpAsk.ts"
import * as Phase from "./Phase.ts"

/**
 * The URL of the document, `https`, and how to go there.
 *
 * @category models
 * @since 0.1.0
 */
export interface MetadataInput {
  readonly way: HttpAsk.Way
  readonly place: { readonly endpoint: MetadataPlace; readonly path: string }
}

type MetadataPlace = NonNullable<ReturnType<typeof HttpAsk.placeOf>>["endpoint"]

/** Issuers change their endpoints seldom; an hour is far below what their caching headers allow. */
const freshMillis = 3_600_000

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "metadata",
  version: 1,
  resume: { rule: "restore", freshMillis },
  facts: MetadataFacts
})

/**
 * Reads the document of an issuer.
 *
 * @category services
 * @since 0.1.0
 */
export class Metadata extends Context.Service<
  Metadata,
  Phase.Phase<"metadata", MetadataInput, MetadataFacts, MetadataFacts, HttpAsk.HttpFailure>
>()("@sonde/phases/Metadata") {
  static readonly layer = Layer.effect(
    Metadata,
    Effect.gen(function*() {
      const context = yield* Effect.context<Http | Resolver>()
      const run = Effect.fnUntraced(function*({ place, way }: MetadataInput) {
        const { endpoint } = place
        const response = yield* Effect.provideContext(HttpAsk.send(way, "metadata", place), context)
        const members = response.status === 200 ? HttpAsk.membersOf(response.body) : undefined
        if (members === undefined) {
          return yield* HttpAsk.unexpected(way, endpoint, "metadata", response, "document of an issuer")
        }
        const issuer = HttpAsk.textOf(members, "issuer")
        const tokenEndpoint = HttpAsk.textOf(members, "token_endpoint")
        const authorizationEndpoint = HttpAsk.textOf(members, "authorization_endpoint")
        const deviceEndpoint = HttpAsk.textOf(members, "device_authorization_endpoint")
        // A token endpoint without TLS would get the secret in clear.
        const isGood = [tokenEndpoint, authorizationEndpoint, deviceEndpoint].every((url) =>
          url === undefined || HttpAsk.placeOf(url) !== undefined
        )
        if (issuer === undefined || tokenEndpoint === undefined || !isGood) {
          return yield* new ProtocolError({
            ...HttpAsk.at(way, endpoint, "metadata"),
            reason: "MalformedReply",
            message: `${
              format(endpoint)
            } published a document without issuer or token endpoint, or with one without TLS`
          })
        }
        const grants = members.grant_types_supported
        const facts: MetadataFacts = {
          issuer,
          tokenEndpoint,
          ...(authorizationEndpoint === undefined ? {} : { authorizationEndpoint }),
          ...(deviceEndpoint === undefined ? {} : { deviceEndpoint }),
          ...(Array.isArray(grants) ? { grantTypes: grants.filter((one) => typeof one === "string") } : {})
        }
        return facts
      })
      return Metadata.of({ definition, run })
    })
  )
}
