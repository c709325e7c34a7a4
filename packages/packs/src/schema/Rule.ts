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
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Pattern from "../Pattern.ts"
import {
  Code,
  DomainName,
  Duration,
  Enhanced,
  field,
  HostPattern,
  Id,
  OneOrMany,
  optional,
  perService,
  Text
} from "./Scalar.ts"

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
 * The claims of an access token that can be wrong, or be the reason of a refusal.
 *
 * @category models
 * @since 0.1.0
 */
export const ClaimName = Schema.Literals(["aud", "cloud", "iss", "tid", "upn", "scp", "roles", "exp", "nbf", "token"])
const TokenKind = Schema.Literals(["app", "user", "opaque"])

/**
 * Evidence from another service of the same run: its phase is in one of these states.
 *
 * @category models
 * @since 0.1.0
 */
export const ServiceEvidence = Schema.Struct({
  phase: field("The phase of that service", PhaseId),
  state: field("What became of it; of a list any", OneOrMany(PhaseState))
})

/** A pattern as it stands in a pack. Decoding fails with the reason why `Pattern.compile` refuses it. */
const PatternSource = Schema.String.check(
  Schema.isMaxLength(Pattern.maxPatternLength),
  Schema.makeFilter((source: string) => {
    const compiled = Pattern.compile(source)
    return Result.isSuccess(compiled) ? undefined : `Expected a bounded pattern: ${compiled.failure.problem}`
  })
)

/**
 * The conditions of a rule.
 *
 * @category models
 * @since 0.1.0
 */
export const When = Schema.Struct({
  service: optional("Service in which it was seen; of a list any", OneOrMany(ServiceId)),
  phase: optional("Phase in which it was seen; of a list any", OneOrMany(PhaseId)),
  error: optional("Typed error the phase ended with; of a list any", OneOrMany(ErrorName)),
  reason: optional(
    "Reason within that error, such as HostnameMismatch; of a list any",
    OneOrMany(Schema.NonEmptyString)
  ),
  status: optional("Status of IMAP and POP3; of a list any", OneOrMany(Schema.Literals(["NO", "BAD", "BYE", "-ERR"]))),
  code: optional(
    "Reply code (535), class (5yz), response code (AUTHENTICATIONFAILED) or code of the provider (AADSTS50076); of a list any",
    OneOrMany(Code)
  ),
  enhanced: optional(
    "Enhanced status code, exact (5.7.139) or with a star (5.7.*); of a list any",
    OneOrMany(Enhanced)
  ),
  text: optional(
    "Literal text of the reply, without regard to case and how much white space, with the space at its edges; of a list all. The best condition there is",
    OneOrMany(Text)
  ),
  anyText: optional("Literal text; of a list any", OneOrMany(Text)),
  notText: optional("Literal text that must not be there; of a list none", OneOrMany(Text)),
  pattern: optional(
    "Regular expression of bounded cost, where literal text cannot say it: no repeated groups, no look-around",
    PatternSource
  ),
  mechanism: optional("SASL mechanism that was used; of a list any", OneOrMany(Schema.NonEmptyString)),
  claim: optional(
    "Claim of an access token that is wrong for its use (with AuthRejected: that does not fit the sign-in that was refused): aud, cloud (aud of another cloud), iss, tid, upn, scp, roles, exp, nbf, or token where it cannot be read; of a list any",
    OneOrMany(ClaimName)
  ),
  token: optional(
    "Whom the access token stands for: app (a program of its own), user (a person), or opaque where only the provider can read it; of a list any",
    OneOrMany(TokenKind)
  ),
  port: optional("Port of the connection; of a list any", OneOrMany(Schema.Int)),
  security: optional("Encryption of the connection; of a list any", OneOrMany(Security)),
  host: optional("Name of the server, or .example.com for all names below; of a list any", OneOrMany(HostPattern)),
  provider: optional("Provider of the mailbox, for software and generic packs only; of a list any", OneOrMany(Id)),
  payload: optional(
    "Keys of the decoded SASL error and their values",
    Schema.Record(Schema.String, OneOrMany(Schema.String))
  ),
  audience: optional(
    "Audience of the mailbox, as recognise.domains says; of a list any",
    OneOrMany(Schema.NonEmptyString)
  ),
  mailboxDomain: optional("Domain of the mailbox; of a list any", OneOrMany(DomainName)),
  services: optional("What another service of the same run found", perService(ServiceEvidence))
}).annotate({ identifier: "When", description: "All conditions must hold" })
/** @category models @since 0.1.0 */
export interface When extends Schema.Schema.Type<typeof When> {}

/**
 * Which typed error a reply with this rule is; phases ask for it before they fail. A reply of 400 to 499 stays temporary or
 * a throttle, so a rule may hold for 452 and 552 alike.
 *
 * @category models
 * @since 0.1.0
 */
