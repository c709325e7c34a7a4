/**
 * The small words of a pack: ids, dates, durations, codes and the scalar-or-list form.
 *
 * Everything here is a Schema over plain JSON data; decoding changes nothing. How a word is matched is said in
 * `Match.ts`.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

export { list } from "./values.ts"

/**
 * A word in kebab-case, 1 to 64 characters: pack ids, rule ids, limit ids.
 *
 * @category models
 * @since 0.1.0
 */
export const Id = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,63}$/u, {
    message: "Expected an id: lower-case letters, digits and hyphens, at most 64 characters"
  })
)

/**
 * A calendar date, `2026-11-24`.
 *
 * @category models
 * @since 0.1.0
 */
export const IsoDate = Schema.String.check(
  Schema.isPattern(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/u, {
    message: "Expected a date such as 2026-11-24"
  })
)

/**
 * A duration as a number with a unit, `500ms`, `60s`, `15m`, `24h` or `2d`.
 *
 * @category models
 * @since 0.1.0
 */
export const Duration = Schema.String.check(
  Schema.isPattern(/^[0-9]{1,6}(ms|s|m|h|d)$/u, { message: "Expected a duration such as 60s, 15m or 24h" })
)

/**
 * A reply code: a number, a class (`4yz`, `5yz`), or the response code of IMAP and POP3 in capitals
 * (`AUTHENTICATIONFAILED`, `SYS/TEMP`), or the provider's own code (`AADSTS50076`, `ErrorSendAsDenied`).
 *
 * @category models
 * @since 0.1.0
 */
export const Code = Schema.Union([
  Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 599 })),
  Schema.String.check(
    Schema.isPattern(/^([1-5]yz|[A-Za-z-][A-Za-z0-9/_-]{0,63})$/u, {
      message: "Expected a reply code (535), a class (5yz) or a response code such as AUTHENTICATIONFAILED"
    })
  )
])

/**
 * An enhanced status code (RFC 3463 section 2), exact or with a star for the rest: `5.7.139`, `4.7.*`, `5.*`.
 *
 * @category models
 * @since 0.1.0
 */
export const Enhanced = Schema.String.check(
  Schema.isPattern(/^[245]\.(\*|[0-9]{1,3}\.(\*|[0-9]{1,3}))$/u, {
    message: "Expected an enhanced status code such as 5.7.139, or 5.7.*"
  })
)

/**
 * Literal text to look for, 2 to 400 characters. Case, how much white space and typographic quotes do not matter; a space at
 * an edge does: ` MX` is in `no MX`, and not in `BMX`.
 *
 * @category models
 * @since 0.1.0
 */
export const Text = Schema.String.check(Schema.isMinLength(2), Schema.isMaxLength(400))

/**
 * A host name (`smtp.example.com`), or with a leading dot everything below a name (`.example.com`).
 *
 * @category models
 * @since 0.1.0
 */
export const HostPattern = Schema.String.check(
  Schema.isPattern(/^\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/u, {
    message: "Expected a host name, or .suffix for all names below it"
  })
)

/**
 * A domain name or the end of one, without a leading dot.
 *
 * @category models
 * @since 0.1.0
 */
export const DomainName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/u, { message: "Expected a domain name without a leading dot" })
)

/**
 * A key that must be there, with what editors show of it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const field = <S extends Schema.Top>(description: string, schema: S) =>
  schema.pipe(Schema.annotateKey({ description }))

/**
 * A key that may be left out, with what editors show of it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const optional = <S extends Schema.Top>(description: string, schema: S) =>
  Schema.optionalKey(schema).pipe(Schema.annotateKey({ description }))

/**
 * The same thing once or several times: `auth` or `[auth, mail]`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const OneOrMany = <S extends Schema.Constraint>(schema: S) =>
  Schema.Union([schema, Schema.NonEmptyArray(schema)])

/**
 * A value per service, each optional.
 *
 * @category combinators
 * @since 0.1.0
 */
export const perService = <S extends Schema.Top>(schema: S) =>
  Schema.Struct({
    "smtp-submission": optional("Sending by SMTP, ports 587 and 465", schema),
    "imap": optional("Reading by IMAP", schema),
    "pop3": optional("Reading by POP3", schema),
    "sieve": optional("Filters by ManageSieve", schema),
    "graph": optional("Microsoft Graph", schema),
    "token": optional("The token endpoint of OAuth 2.0", schema),
    "mx": optional("Delivery to the mail exchangers, port 25", schema),
    "lmtp": optional("Delivery into a mail store by LMTP", schema),
    "posture": optional("What the domain publishes in DNS", schema),
    "tls": optional("TLS of a port, whatever is spoken over it", schema)
  })
