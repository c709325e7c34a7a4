/**
 * Response codes of IMAP: the bracketed words that say to a program what the text says to people (RFC 9051 section 7.1, RFC 5530).
 *
 * Data and one reading function. What a code means for a phase is decided there.
 *
 * @since 0.1.0
 */

/**
 * A response code. `name` is in upper case, `args` what follows it, as it came; `undefined` where nothing does.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResponseCode {
  readonly name: string
  readonly args: string | undefined
}

/**
 * What a code says about trying again. `later`: the same may succeed later without anybody's doing. `never`: it will not. `note`:
 * nothing, it comes with successes too.
 *
 * @category models
 * @since 0.1.0
 */
export type Outlook = "later" | "never" | "note"

/**
 * The codes that are known, with where they are defined.
 *
 * @category constants
 * @since 0.1.0
 */
export const known = {
  // RFC 9051 section 7.1.
  "ALERT": "note",
  "ALREADYEXISTS": "never",
  "APPENDUID": "note",
  "AUTHENTICATIONFAILED": "never",
  "AUTHORIZATIONFAILED": "never",
  "BADCHARSET": "never",
  "CANNOT": "never",
  "CAPABILITY": "note",
  "CLIENTBUG": "never",
  "CLOSED": "note",
  "CONTACTADMIN": "never",
  "COPYUID": "note",
  "CORRUPTION": "never",
  "EXPIRED": "never",
  "EXPUNGEISSUED": "note",
  "HASCHILDREN": "never",
  "INUSE": "later",
  "LIMIT": "never",
  "NONEXISTENT": "never",
  "NOPERM": "never",
  "OVERQUOTA": "never",
  "PARSE": "note",
  "PERMANENTFLAGS": "note",
  "PRIVACYREQUIRED": "never",
  "READ-ONLY": "note",
  "READ-WRITE": "note",
  "SERVERBUG": "never",
  "TRYCREATE": "never",
  "UIDNEXT": "note",
  "UIDNOTSTICKY": "note",
  "UIDVALIDITY": "note",
  "UNAVAILABLE": "later",
  "UNKNOWN-CTE": "never",
  // RFC 2221 section 4.1: the account is at another server, which is named.
  "REFERRAL": "never",
  // RFC 3501 section 7.1.
  "UNSEEN": "note"
} as const satisfies Readonly<Record<string, Outlook>>

/** @category models @since 0.1.0 */
export type KnownCode = keyof typeof known

/** @category guards @since 0.1.0 */
export const isKnown = (name: string): name is KnownCode => Object.hasOwn(known, name)

/**
 * Whether a refusal with this code is a temporary one by its definition.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isTemporary = (name: string | undefined): boolean =>
  name !== undefined && isKnown(name) && known[name] === "later"

/** Where the bracket closes: not within a quoted string, unless a string never ends. */
const closing = (text: string): number => {
  let quoted = false
  for (let at = 1; at < text.length; at++) {
    const character = text.charAt(at)
    if (quoted && character === "\\") at += 1
    else if (character === "\"") quoted = !quoted
    else if (character === "]" && !quoted) return at
  }
  return text.indexOf("]")
}

/**
 * Takes the response code off a text (`resp-text` of RFC 9051 section 9). A bracket that does not close is text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const split = (text: string): { readonly code: ResponseCode | undefined; readonly text: string } => {
  const end = text.startsWith("[") ? closing(text) : -1
  const inside = /^(\S+)(?: ([^]*))?$/.exec(text.slice(1, Math.max(1, end)))
  if (end < 0 || inside === null) return { code: undefined, text }
  return { code: { name: inside[1]!.toUpperCase(), args: inside[2] }, text: text.slice(end + 1).replace(/^ /, "") }
}
