/**
 * What a pack knows of a provider besides its rules: how it is recognised, where it is reached, how one signs in,
 * which limits it has and which way of sending fits.
 *
 * @since 0.1.0
 */
import { Port } from "@sonde/domain/Endpoint"
import { GrantKind } from "@sonde/domain/Options"
import { PhaseId, Protocol, Security, ServiceId } from "@sonde/domain/Service"
import * as Schema from "effect/Schema"
import {
  Code,
  DomainName,
  Duration,
  Enhanced,
  field,
  Id,
  IsoDate,
  OneOrMany,
  optional,
  perService,
  Text
} from "./Scalar.ts"

const Words = Schema.Array(Schema.NonEmptyString)
const Weight = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))
const sources = optional("Keys of sources", Words)

/**
 * Where a fact comes from. `asOf` is the date the source was read or dated; past `reviewBy` (by default that of the
 * pack) what rests on it is shown as stale.
 *
 * @category models
 * @since 0.1.0
 */
export const Source = Schema.Struct({
  url: field("Where it can be read again", Schema.NonEmptyString),
  title: field("What the page or document is called", Schema.NonEmptyString),
  asOf: field("The day the source was read, or dated itself: 2026-11-24", IsoDate),
  reviewBy: optional(
    "From this day on what rests on the source is shown as stale; by default reviewBy of the pack",
    IsoDate
  )
}).annotate({ identifier: "Source" })
/** @category models @since 0.1.0 */
export interface Source extends Schema.Schema.Type<typeof Source> {}

const weight = field("How sure a sign it is, 1 to 100; of one kind the heaviest counts", Weight)
const Suffix = Schema.Struct({ suffix: field("The name, or the end of it: mx.example.com", DomainName), weight })
const Literal = Schema.Struct({ text: field("Literal text, without regard to case and spaces", Text), weight })

/**
 * Signs by which a provider or a server software is recognised. Weights of independent signs add up.
 *
 * @category models
 * @since 0.1.0
 */
export const Recognise = Schema.Struct({
  domains: optional(
    "Domains of mailboxes",
    Schema.Array(Schema.Struct({
      name: field("Domain of a mailbox: example.com", DomainName),
      subdomains: optional("Names below the domain count, too", Schema.Boolean),
      audience: optional(
        "Who has such a mailbox, where the provider tells them apart; endpoints name it again",
        Schema.NonEmptyString
      ),
      weight
    }))
  ),
  mx: optional("Names of mail exchangers of the domains hosted here", Schema.Array(Suffix)),
  hosts: optional("Names of servers that people connect to", Schema.Array(Suffix)),
  banners: optional("Text of the greeting", Schema.Array(Literal)),
  capabilities: optional("Text of a line that the server answers to EHLO or CAPABILITY", Schema.Array(Literal)),
  replies: optional("Text that only replies of this provider or software have", Schema.Array(Literal))
}).annotate({ identifier: "Recognise" })
/** @category models @since 0.1.0 */
export interface Recognise extends Schema.Schema.Type<typeof Recognise> {}

/**
 * An endpoint that the provider offers. `default` marks the one that is tried when the user names none.
 *
 * @category models
 * @since 0.1.0
 */
export const PackEndpoint = Schema.Struct({
  service: field("The service it is for", ServiceId),
  protocol: field("The protocol spoken there", Protocol),
  host: field("Name of the server", Schema.NonEmptyString),
  port: field("Port, 1 to 65535", Port),
  security: field(
    "starttls: encrypted in place; tls: from the first octet; none: not at all; opportunistic: STARTTLS where it is offered",
    Security
  ),
  audience: optional("Who uses it, where the provider tells them apart", Schema.NonEmptyString),
  cloud: optional("The national or separate cloud it belongs to", Schema.NonEmptyString),
  default: optional("Tried when nobody names an endpoint", Schema.Boolean),
  note: optional("What a person should know before using it", Schema.NonEmptyString),
  sources
}).annotate({ identifier: "PackEndpoint" })
/** @category models @since 0.1.0 */
export interface PackEndpoint extends Schema.Schema.Type<typeof PackEndpoint> {}

/**
 * A port that people try and the provider does not serve.
 *
 * @category models
 * @since 0.1.0
 */
export const NotOffered = Schema.Struct({
  service: field("The service people try there", ServiceId),
  port: field("The port that is not served", Port),
  host: optional("Only at this host; without it at all of the provider", Schema.NonEmptyString),
  why: field("What to use instead, and why", Schema.NonEmptyString),
  sources
}).annotate({ identifier: "NotOffered" })

/**
 * How one signs in. `lateSendAs` says that the provider decides after DATA whether the sender address is allowed.
 *
 * @category models
 * @since 0.1.0
 */
