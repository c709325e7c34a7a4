/**
 * A rule of a pack: when it applies and what it then says.
 *
 * Conditions are a closed vocabulary. There are no expressions: all keys of `when` must hold, a list within a key
 * means one of them (for `text`: all of them).
 *
 * @since 0.1.0
 */
import { Cause } from "@sonde/domain/Cause"
import { PhaseId, PhaseState, Security, ServiceId } from "@sonde/domain/Service"
import { Actor, Confidence, Remedy } from "@sonde/domain/Verdict"
import * as Schema from "effect/Schema"
import * as Pattern from "../Pattern.ts"
import { Code, DomainName, Duration, Enhanced, HostPattern, Id, OneOrMany, perService, Text } from "./Scalar.ts"

/**
 * The tags of the typed errors a rule may name.
 *
 * @category models
 * @since 0.1.0
 */
export const ErrorName = Schema.Literals([
  "ResolveError",
  "ConnectError",
  "GreetingError",
  "ProtocolError",
  "StartTlsError",
  "TlsError",
  "AuthUnavailable",
  "AuthRejected",
  "TokenRejected",
  "SendAsDenied",
  "SenderRejected",
  "RecipientRejected",
  "MessageRejected",
  "MailboxUnavailable",
  "Throttled",
  "TemporaryFailure",
  "ConnectionLost",
  "PhaseTimeout",
  "DeliveryInDoubt",
  "ApiError"
])

/**
 * Evidence from another service of the same run: its phase is in one of these states.
 *
 * @category models
 * @since 0.1.0
 */
export const ServiceEvidence = Schema.Struct({
  phase: PhaseId,
  state: OneOrMany(PhaseState)
})

/**
 * The conditions of a rule.
 *
 * @category models
 * @since 0.1.0
 */
export const When = Schema.Struct({
  service: Schema.optionalKey(OneOrMany(ServiceId)),
  phase: Schema.optionalKey(OneOrMany(PhaseId)),
  error: Schema.optionalKey(OneOrMany(ErrorName)),
  reason: Schema.optionalKey(OneOrMany(Schema.NonEmptyString)),
  status: Schema.optionalKey(OneOrMany(Schema.Literals(["NO", "BAD", "BYE", "-ERR"]))),
  code: Schema.optionalKey(OneOrMany(Code)),
  enhanced: Schema.optionalKey(OneOrMany(Enhanced)),
  text: Schema.optionalKey(OneOrMany(Text)),
  anyText: Schema.optionalKey(OneOrMany(Text)),
  notText: Schema.optionalKey(OneOrMany(Text)),
  pattern: Schema.optionalKey(Pattern.Source),
  mechanism: Schema.optionalKey(OneOrMany(Schema.NonEmptyString)),
  port: Schema.optionalKey(OneOrMany(Schema.Int)),
  security: Schema.optionalKey(OneOrMany(Security)),
  host: Schema.optionalKey(OneOrMany(HostPattern)),
  provider: Schema.optionalKey(OneOrMany(Id)),
  payload: Schema.optionalKey(Schema.Record(Schema.String, OneOrMany(Schema.String))),
  audience: Schema.optionalKey(OneOrMany(Schema.NonEmptyString)),
  mailboxDomain: Schema.optionalKey(OneOrMany(DomainName)),
  services: Schema.optionalKey(perService(ServiceEvidence))
}).annotate({ identifier: "When", description: "All conditions must hold" })
/** @category models @since 0.1.0 */
export interface When extends Schema.Schema.Type<typeof When> {}

/**
 * Which typed error a reply with this rule is; phases ask for it before they fail.
 *
 * @category models
 * @since 0.1.0
 */
export const As = Schema.Struct({
  error: Schema.Literals([
    "SendAsDenied",
    "Throttled",
    "TemporaryFailure",
    "RecipientRejected",
    "SenderRejected",
    "MessageRejected",
    "AuthRejected"
  ]),
  scope: Schema.optionalKey(Schema.Literals(["connection", "mailbox", "tenant", "address"])),
  retryAfter: Schema.optionalKey(Duration)
}).annotate({ identifier: "As" })
/** @category models @since 0.1.0 */
export interface As extends Schema.Schema.Type<typeof As> {}

/**
 * A fact worth showing, with keys of `sources`.
 *
 * @category models
 * @since 0.1.0
 */
export const Fact = Schema.Struct({
  text: Schema.NonEmptyString,
  sources: Schema.NonEmptyArray(Schema.NonEmptyString)
}).annotate({ identifier: "Fact" })

const says = {
  cause: Cause,
  confidence: Confidence,
  actor: Actor,
  title: Schema.NonEmptyString,
  explanation: Schema.NonEmptyString,
  ruledOut: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  notJudged: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  remedies: Schema.Array(Remedy),
  wontHelp: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  sources: Schema.Array(Schema.NonEmptyString),
  facts: Schema.optionalKey(Schema.Array(Fact))
}

/**
 * A rule: conditions, the cause they mean, and what to do. `examples` are texts (or, for what has no text,
 * descriptions by `seen`) that this rule and no other rule of the pack takes.
 *
 * @category models
 * @since 0.1.0
 */
export const Rule = Schema.Struct({
  id: Id,
  when: When,
  as: Schema.optionalKey(As),
  ...says,
  examples: Schema.optionalKey(Schema.Array(Schema.NonEmptyString))
}).annotate({ identifier: "Rule" })
/** @category models @since 0.1.0 */
export interface Rule extends Schema.Schema.Type<typeof Rule> {}

/**
 * The conditions of a preflight rule: what can be judged before connecting.
 *
 * @category models
 * @since 0.1.0
 */
export const PreflightWhen = Schema.Struct({
  service: Schema.optionalKey(OneOrMany(ServiceId)),
  host: Schema.optionalKey(OneOrMany(HostPattern)),
  port: Schema.optionalKey(OneOrMany(Schema.Int)),
  security: Schema.optionalKey(OneOrMany(Security)),
  mechanism: Schema.optionalKey(OneOrMany(Schema.NonEmptyString)),
  user: Schema.optionalKey(
    OneOrMany(Schema.Literals(["no-domain", "not-ascii", "outer-space", "differs-from-mailbox"]))
  ),
  sender: Schema.optionalKey(Schema.Literal("differs-from-user")),
  secret: Schema.optionalKey(
    OneOrMany(Schema.Literals(["outer-space", "inner-space", "not-ascii", "looks-like-guid", "looks-like-token"]))
  ),
  credential: Schema.optionalKey(OneOrMany(Schema.Literals(["password", "token", "none"]))),
  message: Schema.optionalKey(Schema.Struct({ largerThan: Id })),
  recipients: Schema.optionalKey(Schema.Struct({ moreThan: Id })),
  mailboxDomain: Schema.optionalKey(OneOrMany(DomainName)),
  clear: Schema.optionalKey(Schema.Boolean),
  delivering: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "PreflightWhen", description: "All conditions must hold" })
/** @category models @since 0.1.0 */
export interface PreflightWhen extends Schema.Schema.Type<typeof PreflightWhen> {}

/**
 * A preflight rule. With `stop` the service does not connect; without, the verdict is shown and the run goes on.
 *
 * @category models
 * @since 0.1.0
 */
export const PreflightRule = Schema.Struct({
  id: Id,
  when: PreflightWhen,
  stop: Schema.optionalKey(Schema.Boolean),
  ...says
}).annotate({ identifier: "PreflightRule" })
/** @category models @since 0.1.0 */
export interface PreflightRule extends Schema.Schema.Type<typeof PreflightRule> {}
