/**
 * The world file: tenants, mailboxes and the switches that decide what the simulated service answers.
 *
 * YAML or JSON, decoded strictly: a key nobody knows is an error that names the key and its place. Secrets in a world are
 * made up and are published by the simulator on purpose; a real password has no business here. The behaviour of a mailbox
 * is never written down in a world: it follows from the switches (`Behaviour.ts`).
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createPublicKey } from "node:crypto"
import { Application, ApplicationAccessPolicy, Guid } from "./Registration.ts"

/** A key that may be left out. */
export const withDefault = <S extends Schema.Constraint>(schema: S, value: S["Encoded"], description: string) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema).annotate({ description })

/** @category models */
export const Address = Schema.String.check(Schema.isPattern(/^[^\s@<>]+@[^\s@<>]+$/u)).annotate({
  description: "An address, local part and domain; compared without regard to case."
})
/** @category models */
export const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000 }))
const Octets = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000_000_000_000 }))

/** @category models */
export const AuthenticationPolicy = Schema.Struct({
  name: Schema.NonEmptyString,
  allowBasicAuthSmtp: withDefault(Schema.Boolean, false, "What Set-AuthenticationPolicy -AllowBasicAuthSmtp sets."),
  allowBasicAuthImap: withDefault(Schema.Boolean, false, "What Set-AuthenticationPolicy -AllowBasicAuthImap sets."),
  allowBasicAuthPop: withDefault(Schema.Boolean, false, "What Set-AuthenticationPolicy -AllowBasicAuthPop sets.")
})

/** @category models */
export const ServicePrincipal = Schema.Struct({
  appId: Schema.NonEmptyString,
  objectId: Schema.NonEmptyString,
  displayName: withDefault(Schema.String, "", "Shown by Get-ServicePrincipal.")
})

/** @category models */
export const RoleAssignment = Schema.Struct({
  name: Schema.NonEmptyString,
  role: Schema.NonEmptyString,
  app: Schema.NonEmptyString,
  scope: withDefault(Schema.NullOr(Schema.String), null, "Name of a management scope; null is the whole organisation.")
})

/** @category models */
export const ManagementScope = Schema.Struct({
  name: Schema.NonEmptyString,
  recipientRestrictionFilter: Schema.NonEmptyString
})

/**
 * One organisation. `kind: consumer` stands for the Outlook.com side of the service, where basic authentication ended in
 * 2024 and no Exchange cmdlet works.
 *
 * @category models
 * @since 0.1.0
 */