export const SignIn = Schema.Struct({
  userName: field(
    "What the user name is: the whole address, the part before @, or either",
    Schema.Literals(["address", "local-part", "either"])
  ),
  userNameText: optional("The same in a sentence", Schema.NonEmptyString),
  mechanisms: optional("SASL mechanisms by service: [PLAIN, LOGIN, XOAUTH2]", perService(Words)),
  methods: optional(
    "Ways to sign in: a password, an app password, OAuth 2.0",
    Schema.Array(Schema.Struct({
      id: field("Short name of the method", Id),
      text: optional("What it is, in a sentence", Schema.NonEmptyString),
      how: optional("The steps, in order", OneOrMany(Schema.NonEmptyString)),
      who: optional("Who can set it up", Schema.NonEmptyString),
      blockedBy: optional("What stands in its way", OneOrMany(Schema.NonEmptyString)),
      sources
    }))
  ),
  timeline: optional(
    "Dates at which something changed or will change",
    Schema.Array(Schema.Struct({
      date: field("The day: 2026-12-31", IsoDate),
      text: field("What it is, in a sentence", Schema.NonEmptyString),
      sources
    }))
  ),
  oauth: optional(
    "Where and with what tokens are obtained",
    Schema.Struct({
      authority: optional("Authority the endpoints are under", Schema.NonEmptyString),
      tokenEndpoint: optional("URL of the token endpoint", Schema.NonEmptyString),
      authorizationEndpoint: optional("URL of the sign-in page for the authorization code flow", Schema.NonEmptyString),
      redirectUri: optional(
        "Loopback address to come back to, as the provider lets programs register it; any port is taken",
        Schema.NonEmptyString
      ),
      flows: optional(
        "Ways to a token for mail that the provider gives",
        Schema.Array(GrantKind)
      ),
      offline: optional(
        "What to ask for so that a refresh token comes along",
        Schema.Struct({
          scope: optional("One scope more", Schema.NonEmptyString),
          parameters: optional(
            "Parameters of the sign-in page",
            Schema.Record(Schema.NonEmptyString, Schema.NonEmptyString)
          )
        })
      ),
      deviceEndpoint: optional("URL for the device code flow", Schema.NonEmptyString),
      metadata: optional("URL of the metadata document", Schema.NonEmptyString),
      scopes: optional(
        "Scopes to ask for, by service; {host} stands for its host in the cloud of the mailbox",
        perService(OneOrMany(Schema.NonEmptyString))
      ),
      audiences: optional("Values of aud that the servers accept, the usual ones first", Words),
      serviceAudiences: optional(
        "The same for services that want others; {host} stands for their host in the cloud of the mailbox",
        perService(Words)
      ),
      application: optional(
        "Tokens of applications by themselves (client credentials)",
        Schema.Struct({
          scope: field("Scope to ask for", Schema.NonEmptyString),
          serviceScopes: optional(
            "The same for services that want another; {host} stands for their host in the cloud of the mailbox",
            perService(Schema.NonEmptyString)
          ),
          roles: optional("Permission that a token needs, by service", perService(OneOrMany(Schema.NonEmptyString))),
          grantedElsewhere: optional(
            "Services for which an application may have its right where its token does not show it",
            Schema.Array(ServiceId)
          )
        })
      ),
      delegates: optional("A mailbox may be opened with the token of another user, who was given it", Schema.Boolean),
      clouds: optional(
        "What is different in separate clouds, named as in endpoints",
        Schema.Array(Schema.Struct({
          cloud: field("Name of the cloud, as endpoints have it, or several", OneOrMany(Schema.NonEmptyString)),
          metadata: optional("URL of the metadata document", Schema.NonEmptyString),
          tokenEndpoint: optional("URL of the token endpoint", Schema.NonEmptyString),
          authorizationEndpoint: optional("URL of the sign-in page", Schema.NonEmptyString),
          deviceEndpoint: optional("URL for the device code flow", Schema.NonEmptyString),
          scopes: optional("Scopes to ask for, by service", perService(OneOrMany(Schema.NonEmptyString))),
          applicationScope: optional("Scope to ask for without a user", Schema.NonEmptyString),
          audiences: field("Values of aud that the servers accept", Words)
        }))
      ),
      note: optional("What a person should know", Schema.NonEmptyString),
      sources
    })
  ),
  refusedOnce: optional(
    "A password that one service has refused must not be tried at another: the account would be locked",
    Schema.Boolean
  ),
  lateSendAs: optional("The provider decides only after DATA whether the sender address is allowed", Schema.Boolean)
}).annotate({ identifier: "SignIn" })
/** @category models @since 0.1.0 */
export interface SignIn extends Schema.Schema.Type<typeof SignIn> {}

/**
 * What receivers of mail require of whoever sends much, as far as it can be judged from the DNS and the servers, and two that cannot:
 * `one-click-unsubscribe` and `spam-rate`.
 *
 * @category models
 * @since 0.1.0
 */
export const BulkRequirement = Schema.Literals([
  "spf",
  "dkim",
  "dmarc",
  "alignment",
  "reverse-dns",
  "one-click-unsubscribe",
  "spam-rate"
])
/** @category models @since 0.1.0 */
export type BulkRequirement = typeof BulkRequirement.Type

