/**
 * Failures of sign-in and of tokens.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Reply } from "../Reply.ts"
import { Claim } from "../TokenFacts.ts"
import { common } from "./common.ts"

/**
 * No sign-in was tried, because no mechanism may be used. `offered` lists what the server named, upper case.
 *
 * @category errors
 * @since 0.1.0
 */
export class AuthUnavailable extends Schema.TaggedError<AuthUnavailable>()("AuthUnavailable", {
  ...common,
  reason: Schema.Literals(["NotOffered", "NoCommonMechanism", "OnlyInClear"]),
  offered: Schema.Array(Schema.String)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The decoded error of a SASL exchange: the JSON of XOAUTH2 and OAUTHBEARER (RFC 7628 section 3.2.2), or its text. `scope` is
 * one that the server takes, `openid-configuration` the address where the issuer of its tokens publishes itself.
 *
 * @category models
 * @since 0.1.0
 */
export const SaslPayload = Schema.Struct({
  status: Schema.optionalKey(Schema.String),
  schemes: Schema.optionalKey(Schema.String),
  scope: Schema.optionalKey(Schema.String),
  "openid-configuration": Schema.optionalKey(Schema.String),
  text: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "SaslPayload" })
/** @category models @since 0.1.0 */
export interface SaslPayload extends Schema.Schema.Type<typeof SaslPayload> {}

/**
 * The server refused the sign-in. It is the verdict: the same secret is not tried again in this run.
 *
 * @category errors
 * @since 0.1.0
 */
export class AuthRejected extends Schema.TaggedError<AuthRejected>()("AuthRejected", {
  ...common,
  reply: Reply,
  mechanism: Schema.String,
  payload: Schema.optionalKey(SaslPayload)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The token endpoint refused (`error` is the OAuth error code of RFC 6749 section 5.2, `description` what it added), or a
 * claim of the token is wrong for what it is to be used for (`error` is then one of RFC 6750 section 3.1). `claims` are all
 * wrong claims where there are several, worst first; `claim` is the first of them.
 *
 * @category errors
 * @since 0.1.0
 */
export class TokenRejected extends Schema.TaggedError<TokenRejected>()("TokenRejected", {
  ...common,
  error: Schema.String,
  providerCode: Schema.optionalKey(Schema.String),
  correlationId: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  claim: Schema.optionalKey(Claim),
  claims: Schema.optionalKey(Schema.Array(Claim))
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}
