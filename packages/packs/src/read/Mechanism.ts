/**
 * Finds the mechanism of a sign-in with a token where a program names it: what the server says to a refused token and
 * to a refused password is often the same.
 *
 * Only words that tell what was used count. A list of what a server offers tells nothing.
 *
 * @since 0.1.0
 */

const used =
  /\b(XOAUTH2|OAUTHBEARER)['"]? authentication (?:failed|error|unsuccessful)|\bAUTHENTICATE (XOAUTH2|OAUTHBEARER)\b|(?<!\d[- ])\bAUTH (XOAUTH2|OAUTHBEARER)\b(?! (?:PLAIN|LOGIN|CRAM|SCRAM|DIGEST|NTLM|GSSAPI|XOAUTH|OAUTHBEARER))|\bauth \[(XOAUTH2|OAUTHBEARER)\b|\b(?:using|with|mechanism|method) (?:SASL )?["']?(XOAUTH2|OAUTHBEARER)\b|\b1 possible authenticators?\. Authenticator \\?"?(XOAUTH2|OAUTHBEARER)\b/iu

// Programs that try the mechanisms in turn, and sessions that offer one and use another.
const another =
  /(?<!\d[- ])\b(?:AUTH|AUTHENTICATE) (?:PLAIN|LOGIN|CRAM-MD5)\b|\bAuthenticator \\?"(?!X?OAUTH)|\bnot (?:support|available)|\bunsupported\b/iu

/**
 * `XOAUTH2` or `OAUTHBEARER` (RFC 7628) where the words of a program say that it was used and speak of no other one;
 * else undefined. The time is proportional to the text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const tokenMechanismOf = (text: string): "XOAUTH2" | "OAUTHBEARER" | undefined => {
  if (!/OAUTH/iu.test(text)) return undefined
  const found = used.exec(text)?.slice(1).find((name) => name !== undefined)?.toUpperCase()
  if (found === undefined || another.test(text)) return undefined
  return found === "OAUTHBEARER" ? "OAUTHBEARER" : "XOAUTH2"
}