export const Tenant = Schema.Struct({
  name: Schema.NonEmptyString,
  kind: withDefault(Schema.Literals(["business", "consumer"]), "business", "Work account or personal account."),
  domains: Schema.NonEmptyArray(Schema.NonEmptyString),
  id: withDefault(Schema.NullOr(Guid), null, "Directory id; null derives one from the name."),
  cloud: withDefault(
    Schema.Literals(["worldwide", "us_government", "china"]),
    "worldwide",
    "The cloud whose sign-in service knows the organisation."
  ),
  signIn: withDefault(
    Schema.Literals(["available", "throttled", "unavailable"]),
    "available",
    "State of the sign-in service for the organisation."
  ),
  exchange: withDefault(Schema.Boolean, true, "Whether the organisation has Exchange Online."),
  userConsent: withDefault(
    Schema.Literals(["allowed", "admin_only"]),
    "allowed",
    "Whether users may consent to permissions themselves."
  ),
  smtpAuth: withDefault(Schema.Literals(["on", "off"]), "off", "SMTP AUTH for mailboxes that inherit."),
  securityDefaults: withDefault(Schema.Boolean, false, "Entra security defaults."),
  conditionalAccessBlocksLegacy: withDefault(
    Schema.Boolean,
    false,
    "A Conditional Access policy blocks legacy sign-in."
  ),
  authenticationPolicies: withDefault(Schema.Array(AuthenticationPolicy), [], "Exchange authentication policies."),
  defaultAuthenticationPolicy: withDefault(Schema.NullOr(Schema.String), null, "Policy of users that have none."),
  basicAuthRetired: withDefault(Schema.Boolean, false, "Basic authentication is gone for good: 550 5.7.30."),
  imapPopBasicAuth: withDefault(
    Schema.Literals(["retired", "named", "allowed"]),
    "retired",
    "Passwords over IMAP and POP: refused like a wrong one, refused by name, or taken as before 2022."
  ),
  federation: withDefault(
    Schema.Literals(["none", "working", "unreachable", "no_https"]),
    "none",
    "State of the organisation's own sign-in service."
  ),
  sendFromAliasEnabled: withDefault(Schema.Boolean, false, "An alias of the mailbox may be the sender."),
  allowLegacyTlsClients: withDefault(Schema.Boolean, false, "TLS 1.0 and 1.1 at the legacy endpoint."),
  rejectDirectSend: withDefault(Schema.Boolean, false, "Kept and shown; this server has no direct-send port."),
  sendAsReply: withDefault(
    Schema.Literals(["send_as_denied", "mapi_exception", "at_mail"]),
    "send_as_denied",
    "Which of the three known wordings a wrong sender gets: 554 5.2.252, the older 554 5.2.0, or 550 5.7.60 at MAIL."
  ),
  concurrencyReply: withDefault(
    Schema.Literals(["current", "older"]),
    "current",
    "Wording of the 432 4.3.2 for too many sessions."
  ),
  rateReply: withDefault(
    Schema.Literals(["reject", "delay"]),
    "reject",
    "Microsoft documents both: messages over the rate are refused, or accepted and delayed."
  ),
  lockoutThreshold: withDefault(
    Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
    null,
    "Wrong passwords in a row that lock an account; null never locks."
  ),
  servicePrincipals: withDefault(Schema.Array(ServicePrincipal), [], "Applications registered in Exchange."),
  managementScopes: withDefault(Schema.Array(ManagementScope), [], "Scopes of role assignments."),
  roleAssignments: withDefault(Schema.Array(RoleAssignment), [], "Application roles (RBAC for Applications)."),
  applications: withDefault(Schema.Array(Application), [], "Applications registered in Entra."),
  applicationAccessPolicies: withDefault(
    Schema.Array(ApplicationAccessPolicy),
    [],
    "Which mailboxes an application may use over Graph."
  )
})

/**
 * An access token the service knows. Without `value` the simulator mints a JWT from the claims at start; with it the
 * token is that string, opaque. `user` is who signed in; a token without a user is an application's.
 *
 * @category models
 * @since 0.1.0
 */
export const Token = Schema.Struct({
  value: withDefault(Schema.NullOr(Schema.NonEmptyString), null, "The token itself; null has a JWT made."),
  audience: withDefault(Schema.NonEmptyString, "https://outlook.office365.com", "Claim aud."),
  scopes: withDefault(Schema.Array(Schema.String), [], "Claim scp, delegated permissions."),
  roles: withDefault(Schema.Array(Schema.String), [], "Claim roles, application permissions."),
  expired: withDefault(Schema.Boolean, false, "Whether exp has passed."),
  appId: withDefault(Schema.NonEmptyString, "11111111-2222-4333-8444-555555555555", "Claim appid."),
  objectId: withDefault(
    Schema.NullOr(Schema.NonEmptyString),
    null,
    "Claim oid; for an application the object id of its enterprise application."
  ),
  user: withDefault(Schema.NullOr(Address), null, "Claim upn; null for an application's token."),
  tenant: withDefault(
    Schema.NullOr(Schema.NonEmptyString),
    null,
    "A domain of the organisation that issued it; null is the mailbox's own."
  )
})

/** @category models */
export const Limits = Schema.Struct({
  messagesPerMinute: withDefault(Count, 30, "Messages a minute."),
  recipientsPerDay: withDefault(Count, 10_000, "Recipients in 24 hours, rolling."),
  concurrentSessions: withDefault(Count, 3, "Sessions signed in at one time."),
  concurrentRequests: withDefault(Count, 4, "Graph requests of one application at one time (MailboxConcurrency)."),
  readerSessions: withDefault(Count, 16, "IMAP and POP3 sessions at one time (MaxConnectionsPerUser of Exchange)."),
  recipientsPerMessage: withDefault(Count, 500, "RecipientLimits of the mailbox."),
  maxSendSizeOctets: withDefault(Octets, 35 * 1024 * 1024, "MaxSendSize of the mailbox."),
  prohibitSendQuotaOctets: withDefault(Octets, 50 * 1024 ** 3, "ProhibitSendQuota of the mailbox.")
})

