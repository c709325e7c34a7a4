/**
 * The options of a check: the flags of the command line in camelCase, the body of an HTTP request, the argument
 * of the embedded service. Secrets are not among them: they travel beside, as `Redacted`, and are never encoded.
 *
 * @since 0.1.0
 */
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Port } from "./Endpoint.ts"
import { PhaseId, Security, ServiceId } from "./Service.ts"

/**
 * A time span: a number of milliseconds, or a number with a unit (`500ms`, `10s`, `5m`, `1h`).
 *
 * @category models
 * @since 0.1.0
 */
export const Span = Schema.Union([
  Schema.Finite.check(Schema.isGreaterThan(0)),
  Schema.String.check(Schema.isPattern(/^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/u))
])
/** @category models @since 0.1.0 */
export type Span = typeof Span.Type

const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * A span in milliseconds, or `undefined` for text that is none.
 *
 * @category parsing
 * @since 0.1.0
 */
export const spanMillis = (span: Span): number | undefined => {
  if (typeof span === "number") return span
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(span)
  return match === null ? undefined : Number(match[1]) * unit[match[2] as keyof typeof unit]
}

/**
 * How to sign in; `auto` takes the strongest mechanism that both sides can use.
 *
 * @category models
 * @since 0.1.0
 */
export const AuthChoice = Schema.Literals([
  "auto",
  "plain",
  "login",
  "cram-md5",
  "scram-sha-1",
  "scram-sha-256",
  "scram-sha-1-plus",
  "scram-sha-256-plus",
  "xoauth2",
  "oauthbearer",
  "external"
])
/** @category models @since 0.1.0 */
export type AuthChoice = typeof AuthChoice.Type

/**
 * A way to obtain an access token, where none is given.
 *
 * @category models
 * @since 0.1.0
 */
export const GrantKind = Schema.Literals([
  "device-code",
  "authorization-code",
  "client-credentials",
  "refresh-token",
  "service-account"
])
/** @category models @since 0.1.0 */
export type GrantKind = typeof GrantKind.Type

/**
 * The options of a check. `connectTo` entries read `HOST:PORT:ADDRESS:PORT`; `dns` is a resolver, `ADDRESS[:PORT]`,
 * `tls://HOST[:PORT][#NAME]` (RFC 7858) or `https://HOST/PATH` (RFC 8484);
 * `proxy` is `socks5://`, `socks5h://` or `http://` with `[USER@]HOST[:PORT]`; `family` leaves the other one out, `source` is the address
 * of this machine to come from, `address` the one to dial in place of those that the host's name has; `control` is `HOST:PORT` of a
 * place that works, dialled where a server does not answer; `dnsbl` are zones of DNS block lists, or `default`, asked about `ip` or the public
 * address that connections came from; `ca` is PEM text;
 * `redirectUri` is the loopback address that a browser comes back to; `tenant` is the id or a domain of a directory and `cloud` the
 * name of a separate cloud as packs have it; `audience` and `scope` are what the server wants of a token where no pack knows it, and
 * `scope` is also what is asked for; `message` is a whole RFC 5322 message to deliver in place of the test message; `pack`
 * are paths. `ip` is the address that would send and `selector` are DKIM selectors, for the posture of a domain. `starttls` is the
 * protocol in which a look at the TLS of a port begins in clear; `readBack` looks for the delivered message in the recipient's
 * mailbox, at `readBackHost` (`HOST` or `HOST:PORT`) where that is said, believing `authservId` alone where it is given, and
 * `allowRecipient` are addresses, or domains behind an
 * `@`, that may get a message although they are not of the target's domain; `revocation` lets issuers and revocation lists be read where
 * certificates say they are; `tlsVersions` asks each server of the run which versions of TLS it takes and refuses, or none, instead of those that `auto` means.
 *
 * @category models
 * @since 0.1.0
 */
