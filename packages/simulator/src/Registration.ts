/**
 * Schemas of a world file for applications: what an administrator enters in Entra's app registrations and enterprise
 * applications, and Exchange's application access policies.
 *
 * Only shapes and defaults; what they mean for a request is in `Applicants.ts`, `TokenEndpoint.ts` and `GraphGates.ts`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const withDefault = <S extends Schema.Constraint>(schema: S, value: S["Encoded"], description: string) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(value))(schema).annotate({ description })

/**
 * A GUID in its usual form of 36 characters.
 *
 * @category models
 * @since 0.1.0
 */
export const Guid = Schema.String.check(
  Schema.isPattern(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/u)
).annotate({ description: "A GUID, 8-4-4-4-12 hexadecimal digits." })

const Instant = Schema.String.check(
  Schema.isPattern(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z)?$/u)
).annotate({ description: "A day, 2026-12-31, or a time in UTC, 2026-12-31T12:00:00Z." })

const Pem = Schema.String.check(Schema.isPattern(/-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----/u)).annotate({
  description: "PEM text of a certificate or of a public key; never a private key."
})

/** @category models */
export const Secret = Schema.Struct({
  value: Schema.NonEmptyString.annotate({ description: "The secret's value, as a client sends it." }),
  expires: withDefault(Schema.NullOr(Instant), null, "When the secret ends; null never.")
})

/** @category models */
export const Certificate = Schema.Struct({ pem: Pem })

/** @category models */
export const FederatedCredential = Schema.Struct({
  issuer: Schema.NonEmptyString.annotate({ description: "Claim iss of the assertion, compared exactly." }),
  subject: Schema.NonEmptyString.annotate({ description: "Claim sub of the assertion, compared exactly." }),
  audience: withDefault(Schema.NonEmptyString, "api://AzureADTokenExchange", "Claim aud of the assertion."),
  publicKey: Pem
})

/**
 * One application of an organisation, registration and enterprise application in one. Permissions are written with their
 * resource, `https://outlook.office365.com/SMTP.Send`; a bare name is Microsoft Graph's, as in a scope.
 *
 * @category models
 * @since 0.1.0
 */
export const Application = Schema.Struct({
  appId: Guid,
  name: Schema.NonEmptyString,
  objectId: withDefault(Schema.NullOr(Guid), null, "Object id of the enterprise application; null derives one."),
  signInAudience: withDefault(
    Schema.Literals([
      "AzureADMyOrg",
      "AzureADMultipleOrgs",
      "AzureADandPersonalMicrosoftAccount",
      "PersonalMicrosoftAccount"
    ]),
    "AzureADMyOrg",
    "Whose accounts may use it."
  ),
  installedIn: withDefault(
    Schema.Array(Schema.NonEmptyString),
    [],
    "Domains of other organisations that have the enterprise application."
  ),
  servicePrincipal: withDefault(Schema.Boolean, true, "Whether its own organisation has the enterprise application."),
  enabled: withDefault(Schema.Boolean, true, "Sign-in allowed for the enterprise application."),
  assignmentRequired: withDefault(Schema.Boolean, false, "Only assigned users may use it."),
  assigned: withDefault(Schema.Array(Schema.NonEmptyString), [], "Addresses of assigned users."),
  publicClient: withDefault(Schema.Boolean, false, "Allow public client flows: no secret, device code and loopback."),
  redirectUris: withDefault(Schema.Array(Schema.NonEmptyString), [], "The port of a loopback address is ignored."),
  secrets: withDefault(Schema.Array(Secret), [], "Client secrets."),
  certificates: withDefault(Schema.Array(Certificate), [], "Certificates for private_key_jwt."),
  federatedCredentials: withDefault(
    Schema.Array(FederatedCredential),
    [],
    "Foreign issuers whose assertions it takes."
  ),
  delegated: withDefault(Schema.Array(Schema.NonEmptyString), [], "Delegated permissions of the registration."),
  application: withDefault(Schema.Array(Schema.NonEmptyString), [], "Application permissions of the registration."),
  adminConsent: withDefault(Schema.Boolean, true, "An administrator consented to all permissions above."),
  userConsent: withDefault(Schema.Array(Schema.NonEmptyString), [], "Addresses of users who consented on their own.")
})

/**
 * An application access policy of Exchange. `RestrictAccess` leaves an application the mailboxes of the scope,
 * `DenyAccess` takes them away.
 *
 * @category models
 * @since 0.1.0
 */
export const ApplicationAccessPolicy = Schema.Struct({
  appId: Guid,
  accessRight: withDefault(Schema.Literals(["RestrictAccess", "DenyAccess"]), "RestrictAccess", "Which way it works."),
  scope: Schema.NonEmptyString.annotate({ description: "A mailbox's address, or the distinguished name of a group." }),
  description: withDefault(Schema.String, "", "Shown by Get-ApplicationAccessPolicy.")
})