/**
 * What other clients of the same mailbox use up. The load stays until `forMillis` after the first refusal it caused;
 * null keeps it for ever.
 *
 * @category models
 * @since 0.1.0
 */
export const Load = Schema.Struct({
  messagesPerMinute: withDefault(Count, 0, "Messages others sent within the last minute."),
  recipientsToday: withDefault(Count, 0, "Recipients others used within 24 hours."),
  sessions: withDefault(Count, 0, "Sessions others hold open."),
  requests: withDefault(Count, 0, "Graph requests others have under way."),
  readerSessions: withDefault(Count, 0, "IMAP and POP3 sessions others hold open."),
  backoffMillis: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3_600_000 })),
    0,
    "IMAP is throttled for this long after the first command that was refused for it."
  ),
  mailboxOctets: withDefault(Octets, 0, "Content of the mailbox."),
  forMillis: withDefault(Schema.NullOr(Count), null, "How long the load lasts after its first refusal.")
})

const Check = Schema.Literals(["pass", "fail", "none"])

/**
 * How messages arrive in a mailbox. The results are what the receiving service writes into Authentication-Results.
 *
 * @category models
 * @since 0.1.0
 */
export const Arrival = Schema.Struct({
  folder: withDefault(
    Schema.Literals(["inbox", "junk", "lost"]),
    "inbox",
    "Where messages are put; lost are those that are accepted and never come."
  ),
  messageId: withDefault(Schema.Literals(["kept", "replaced"]), "kept", "What becomes of the Message-ID."),
  from: withDefault(Schema.NullOr(Address), null, "Replaces the address in From; null leaves it."),
  delayMillis: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 600_000 })),
    0,
    "How long a message is under way."
  ),
  spf: withDefault(Check, "pass", "Result of SPF."),
  dkim: withDefault(Check, "pass", "Result of DKIM."),
  dmarc: withDefault(Check, "pass", "Result of DMARC.")
})

/**
 * One mailbox. `password` is what the service accepts, `publishedSecret` what the simulator announces when that differs.
 *
 * @category models
 * @since 0.1.0
 */
export const Mailbox = Schema.Struct({
  address: Address,
  aliases: withDefault(Schema.Array(Address), [], "Further addresses; not sign-in names."),
  password: withDefault(Schema.NullOr(Schema.NonEmptyString), null, "Null has no password at all (shared mailboxes)."),
  publishedSecret: withDefault(Schema.NullOr(Schema.NonEmptyString), null, "Announced instead of the password."),
  appPasswords: withDefault(Schema.Array(Schema.NonEmptyString), [], "Accepted in place of the password."),
  mfa: withDefault(Schema.Literals(["none", "enforced"]), "none", "Enforced: the password alone signs nobody in."),
  smtpAuth: withDefault(
    Schema.NullOr(Schema.Literals(["on", "off"])),
    null,
    "Null inherits from the tenant; on and off override it."
  ),
  imap: withDefault(Schema.Boolean, true, "What Set-CASMailbox -ImapEnabled sets."),
  pop: withDefault(Schema.Boolean, true, "What Set-CASMailbox -PopEnabled sets."),
  arrival: withDefault(Arrival, {}, "How messages arrive."),
  authenticationPolicy: withDefault(Schema.NullOr(Schema.String), null, "Name of a policy of the tenant."),
  conditionalAccessExcluded: withDefault(Schema.Boolean, false, "Excluded from the policy that blocks legacy sign-in."),
  conditionalAccess: withDefault(
    Schema.Literals(["none", "blocked", "device_not_compliant", "device_not_joined", "app_not_approved", "user_risk"]),
    "none",
    "What Conditional Access refuses when a token is asked for."
  ),
  passwordExpired: withDefault(Schema.Boolean, false, "The password has to be changed first."),
  refreshTokens: withDefault(
    Schema.Literals(["valid", "expired", "inactive", "revoked"]),
    "valid",
    "What becomes of the refresh tokens of this user."
  ),
  locked: withDefault(Schema.Boolean, false, "Locked after too many wrong passwords."),
  accountEnabled: withDefault(Schema.Boolean, true, "Sign-in allowed for the account."),
  licensed: withDefault(Schema.Boolean, true, "Has an Exchange Online licence."),
  blockedSender: withDefault(Schema.Boolean, false, "On the list of restricted senders."),
  outboundSpam: withDefault(
    Schema.NullOr(Schema.Literals(["RefuseQuota", "Suspend", "ShowTierUpgrade", "HipSend"])),
    null,
    "Verdict of the outbound spam filter."
  ),
  fault: withDefault(
    Schema.NullOr(Schema.Literals(["temporary_auth_failure", "service_transient", "proxy_failure"])),
    null,
    "A fault of the service that meets this mailbox."
  ),
  shared: withDefault(Schema.Boolean, false, "A shared mailbox: nobody signs in as it."),
  fullAccess: withDefault(Schema.Array(Schema.NonEmptyString), [], "Addresses or service principals with FullAccess."),
  sendAs: withDefault(Schema.Array(Schema.NonEmptyString), [], "Addresses or service principals with SendAs."),
  memberOf: withDefault(Schema.Array(Schema.NonEmptyString), [], "Distinguished names of groups."),
  tokens: withDefault(Schema.Array(Token), [], "Access tokens announced with this mailbox; the first is the one."),
  saveSentItems: withDefault(Schema.Boolean, true, "MessageCopyForSMTPClientSubmissionEnabled."),
  announcedFrom: withDefault(Schema.NullOr(Address), null, "Sender announced with the mailbox when it is another one."),
  announcedUser: withDefault(Schema.NullOr(Address), null, "Sign-in name announced when it is another one."),
  limits: withDefault(Limits, {}, "Limits of the service and of the mailbox."),
  load: withDefault(Load, {}, "What others use up.")
})

