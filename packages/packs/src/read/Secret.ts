/**
 * Takes secrets out of a pasted text before any of it is shown again: passwords, tokens and keys that people paste with
 * what went wrong.
 *
 * Total; the time is proportional to the text. A secret without any sign beside it cannot be known.
 *
 * @since 0.1.0
 */

/** What stands where a secret was. */
export const hidden = "‹secret›"

// Asked first: most texts have none of these.
const might =
  /pass|pwd|secret|token|bearer|authorization|api[_-]?key|\bAUTH(?:ENTICATE)?\b|\bLOGIN\b|:\/\/[^\s/@]{1,200}@|\bey[A-Za-z0-9_-]{10}|334 |PRIVATE KEY/iu

const secrets: ReadonlyArray<readonly [RegExp, string]> = [
  // RFC 4954 section 4, RFC 9051 section 6.2.2: an initial response; RFC 1939 section 7; RFC 9051 section 6.2.3.
  [
    /\b(AUTH(?:ENTICATE)? (?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|SCRAM-SHA-[0-9]{1,3}) )(?!(?:[A-Za-z][a-z]*|PLAIN|LOGIN|NTLM|GSSAPI|[A-Z0-9]{1,12}-[A-Z0-9-]{1,20}|X?OAUTH[A-Z0-9]{1,8})(?![A-Za-z0-9+/=_-]))[A-Za-z0-9+/=_-]{4,}/giu,
    `$1${hidden}`
  ],
  [/(^|[^A-Za-z])(PASS )\S+/gmu, `$1$2${hidden}`],
  [/^((?:.{0,80}[>:] )?[A-Za-z0-9.]{1,20} LOGIN "?[^\s"]{1,200}"? )\S+/gmu, `$1${hidden}`],
  // RFC 4954 section 4: what answers a challenge is a secret, whatever it is.
  [
    /^(.{0,100}\b334 [^\n]{0,500}\n[^\n]{0,60}?)([A-Za-z0-9+/]{4,}={0,2}|‹[^›\n]{1,40}›)[ \t"'\\rn]{0,10}$/gmu,
    `$1${hidden}`
  ],
  [/\b(Bearer |Basic )[A-Za-z0-9._~+/=-]{8,}/gu, `$1${hidden}`],
  [/\bey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?/gu, hidden],
  [/(:\/\/[^\s/:@]{1,200}:)[^\s/@]{1,200}@/gu, `$1${hidden}@`],
  [
    /((?:\b|_)(?:pass(?:word|wd|phrase)?|pwd|(?:client_?)?secret|(?:access|refresh|id)_?token|api[_-]?key|authorization)["']?\s{0,5}(?:=>|[:=])\s{0,5})(?:"[^"\n]{1,4000}"|'[^'\n]{1,4000}'|[^\s,;"'&)}\]]{3,})/giu,
    `$1${hidden}`
  ],
  [/(\btoken(?:=|["']\s?[:=]>?\s?)["']?)[^\s"'&,;]{6,4000}/giu, `$1${hidden}`],
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{1,20000}/gu, `-----BEGIN PRIVATE KEY-----${hidden}`]
]

/** The last text without a secret: those who explain ask about one text several times. */
let last: string | undefined

/**
 * The text without what looks like a secret.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutSecrets = (text: string): string => {
  if (text === last) return text
  if (might.test(text)) return secrets.reduce((found, [sign, instead]) => found.replace(sign, instead), text)
  last = text
  return text
}

// RFC 4954 section 4: a 334 makes a secret of what follows. Other numbers before a text do not.
const plainNumbers = /^(?!.*334)[0-9. ]*$/u

/**
 * Whether a reply, numbers and `text`, holds no secret.
 *
 * @category guards
 * @since 0.1.0
 */
export const isFree = (numbers: string, text: string): boolean => {
  if (text === last && plainNumbers.test(numbers)) return true
  const whole = numbers + text
  return withoutSecrets(whole) === whole
}