/**
 * What the DNS of a domain shows when it sends through the provider, and what the provider requires of those who send to it.
 *
 * @category models
 * @since 0.1.0
 */
export const Sending = Schema.Struct({
  spf: optional("Names that the SPF record of a domain includes to send through it", Schema.Array(DomainName)),
  dkim: optional("DKIM selectors that are the same for every domain", Words),
  bulk: optional(
    "What it requires of whoever sends much to its mailboxes",
    Schema.Struct({
      perDay: optional("Messages a day from which it counts as much, where that is published", Schema.Int),
      requires: field("What is required", Schema.Array(BulkRequirement)),
      source: field("Key of the source", Schema.NonEmptyString)
    })
  )
}).annotate({ identifier: "Sending" })
/** @category models @since 0.1.0 */
export interface Sending extends Schema.Schema.Type<typeof Sending> {}

/**
 * What the provider writes into the messages that it receives: by which names its Authentication-Results are known to be its own
 * (RFC 8601 section 2.2).
 *
 * @category models
 * @since 0.1.0
 */
export const Receiving = Schema.Struct({
  authserv: optional("Its authserv-ids, to the letter", Words),
  unnamed: optional("It writes Authentication-Results without an authserv-id", Schema.Boolean),
  sources
}).annotate({ identifier: "Receiving" })
/** @category models @since 0.1.0 */
export interface Receiving extends Schema.Schema.Type<typeof Receiving> {}

/**
 * A DNS block list of addresses (RFC 5782). `codes` are the addresses in its answers that mean a listing, `refusals` those that say that
 * the question was refused.
 *
 * @category models
 * @since 0.1.0
 */
export const Blocklist = Schema.Struct({
  zone: field("Zone that is asked", DomainName),
  name: field("Name as people know it", Schema.NonEmptyString),
  proposed: optional("Whether --dnsbl default asks it: only lists that anybody may ask now and then", Schema.Boolean),
  codes: field("What each code means", Schema.Record(Schema.String, Schema.NonEmptyString)),
  refusals: optional("Codes of a refused question", Schema.Record(Schema.String, Schema.NonEmptyString)),
  terms: field("Who may ask, and how often", Schema.NonEmptyString),
  lookup: optional("Page on which a listing is explained", Schema.NonEmptyString),
  removal: optional("How one comes off the list", Schema.NonEmptyString),
  sources
}).annotate({ identifier: "Blocklist" })
/** @category models @since 0.1.0 */
export interface Blocklist extends Schema.Schema.Type<typeof Blocklist> {}

/**
 * A limit of the provider. `checked` says that Sonde compares a message with it before sending; `replies` are texts
 * the server answers with when it is exceeded.
 *
 * @category models
 * @since 0.1.0
 */
export const Limit = Schema.Struct({
  id: field("Short name, for preflight rules", Id),
  value: field("The number", Schema.Finite),
  unit: field("What is counted: messages, recipients, octets, sessions", Schema.NonEmptyString),
  per: optional("For whom and how long: mailbox and day", Schema.NonEmptyString),
  text: optional("What else is to know", Schema.NonEmptyString),
  replies: optional("What the server answers when it is exceeded", Words),
  backOff: optional("How long to wait then: 60s, 15m, 24h", Duration),
  checked: optional("Sonde compares a message with it before sending", Schema.Boolean),
  sources
}).annotate({ identifier: "Limit" })
/** @category models @since 0.1.0 */
export interface Limit extends Schema.Schema.Type<typeof Limit> {}

/**
 * A row of the decision table: which way of sending fits a situation.
 *
 * @category models
 * @since 0.1.0
 */
export const Decision = Schema.Struct({
  situation: field("Who wants to send what", Schema.NonEmptyString),
  first: field("The way that fits best", Schema.NonEmptyString),
  second: optional("The next best", Schema.NonEmptyString),
  avoid: optional("What looks good and is not", Schema.NonEmptyString),
  why: optional("The reason", Schema.NonEmptyString),
  sources
}).annotate({ identifier: "Decision" })

/**
 * Advice about security.
 *
 * @category models
 * @since 0.1.0
 */
export const Advice = Schema.Struct({
  text: field("One sentence", Schema.NonEmptyString),
  sources
}).annotate({ identifier: "Advice" })

/**
 * What a reply of success looks like, and what it proves.
 *
 * @category models
 * @since 0.1.0
 */
export const Success = Schema.Struct({
  service: optional("Only in these services", OneOrMany(ServiceId)),
  phase: optional("Only in these phases", OneOrMany(PhaseId)),
  code: optional("Reply code", OneOrMany(Code)),
  enhanced: optional("Enhanced status code", OneOrMany(Enhanced)),
  text: optional("Literal text; of a list all", OneOrMany(Text)),
  meaning: field("What the reply proves", Schema.NonEmptyString)
}).annotate({ identifier: "Success" })
/** @category models @since 0.1.0 */
export interface Success extends Schema.Schema.Type<typeof Success> {}
