/**
 * Filling `{mailbox}` and its like in remedies, so that a value can never break out of a printed command.
 *
 * A value that holds anything but `A-Z a-z 0-9 @ . _ + -` is quoted for the shell of the command. Where quoting
 * cannot make it safe (control characters, a leading hyphen, a place that is already within quotes) the placeholder
 * stays open, `<mailbox>`, as it does for unknown values.
 *
 * @since 0.1.0
 */

/**
 * The placeholders a remedy may contain.
 *
 * @category models
 * @since 0.1.0
 */
export const names = [
  "mailbox",
  "user",
  "from",
  "to",
  "domain",
  "host",
  "port",
  "starttls",
  "size",
  "recipients",
  "run",
  "recheck",
  "tenant",
  "app-id",
  "object-id",
  "claim",
  "found",
  "wanted",
  "policy"
] as const
/** @category models @since 0.1.0 */
export type Placeholder = typeof names[number]

/**
 * Known values. `recheck` is a whole `sonde` command and is inserted as it is: whoever makes it quotes its words with
 * `quote`. `starttls` is one of `starttlsOf`, inserted as it is, too.
 *
 * @category models
 * @since 0.1.0
 */
export type Values = { readonly [P in Placeholder]?: string | undefined }

/**
 * Where a command is run; decides how values are quoted. `text` is a sentence.
 *
 * @category models
 * @since 0.1.0
 */
export type Shell = "powershell" | "sh" | "dns" | "http" | "config" | "text"

const plain = /^[A-Za-z0-9_][A-Za-z0-9@._+-]*$/u
// Control and format characters, line and paragraph separators, lone surrogates: invisible, or ends of a line.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u
// PowerShell reads all of these as a single quotation mark.
const powershellQuotes = /['\u2018\u2019\u201a\u201b]/gu

/**
 * A value as one word of a shell, quoted where needed; undefined where no quoting makes it safe.
 *
 * @category formatting
 * @since 0.1.0
 */
export const quote = (value: string, shell: Shell): string | undefined => {
  if (value === "" || unprintable.test(value)) return undefined
  switch (shell) {
    case "text":
    case "config":
      return value
    case "dns":
      return plain.test(value) ? value : undefined
    case "http":
      return encodeURIComponent(value).replace(/%40/gu, "@")
    case "powershell":
      // An unquoted 1e5 or 1kb is a number there.
      if (plain.test(value) && !(/^[0-9]/u.test(value) && /[A-Za-z]/u.test(value) && !value.includes("@"))) return value
      return value.startsWith("-") ? undefined : `'${value.replace(powershellQuotes, "$&$&")}'`
    case "sh":
      if (plain.test(value)) return value
      return value.startsWith("-") ? undefined : `'${value.replaceAll("'", "'\\''")}'`
  }
}

const pattern = /\{([a-z][a-z-]*)\}/gu

/**
 * The placeholders in a template, known or not, in order, without braces.
 *
 * @category combinators
 * @since 0.1.0
 */
export const found = (template: string): ReadonlyArray<string> =>
  [...template.matchAll(pattern)].map((match) => match[1] ?? "")

/** Whether a string is a placeholder's name. */
export const isPlaceholder = (name: string): name is Placeholder => names.some((known) => known === name)

/** Ports where TLS begins with the first octet (RFC 8314 section 7). */
const implicit: ReadonlySet<string> = new Set(["443", "465", "993", "995"])

const protocolOfPort: Readonly<Record<string, string>> = { "110": "pop3", "143": "imap", "4190": "sieve" }

/**
 * The option of `openssl s_client` that begins in clear, with a space behind it: `-starttls imap `. Empty for ports that
 * begin with TLS; of a place of which nothing is known the one of SMTP.
 *
 * @category formatting
 * @since 0.1.0
 */
export const starttlsOf = (service: string | undefined, port: string | undefined): string =>
  port !== undefined && implicit.has(port)
    ? ""
    : `-starttls ${
      port !== undefined && protocolOfPort[port] !== undefined
        ? protocolOfPort[port]
        : service === "imap" || service === "pop3" || service === "sieve"
        ? service
        : "smtp"
    } `

/** Whether the end of a piece of shell command is within quotes. */
const isWithinQuotes = (command: string, shell: Shell): boolean => {
  if (shell !== "powershell" && shell !== "sh") return false
  const escape = shell === "sh" ? "\\" : "`"
  let open: string | undefined
  for (let at = 0; at < command.length; at++) {
    const char = command[at]
    if (char === escape && open !== "'") at++
    else if (open === undefined ? char === "'" || char === "\"" : char === open) {
      open = open === undefined
        ? char
        : undefined
    }
  }
  return open !== undefined
}

/**
 * A template with its placeholders filled. Unknown values and values that cannot be made safe print as `<mailbox>`;
 * an unknown `{recheck}` prints as `sonde check <mailbox>`, an unknown `{starttls}` as what the port says. Braces around
 * anything else stay as they are.
 *
 * @category formatting
 * @since 0.1.0
 */
export const fill = (template: string, values: Values, shell: Shell): string => {
  let out = ""
  let done = 0
  for (const match of template.matchAll(pattern)) {
    const name = match[1] ?? ""
    if (!isPlaceholder(name)) continue
    const before = template.slice(done, match.index)
    out += before
    done = match.index + match[0].length
    const value = values[name]
    if (name === "recheck") {
      out += value ?? `sonde check ${fill("{mailbox}", values, "sh")}`
      continue
    }
    if (name === "starttls") {
      out += value ?? starttlsOf(undefined, values.port)
      continue
    }
    const quoted = value === undefined
      ? undefined
      : isWithinQuotes(template.slice(0, match.index), shell)
      ? plain.test(value) ? value : undefined
      : quote(value, shell)
    out += quoted ?? `<${name}>`
  }
  return out + template.slice(done)
}