/**
 * A whole world. Delays are milliseconds.
 *
 * @category models
 * @since 0.1.0
 */
export const World = Schema.Struct({
  tenants: Schema.NonEmptyArray(Tenant),
  mailboxes: Schema.NonEmptyArray(Mailbox),
  greetingMillis: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 600_000 })),
    0,
    "Wait before the greeting."
  ),
  authRefusalMillis: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 600_000 })),
    0,
    "Wait before a refused sign-in is answered; the real service takes about 5 seconds."
  ),
  deviceIntervalSeconds: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 })),
    5,
    "How long a client waits between two requests of the device flow."
  ),
  deviceCodeSeconds: withDefault(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3600 })),
    900,
    "How long a device code holds."
  ),
  service: withDefault(
    Schema.Literals(["available", "busy"]),
    "available",
    "Busy answers 421 4.3.2 in place of a greeting."
  )
}).annotate({ identifier: "World", title: "Sonde simulator world, Microsoft 365" })

/** @category models */
export type World = typeof World.Type
/** @category models */
export type Tenant = typeof Tenant.Type
/** @category models */
export type Mailbox = typeof Mailbox.Type
/** @category models */
export type Token = typeof Token.Type
/** @category models */
export type Application = typeof Application.Type

/**
 * A world that cannot be used. `problems` are whole sentences, each naming the key and its place.
 *
 * @category errors
 * @since 0.1.0
 */
export class WorldInvalid extends Data.TaggedError("WorldInvalid")<{
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    return `the world is not valid: ${this.problems.join("; ")}`
  }
}

/** A decoder of one kind of world that fails with every problem at once, each on one line. */
export const strict = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const read = Schema.decodeUnknownEffect(schema, { errors: "all", onExcessProperty: "error" })
  return (input: unknown): Effect.Effect<S["Type"], WorldInvalid> =>
    read(input).pipe(
      Effect.mapError((error) => new WorldInvalid({ problems: error.message.replace(/\n\s+at /g, " at ").split("\n") }))
    )
}

const decodeStrict = strict(World)

/** The domain of an address in lower case; empty when there is none. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase()

/** Whether a text is a public key or a certificate in PEM. */
export const isPem = (pem: string): boolean => {
  try {
    createPublicKey(pem)
    return true
  } catch {
    return false
  }
}