export const CheckOptions = Schema.Struct({
  target: Schema.String,
  provider: Schema.optionalKey(Schema.String),
  only: Schema.optionalKey(Schema.Array(ServiceId)),
  skip: Schema.optionalKey(Schema.Array(ServiceId)),
  user: Schema.optionalKey(Schema.String),
  auth: Schema.optionalKey(AuthChoice),
  grant: Schema.optionalKey(GrantKind),
  clientId: Schema.optionalKey(Schema.String),
  tokenEndpoint: Schema.optionalKey(Schema.String),
  authorizationEndpoint: Schema.optionalKey(Schema.String),
  redirectUri: Schema.optionalKey(Schema.String),
  tenant: Schema.optionalKey(Schema.String),
  cloud: Schema.optionalKey(Schema.String),
  audience: Schema.optionalKey(Schema.String),
  scope: Schema.optionalKey(Schema.String),
  via: Schema.optionalKey(Schema.Literals(["smtp", "graph"])),
  host: Schema.optionalKey(Schema.String),
  port: Schema.optionalKey(Port),
  security: Schema.optionalKey(Security),
  connectTo: Schema.optionalKey(Schema.Array(Schema.String)),
  dns: Schema.optionalKey(Schema.String),
  proxy: Schema.optionalKey(Schema.String),
  family: Schema.optionalKey(Schema.Literals([4, 6])),
  source: Schema.optionalKey(Schema.String),
  address: Schema.optionalKey(Schema.String),
  control: Schema.optionalKey(Schema.String),
  dnsbl: Schema.optionalKey(Schema.Array(Schema.String)),
  ca: Schema.optionalKey(Schema.String),
  ehlo: Schema.optionalKey(Schema.String),
  from: Schema.optionalKey(Schema.String),
  to: Schema.optionalKey(Schema.Array(Schema.String)),
  ip: Schema.optionalKey(Schema.String),
  selector: Schema.optionalKey(Schema.Array(Schema.String)),
  starttls: Schema.optionalKey(Schema.Literals(["smtp", "imap", "pop3", "sieve", "lmtp"])),
  revocation: Schema.optionalKey(Schema.Boolean),
  tlsVersions: Schema.optionalKey(Schema.Literals(["auto", "always", "never"])),
  until: Schema.optionalKey(PhaseId),
  deliver: Schema.optionalKey(Schema.Boolean),
  deliverAgain: Schema.optionalKey(Schema.Boolean),
  message: Schema.optionalKey(Schema.String),
  readBack: Schema.optionalKey(Schema.Boolean),
  readBackUser: Schema.optionalKey(Schema.String),
  readBackHost: Schema.optionalKey(Schema.String),
  authservId: Schema.optionalKey(Schema.Array(Schema.String)),
  readBackTimeout: Schema.optionalKey(Span),
  readBackDelete: Schema.optionalKey(Schema.Boolean),
  allowRecipient: Schema.optionalKey(Schema.Array(Schema.String)),
  allowClearAuth: Schema.optionalKey(Schema.Boolean),
  timeout: Schema.optionalKey(Span),
  deadline: Schema.optionalKey(Span),
  wait: Schema.optionalKey(Schema.Boolean),
  ignorePreflight: Schema.optionalKey(Schema.Boolean),
  pack: Schema.optionalKey(Schema.Array(Schema.String)),
  packs: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "CheckOptions" })
/** @category models @since 0.1.0 */
export interface CheckOptions extends Schema.Schema.Type<typeof CheckOptions> {}

/**
 * The secrets of one run. They exist only in memory and only as `Redacted`; a run that is resumed asks again.
 *
 * @category models
 * @since 0.1.0
 */
export interface Secrets {
  readonly secret?: Redacted.Redacted<string> | undefined
  readonly token?: Redacted.Redacted<string> | undefined
  readonly clientSecret?: Redacted.Redacted<string> | undefined
  /** Certificate and private key of the client, PEM. */
  readonly clientCertificate?: Redacted.Redacted<string> | undefined
  /** A token of another issuer that stands for the client (RFC 7523 section 2.2). */
  readonly clientAssertion?: Redacted.Redacted<string> | undefined
  /** The key file of a Google service account, JSON. */
  readonly serviceAccount?: Redacted.Redacted<string> | undefined
  readonly refreshToken?: Redacted.Redacted<string> | undefined
  /** Signs in at the proxy, with the user that stands in its option. */
  readonly proxySecret?: Redacted.Redacted<string> | undefined
  /** Certificates that the TLS handshake with a mail server shows, PEM, that of the client first; its key may stand there too. */
  readonly tlsCertificate?: Redacted.Redacted<string> | undefined
  /** The private key of the first of them, PEM. */
  readonly tlsKey?: Redacted.Redacted<string> | undefined
  /** The password, or the access token, of the recipient's mailbox, where a message is read back from another account. */
  readonly readBackSecret?: Redacted.Redacted<string> | undefined
  readonly readBackToken?: Redacted.Redacted<string> | undefined
}
