/**
 * The world file of a simulated Gmail: accounts, OAuth clients, and the switches that decide what the service answers.
 *
 * Decoded strictly like the world of Microsoft 365; secrets are made up and published on purpose.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Address, Arrival, Count, isPem, parse, published, strict, withDefault, WorldInvalid } from "./World.ts"

/** The one scope that SMTP, IMAP and POP take. */
export const mailScope = "https://mail.google.com/"

/** @category models */
export const Token = Schema.Struct({
  value: withDefault(Schema.NullOr(Schema.NonEmptyString), null, "The token itself; null has one made."),
  scopes: withDefault(Schema.Array(Schema.NonEmptyString), [mailScope], "What the user consented to."),
  expired: withDefault(Schema.Boolean, false, "Whether its hour is over.")
})

/**
 * One account. The password alone signs nobody in at Gmail: an app password or a token does.
 *
 * @category models
 * @since 0.1.0
 */
export const Account = Schema.Struct({
  address: Address,
  aliases: withDefault(Schema.Array(Address), [], "Send mail as: further senders. Others are replaced by the address."),
  password: withDefault(Schema.NullOr(Schema.NonEmptyString), null, "The account's password."),
  publishedSecret: withDefault(Schema.NullOr(Schema.NonEmptyString), null, "Announced instead of what would pass."),
  twoStepVerification: withDefault(Schema.Boolean, false, "Turned on, the password is answered with 534 5.7.9."),
  appPasswords: withDefault(Schema.Array(Schema.NonEmptyString), [], "16 letters; blanks are not counted."),
  webLoginRequired: withDefault(Schema.Boolean, false, "Google wants to see the person in a browser first."),
  tooManyLogins: withDefault(Schema.Boolean, false, "Too many sign-ins lately."),
  suspended: withDefault(Schema.Boolean, false, "Sending is denied."),
  fault: withDefault(
    Schema.NullOr(Schema.Literals(["temporary_auth_failure", "server_busy"])),
    null,
    "A fault of the service that meets this account."
  ),
  tokens: withDefault(Schema.Array(Token), [], "Access tokens announced with the account; the first is the one."),
  imap: withDefault(
    Schema.Literals(["on", "off", "off_domain"]),
    "on",
    "Off for the account, or for its domain by the administrator of Workspace."
  ),
  pop: withDefault(Schema.Literals(["on", "off"]), "on", "Off is the account's own setting."),
  connections: withDefault(Count, 15, "IMAP and POP3 connections at one time."),
  openConnections: withDefault(Count, 0, "IMAP and POP3 connections others hold open."),
  bandwidthExceeded: withDefault(Schema.Boolean, false, "The bandwidth of IMAP is used up."),
  arrival: withDefault(Arrival, {}, "How messages arrive."),
  messagesPerDay: withDefault(Count, 500, "Messages in 24 hours; 2000 in Workspace."),
  messagesToday: withDefault(Count, 0, "Messages others sent with the account in the last 24 hours."),
  recipientsPerMessage: withDefault(Count, 100, "Recipients a message may have."),
  maxOctets: withDefault(Count, 35_882_577, "Largest message in octets.")
})

/** @category models */
export const RefreshToken = Schema.Struct({
  value: Schema.NonEmptyString,
  account: Address,
  scopes: withDefault(Schema.Array(Schema.NonEmptyString), [mailScope], "What the user consented to."),
  valid: withDefault(
    Schema.Boolean,
    true,
    "False: expired or revoked, for instance after 7 days of a client in testing."
  )
})

/** @category models */
export const Client = Schema.Struct({
  clientId: Schema.NonEmptyString,
  name: Schema.NonEmptyString,
  secret: withDefault(Schema.NullOr(Schema.NonEmptyString), null, "Null for a client that has none."),
  enabled: withDefault(Schema.Boolean, true, "False: deleted or disabled by its owner."),
  redirectUris: withDefault(
    Schema.Array(Schema.NonEmptyString),
    [],
    "Where its users come back to, beside loopback addresses."
  ),
  refreshTokens: withDefault(Schema.Array(RefreshToken), [], "What users gave it.")
})

/**
 * A service account. It opens mailboxes of users only in the domains whose administrator delegated them to it.
 *
 * @category models
 * @since 0.1.0
 */
export const ServiceAccount = Schema.Struct({
  email: Address,
  publicKey: withDefault(
    Schema.NullOr(Schema.NonEmptyString),
    null,
    "PEM; null has a key made, and its file announced."
  ),
  enabled: withDefault(Schema.Boolean, true, "False: disabled by its owner."),
  delegations: withDefault(
    Schema.Array(Schema.Struct({
      domain: Schema.NonEmptyString.annotate({ description: "A Workspace domain." }),
      scopes: withDefault(Schema.Array(Schema.NonEmptyString), [mailScope], "What its administrator allowed.")
    })),
    [],
    "Domain-wide delegation."
  )
})

/** @category models */
export const GmailWorld = Schema.Struct({
  accounts: Schema.NonEmptyArray(Account),
  clients: withDefault(Schema.Array(Client), [], "OAuth clients."),
  serviceAccounts: withDefault(Schema.Array(ServiceAccount), [], "Service accounts.")
}).annotate({ identifier: "GmailWorld", title: "Sonde simulator world, Gmail" })

/** @category models */
export type GmailWorld = typeof GmailWorld.Type
/** @category models */
export type Account = typeof Account.Type
/** @category models */
export type ServiceAccount = typeof ServiceAccount.Type