export const As = Schema.Struct({
  error: field(
    "The typed error; a reply of 400 to 499 stays temporary or a throttle",
    Schema.Literals([
      "SendAsDenied",
      "Throttled",
      "TemporaryFailure",
      "RecipientRejected",
      "SenderRejected",
      "MessageRejected",
      "AuthRejected"
    ])
  ),
  scope: optional("What a throttle holds for", Schema.Literals(["connection", "mailbox", "tenant", "address"])),
  retryAfter: optional("When to try again: 60s, 15m, 24h", Duration)
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
  text: field("The fact, one sentence", Schema.NonEmptyString),
  sources: field("Keys of sources; at least one", Schema.NonEmptyArray(Schema.NonEmptyString))
}).annotate({ identifier: "Fact" })

const says = {
  cause: field("What it means, from the list of \"sonde packs causes\"", Cause),
  confidence: field(
    "certain: the wording admits one cause; likely: others are rare; possible: several are as probable",
    Confidence
  ),
  actor: field("Who must act", Actor),
  title: field("The verdict in one line, without a period", Schema.NonEmptyString),
  explanation: field("Why that is so, in plain sentences", Schema.NonEmptyString),
  ruledOut: optional(
    "What this proves to be in order: dns, network, tls, port, mechanism, secret",
    Schema.Array(Schema.NonEmptyString)
  ),
  notJudged: optional("What was not looked at because of it: secret, recipient", Schema.Array(Schema.NonEmptyString)),
  remedies: field("What to do, in order: look, change, verify, alternative", Schema.Array(Remedy)),
  wontHelp: optional("What people try in vain", Schema.Array(Schema.NonEmptyString)),
  sources: field("Keys of sources; at least one", Schema.Array(Schema.NonEmptyString)),
  facts: optional("Facts worth showing with it", Schema.Array(Fact))
}

/**
 * A rule: conditions, the cause they mean, and what to do. `examples` are texts (or, for what has no text,
 * descriptions by `seen`) that this rule and no other rule of the pack takes.
 *
 * @category models
 * @since 0.1.0
 */
export const Rule = Schema.Struct({
  id: field("Name of the rule, unique in its list", Id),
  when: field("When it applies: all conditions must hold, a list means one of them", When),
  as: optional("Which typed error such a reply is; phases ask before they fail", As),
  beats: optional(
    "Causes that this rule comes before, whichever pack names them: for what other services of the run have disproved",
    Schema.Array(Cause)
  ),
  ...says,
  examples: optional(
    "Real replies, word for word, that this rule takes and no other; \"sonde packs test\" tries them",
    Schema.Array(Schema.NonEmptyString)
  )
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
  service: optional("Service to be checked; of a list any", OneOrMany(ServiceId)),
  host: optional("Name of the server, or .example.com for all names below; of a list any", OneOrMany(HostPattern)),
  port: optional("Port to connect to; of a list any", OneOrMany(Schema.Int)),
  security: optional("Encryption to be used; of a list any", OneOrMany(Security)),
  mechanism: optional("SASL mechanism to be used; of a list any", OneOrMany(Schema.NonEmptyString)),
  user: optional(
    "Form of the user name; of a list any",
    OneOrMany(Schema.Literals(["no-domain", "not-ascii", "outer-space", "differs-from-mailbox"]))
  ),
  sender: optional("The sender is another address than the user", Schema.Literal("differs-from-user")),
  secret: optional(
    "Form of the password or token, never itself; of a list any",
    OneOrMany(
      Schema.Literals([
        "outer-space",
        "inner-space",
        "groups-of-four",
        "not-ascii",
        "invisible",
        "look-alike",
        "looks-like-guid",
        "looks-like-token"
      ])
    )
  ),
  credential: optional(
    "What there is to sign in with; of a list any",
    OneOrMany(Schema.Literals(["password", "token", "none"]))
  ),
  message: optional(
    "The message is larger than a limit",
    Schema.Struct({ largerThan: field("Id of an entry of limits", Id) })
  ),
  recipients: optional(
    "There are more recipients than a limit",
    Schema.Struct({ moreThan: field("Id of an entry of limits", Id) })
  ),
  mailboxDomain: optional("Domain of the mailbox; of a list any", OneOrMany(DomainName)),
  clear: optional("The connection is to be without encryption", Schema.Boolean),
  delivering: optional("A message is really to be sent", Schema.Boolean)
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
  id: field("Name of the rule, unique in its list", Id),
  when: field("When it applies: all conditions must hold", PreflightWhen),
  stop: optional("Do not connect: it cannot work", Schema.Boolean),
  ...says
}).annotate({ identifier: "PreflightRule" })
/** @category models @since 0.1.0 */
export interface PreflightRule extends Schema.Schema.Type<typeof PreflightRule> {}
