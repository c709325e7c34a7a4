/**
 * The text of a new pack: short, commented, without a mistake, its examples explained.
 *
 * Pure: dates come from the caller. Writing the file is the caller's, too.
 *
 * @since 0.1.0
 */

/**
 * What a new pack is about. `today` and `reviewBy` are dates (`2026-11-24`); `schema` is what the editor's line names.
 *
 * @category models
 * @since 0.1.0
 */
export interface ScaffoldOptions {
  readonly id: string
  readonly kind: "provider" | "software"
  readonly today: string
  readonly reviewBy: string
  readonly schema: string
}

/** The id as a name for people: `acme-mail` is Acme Mail. */
const nameOf = (id: string): string =>
  id.split("-").filter((word) => word !== "").map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join(
    " "
  )

/** A word as YAML reads it as text: in quotes where it would be a number, a truth value or nothing. */
const word = (text: string): string =>
  /^[A-Za-z]/u.test(text) && !/^(?:true|false|null)$/iu.test(text) ? text : JSON.stringify(text)

/**
 * The reply that the rule of a new pack explains, and its example.
 *
 * @category data
 * @since 0.1.0
 */
export const example = "535 5.7.0 Sending by SMTP is switched off for this mailbox"

const provider = (id: string): string =>
  `# Signs by which the provider is recognised. Weights of different kinds of signs add up; 50 is enough.
recognise:
  domains:
    - { name: ${id}.example, weight: 90 }
  mx:
    - { suffix: mx.${id}.example, weight: 90 }

# Where it is reached. The one marked default is tried when nobody names an endpoint.
endpoints:
  - service: smtp-submission
    protocol: smtp
    host: smtp.${id}.example
    port: 587
    security: starttls
    default: true
    sources: [HELP]
`

const software = (id: string): string =>
  `# Signs by which the software is recognised: text of its greeting. 50 is enough.
recognise:
  banners:
    - { text: ESMTP ${nameOf(id)}, weight: 90 }
`

/**
 * The text of the file.
 *
 * @category constructors
 * @since 0.1.0
 */
export const scaffold = ({ id, kind, reviewBy, schema, today }: ScaffoldOptions): string => {
  const [year = "2026", month = "1"] = today.split("-")
  return `# yaml-language-server: $schema=${schema}
#
# With "sonde packs schema --out ${schema}" beside this file, editors complete and explain every key.
# Everything about ${id}.example is an example: put what is true in its place.

id: ${word(id)}
name: ${word(nameOf(id))}
kind: ${kind}
version: ${year}.${Number(month)}.1
# The day by which somebody reads the sources again. Afterwards "sonde packs lint" fails.
reviewBy: "${reviewBy}"

# Where it is known from. Rules name these keys, and verdicts show title and date.
sources:
  HELP: { url: "https://help.${id}.example/smtp", title: Sending by SMTP, asOf: "${today}" }

${kind === "provider" ? provider(id) : software(id)}
# Which replies mean which cause, and what to do. The most specific rule wins, wherever it stands.
rules:
  - id: smtp-off
    # All conditions must hold. Literal text is the best there is; case and spaces do not matter.
    when:
      service: smtp-submission
      phase: auth
      code: 535
      text: Sending by SMTP is switched off for this mailbox
    # "sonde packs causes" lists the causes.
    cause: smtp_auth_disabled_mailbox
    # certain: the wording admits one cause; likely: others are rare; possible: several are as probable
    confidence: certain
    actor: mail-admin
    title: Sending by SMTP is switched off for this mailbox
    explanation: The server refused the sign-in because of a setting. It did not look at the password.
    # {mailbox}, {user}, {domain}, {host} and others are filled in, quoted for the shell.
    remedies:
      - kind: look
        text: Open the settings of {mailbox} and look whether sending by SMTP is on.
      - kind: change
        text: Switch sending by SMTP on.
        scope: one mailbox
        undo: Switch it off again.
    wontHelp:
      - another password
    sources: [HELP]
    # Real replies, word for word. "sonde packs test" tries whether each finds this rule and no other.
    examples:
      - "${example}"
`
}
