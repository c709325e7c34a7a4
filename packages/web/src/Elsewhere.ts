/**
 * The same check as a command and as a request: ready to be typed, without the secret.
 */
import type { CheckOptions } from "@sonde/domain/Options"

/** How a run signed in, as far as anybody may know it afterwards. */
export type SignIn = "nothing" | "password" | "token" | "device"

/** A word of a POSIX shell: quoted where it must be. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const flags: ReadonlyArray<readonly [keyof CheckOptions, string]> = [
  ["provider", "--provider"],
  ["user", "--user"],
  ["auth", "--auth"],
  ["clientId", "--client-id"],
  ["tenant", "--tenant"],
  ["cloud", "--cloud"],
  ["audience", "--audience"],
  ["scope", "--scope"],
  ["host", "--host"],
  ["port", "--port"],
  ["security", "--security"],
  ["connectTo", "--connect-to"],
  ["address", "--address"],
  ["control", "--control"],
  ["dnsbl", "--dnsbl"],
  ["dns", "--dns"],
  ["proxy", "--proxy"],
  ["source", "--source"],
  ["selector", "--selector"],
  ["ip", "--ip"],
  ["ehlo", "--ehlo"],
  ["from", "--from"],
  ["to", "--to"],
  ["until", "--until"],
  ["deliver", "--deliver"],
  ["readBack", "--read-back"],
  ["readBackHost", "--read-back-host"],
  ["readBackUser", "--read-back-user"],
  ["allowRecipient", "--allow-recipient"],
  ["authservId", "--authserv-id"],
  ["timeout", "--timeout"],
  ["deadline", "--deadline"]
]

/** The command for a look at one thing alone; `sonde check` for everything else. */
const name = ({ only, starttls }: CheckOptions): ReadonlyArray<string> =>
  only?.length === 1 && only[0] === "posture"
    ? ["posture"]
    : only?.length === 1 && only[0] === "tls"
    ? starttls === undefined ? ["tls"] : ["tls", "--starttls", starttls]
    : only === undefined
    ? ["check"]
    : ["check", "--only", only.join(",")]

/** The command; the secret comes from the environment, trust anchors from a file. */
export const command = (options: CheckOptions, signIn: SignIn): string => {
  const [verb = "check", ...more] = name(options)
  const words = ["sonde", verb, options.target, ...more]
  for (const [key, flag] of flags) {
    const value = options[key]
    if (value === undefined || value === false) continue
    if (value === true) words.push(flag)
    else for (const one of Array.isArray(value) ? value : [value]) words.push(flag, `${one}`)
  }
  if (options.ca !== undefined) words.push("--ca", "anchors.pem")
  if (signIn === "password") words.push("--secret", "env:MAIL_SECRET")
  if (signIn === "token") words.push("--token", "env:MAIL_TOKEN")
  if (signIn === "device") words.push("--token", "device-code")
  return words.map(quoted).join(" ")
}

const secrets: Readonly<Record<SignIn, object>> = {
  nothing: {},
  password: { secret: "…" },
  token: { token: "…" },
  device: { token: { source: "device-code" } }
}

/** The settings of a mailbox, as a command. */
export const discovery = ({ ca, connectTo = [], dns, provider, target }: CheckOptions): string =>
  [
    "sonde",
    "discover",
    target,
    ...provider === undefined ? [] : ["--provider", provider],
    ...dns === undefined ? [] : ["--dns", dns],
    ...connectTo.flatMap((pin) => ["--connect-to", pin]),
    ...ca === undefined ? [] : ["--ca", "anchors.pem"]
  ].map(quoted).join(" ")

/** A body that is posted, by curl. It comes from standard input, so that a secret put into it is in no list of processes. */
export const posted = (body: object, url: string, bearer: boolean): string =>
  [
    `curl --json @-${bearer ? ` --header "Authorization: Bearer $SONDE_TOKEN"` : ""} ${quoted(url)} <<'JSON'`,
    JSON.stringify(body, null, 2),
    "JSON"
  ].join("\n")

/** The request that starts the same run. */
export const request = (options: CheckOptions, signIn: SignIn, origin: string, bearer: boolean): string =>
  posted({ ...options, ...secrets[signIn] }, `${origin}/v1/runs`, bearer)