const decodeStrict = strict(GmailWorld)

/**
 * Reads a world from plain data. Fails with every problem at once.
 *
 * @category decoding
 * @since 0.1.0
 */
export const decode: (input: unknown) => Effect.Effect<GmailWorld, WorldInvalid> = Effect.fnUntraced(function*(input) {
  const world = yield* decodeStrict(input)
  const problems: Array<string> = []
  const taken = new Set<string>()
  for (const [n, account] of world.accounts.entries()) {
    for (const address of [account.address, ...account.aliases]) {
      if (taken.has(address.toLowerCase())) problems.push(`address ${address} appears twice at ["accounts"][${n}]`)
      taken.add(address.toLowerCase())
    }
  }
  for (const [n, client] of world.clients.entries()) {
    for (const { account } of client.refreshTokens) {
      if (!taken.has(account.toLowerCase())) {
        problems.push(`no account ${account} at ["clients"][${n}]["refreshTokens"]`)
      }
    }
  }
  for (const [n, { email, publicKey }] of world.serviceAccounts.entries()) {
    if (taken.has(email.toLowerCase())) problems.push(`address ${email} appears twice at ["serviceAccounts"][${n}]`)
    taken.add(email.toLowerCase())
    if (publicKey !== null && !isPem(publicKey)) {
      problems.push(`the PEM text cannot be read at ["serviceAccounts"][${n}]["publicKey"]`)
    }
  }
  if (problems.length > 0) return yield* new WorldInvalid({ problems })
  return world
})

/**
 * Reads a world from the text of a YAML or JSON file.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText: (text: string) => Effect.Effect<GmailWorld, WorldInvalid> = Effect.fnUntraced(function*(text) {
  return yield* decode(yield* parse(text))
})

/**
 * The JSON Schema (draft 2020-12) of a world file, as published in `gmail.schema.json`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const jsonSchema = (): Record<string, unknown> => published(GmailWorld)

/**
 * The world `sonde simulate gmail` starts without `--world`: one account for each behaviour.
 *
 * @category worlds
 * @since 0.1.0
 */
export const builtIn = {
  accounts: [
    {
      address: "ada@gmail.example",
      password: "fake-Ada-3Kd8",
      twoStepVerification: true,
      appPasswords: ["fakeqwzxvbnmlkjh"]
    },
    {
      address: "ben@gmail.example",
      password: "fake-Ben-7Ws2",
      twoStepVerification: true,
      publishedSecret: "fake-Ben-7Ws2"
    },
    { address: "cleo@gmail.example", password: "fake-Cleo-1Hy6", publishedSecret: "fake-Cleo-1Hy6" },
    { address: "dan@gmail.example", appPasswords: ["fakeplmoknijbuhv"], webLoginRequired: true },
    { address: "eve@gmail.example", appPasswords: ["fakerfvtgbyhnujm"], tooManyLogins: true },
    { address: "fay@gmail.example", appPasswords: ["fakeedcrfvtgbyhn"], messagesToday: 500 },
    { address: "gus@gmail.example", appPasswords: ["fakewsxedcrfvtgb"], suspended: true },
    { address: "hal@gmail.example", appPasswords: ["fakeqazwsxedcrfv"], fault: "temporary_auth_failure" },
    { address: "ida@gmail.example", appPasswords: ["fakezaqxswcdevfr"], fault: "server_busy" },
    { address: "jon@gmail.example", appPasswords: ["fakemnbvcxzlkjhg"], recipientsPerMessage: 2 },
    { address: "kay@gmail.example", appPasswords: ["fakepoiuytrewqas"], maxOctets: 256 },
    { address: "oli@gmail.example", appPasswords: ["fakeuhbygvtfcrdx"], imap: "off", pop: "off" },
    { address: "pam@gmail.example", appPasswords: ["fakeijnuhbygvtfc"], imap: "off_domain" },
    { address: "quin@gmail.example", appPasswords: ["fakeokmijnuhbygv"], openConnections: 15 },
    { address: "rae@gmail.example", appPasswords: ["fakeplokmijnuhby"], bandwidthExceeded: true },
    {
      address: "sue@gmail.example",
      appPasswords: ["fakeqawsedrftgyh"],
      arrival: { folder: "junk", spf: "fail", dkim: "none", dmarc: "fail" }
    },
    { address: "leo@gmail.example", tokens: [{}] },
    { address: "mia@gmail.example", tokens: [{ expired: true }] },
    { address: "ned@gmail.example", tokens: [{ scopes: ["https://www.googleapis.com/auth/gmail.send"] }] },
    { address: "ops@workspace.example", password: "fake-Ops-9Xc4", appPasswords: ["fakeolikujyhtgrf"] }
  ],
  clients: [
    {
      clientId: "100000000001-fake.apps.googleusercontent.com",
      name: "Mail Desktop",
      secret: "fake-secret-google-4Rt7",
      refreshTokens: [
        { value: "1//fake-refresh-leo", account: "leo@gmail.example" },
        { value: "1//fake-refresh-old", account: "leo@gmail.example", valid: false }
      ]
    }
  ],
  serviceAccounts: [
    {
      email: "mailer@fake-project.iam.gserviceaccount.com",
      delegations: [{ domain: "workspace.example" }]
    },
    { email: "stranger@fake-project.iam.gserviceaccount.com" }
  ]
}
