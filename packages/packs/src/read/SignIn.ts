/**
 * Takes off the words by which Roundcube says that a sign-in failed, where the reason follows: what could not even be
 * reached has refused nobody.
 *
 * @since 0.1.0
 */

const outcome =
  /^\W{0,8}(?:IMAP Error: )?Login failed for \S{1,320}(?: against \S{1,255})? from [^\s(]{1,64}(?:\([^)]{0,128}\))?[.:] (?=\S[^]{8})/u

// Where in its own source Roundcube was, and for which request of a browser.
const place = / in \S{1,200}\.php on line [0-9]{1,6}(?: \((?:GET|POST) [^)]{0,400}\))?\s{0,8}$/u

/**
 * The reason alone, or the text as it is. The time is proportional to the text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutOutcome = (text: string): string => {
  if (!text.includes("Login failed for ")) return text
  const reason = text.replace(outcome, "")
  if (reason === text) return text
  const from = Math.max(0, reason.length - 1000)
  return reason.slice(0, from) + reason.slice(from).replace(place, "")
}