const inconsistencies = (world: World): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const domains = new Map<string, Tenant>()
  const appIds = new Set<string>()
  const ids = new Set<string>()
  for (const [t, tenant] of world.tenants.entries()) {
    if (tenant.id !== null) {
      if (ids.has(tenant.id.toLowerCase())) {
        problems.push(`directory id ${tenant.id} appears twice at ["tenants"][${t}]`)
      }
      ids.add(tenant.id.toLowerCase())
    }
    for (const domain of tenant.domains) {
      if (domains.has(domain.toLowerCase())) problems.push(`domain ${domain} appears twice at ["tenants"][${t}]`)
      domains.set(domain.toLowerCase(), tenant)
    }
    const policy = tenant.defaultAuthenticationPolicy
    if (policy !== null && !tenant.authenticationPolicies.some((known) => known.name === policy)) {
      problems.push(`unknown policy ${policy} at ["tenants"][${t}]["defaultAuthenticationPolicy"]`)
    }
    for (const [a, application] of tenant.applications.entries()) {
      const place = `["tenants"][${t}]["applications"][${a}]`
      if (appIds.has(application.appId.toLowerCase())) {
        problems.push(`application ${application.appId} appears twice at ${place}`)
      }
      appIds.add(application.appId.toLowerCase())
      const pems = [
        ...application.certificates.map((one, n) => [one.pem, `["certificates"][${n}]["pem"]`] as const),
        ...application.federatedCredentials.map((one, n) =>
          [one.publicKey, `["federatedCredentials"][${n}]["publicKey"]`] as const
        )
      ]
      for (const [n, { expires }] of application.secrets.entries()) {
        if (expires !== null && Number.isNaN(Date.parse(expires))) {
          problems.push(`there is no day ${expires} at ${place}["secrets"][${n}]["expires"]`)
        }
      }
      for (const [pem, key] of pems) if (!isPem(pem)) problems.push(`the PEM text cannot be read at ${place}${key}`)
    }
  }
  const taken = new Set<string>()
  const values = new Set<string>()
  for (const [m, mailbox] of world.mailboxes.entries()) {
    const tenant = domains.get(domainOf(mailbox.address))
    if (tenant === undefined) problems.push(`no tenant has the domain of ${mailbox.address} at ["mailboxes"][${m}]`)
    for (const address of [mailbox.address, ...mailbox.aliases]) {
      if (taken.has(address.toLowerCase())) problems.push(`address ${address} appears twice at ["mailboxes"][${m}]`)
      taken.add(address.toLowerCase())
    }
    const policy = mailbox.authenticationPolicy
    if (policy !== null && !tenant?.authenticationPolicies.some((known) => known.name === policy)) {
      problems.push(`unknown policy ${policy} at ["mailboxes"][${m}]["authenticationPolicy"]`)
    }
    for (const token of mailbox.tokens) {
      if (token.tenant !== null && !domains.has(token.tenant.toLowerCase())) {
        problems.push(`no tenant has the domain ${token.tenant} at ["mailboxes"][${m}]["tokens"]`)
      }
      if (token.value === null) continue
      if (values.has(token.value)) problems.push(`a token value appears twice at ["mailboxes"][${m}]["tokens"]`)
      values.add(token.value)
    }
  }
  return problems
}

/**
 * Reads a world from plain data. Fails with every problem at once.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode: (input: unknown) => Effect.Effect<World, WorldInvalid> = Effect.fnUntraced(function*(input) {
  const world = yield* decodeStrict(input)
  const problems = inconsistencies(world)
  if (problems.length > 0) return yield* new WorldInvalid({ problems })
  return world
})

/**
 * Parses the text of a YAML or JSON file, whatever kind of world it holds. Tags, anchors that explode and duplicate keys are
 * refused.
 *
 * @category decoding
 * @since 0.1.0
 */
export const parse: (text: string) => Effect.Effect<unknown, WorldInvalid> = Effect.fnUntraced(function*(text) {
  const yaml = yield* Effect.promise(() => import("yaml"))
  return yield* Effect.try({
    try: (): unknown => yaml.parse(text, { maxAliasCount: 100 }),
    catch: (error) => new WorldInvalid({ problems: [error instanceof Error ? error.message.trim() : String(error)] })
  })
})

/**
 * Reads a world from the text of a YAML or JSON file. Tags, anchors that explode and duplicate keys are refused.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText: (text: string) => Effect.Effect<World, WorldInvalid> = Effect.fnUntraced(function*(text) {
  return yield* decode(yield* parse(text))
})

/** The JSON Schema (draft 2020-12) of any kind of world. */
export const published = (schema: Schema.Constraint): Record<string, unknown> => {
  const document = Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...document.schema,
    $defs: document.definitions
  }
}

/**
 * The JSON Schema (draft 2020-12) of a world file, for editors and for the published `world.schema.json`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const jsonSchema = (): Record<string, unknown> => published(World)
