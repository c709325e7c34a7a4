/**
 * The flags that several commands share, and what they parse to.
 *
 * Values arrive as text and are judged in `Request.ts` and `View.ts`, so that every problem becomes one sentence.
 */
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"

/** Services that take a token. */
export const tokenServices = ["smtp-submission", "imap", "pop3", "sieve", "graph"] as const

const optional = <A>(flag: Flag.Flag<A>): Flag.Flag<A | undefined> =>
  flag.pipe(Flag.optional, Flag.map(Option.getOrUndefined))

/** A flag with a text that need not be given. */
export const text = (name: string, metavar: string, description: string): Flag.Flag<string | undefined> =>
  optional(Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description)))

/** A flag with a text that may be given several times. */
export const texts = (name: string, metavar: string, description: string): Flag.Flag<ReadonlyArray<string>> =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.atLeast(0))

/** A flag that is on or off; off unless given. */
export const toggle = (name: string, description: string): Flag.Flag<boolean> =>
  Flag.Boolean(name).pipe(Flag.withoutNegation, Flag.withDescription(description), Flag.withDefault(false))

/** A flag with one of a few words. */
export const choice = <const Words extends ReadonlyArray<string>>(
  name: string,
  words: Words,
  description: string
): Flag.Flag<Words[number] | undefined> =>
  optional(
    Flag.Literals(name, words).pipe(Flag.withMetavar(words.join("|")), Flag.withDescription(description))
  )

/** What a command's flags parse to. */
export type Parsed<Flags> = { readonly [K in keyof Flags]: Flags[K] extends Flag.Flag<infer A> ? A : never }

/** Where knowledge and journals are. */
export const places = {
  pack: texts(
    "pack",
    "PATH",
    "another pack, a YAML file or a folder with _pack.yaml; repeatable, a later one with the same id replaces an earlier one"
  ),
  packs: text("packs", "DIR", "a folder of packs, beside those of SONDE_PACKS and ~/.config/sonde/packs"),
  state: text("state", "DIR", "where runs are kept (default $XDG_STATE_HOME/sonde)")
}

/** Where a server keeps what it keeps, instead of a folder. */
export const server = {
  database: text(
    "database",
    "URL",
    "keep runs, tokens and copies in this PostgreSQL instead of a folder; with a password: env:NAME, file:PATH or cmd:COMMAND"
  )
}

/** How a result is shown. */
export const view = {
  format: text("format", "pretty|json|ndjson|html", "output format"),
  json: toggle("json", "short for --format json"),
  transcript: toggle("transcript", "show all lines of the conversation"),
  quiet: toggle("quiet", "show only the verdict"),
  short: toggle("short", "show one line for each service"),
  color: choice("color", ["auto", "always", "never"], "use colours"),
  redact: choice("redact", ["secrets", "personal"], "personal also hides addresses, user names, IP addresses and ids"),
  failOn: choice("fail-on", ["warning", "failure"], "exit with 1 from warnings on, or from failures on (default)"),
  exitCodes: choice("exit-codes", ["sysexits", "simple", "plugin"], "meaning of the exit status")
}

/** What is known of a pasted text besides its words. */
export const hints = {
  protocol: text("protocol", "PROTOCOL", "protocol it was said in: smtp, imap, pop3, http"),
  phase: text("phase", "PHASE", "phase it was said in: auth, mail, rcpt and so on"),
  provider: text("provider", "ID", "provider it comes from"),
  mechanism: text("mechanism", "MECH", "sign-in mechanism that was used"),
  host: text("host", "HOST", "server it comes from"),
  port: text("port", "PORT", "port of that server")
}

/** The secret of the proxy. */
export const proxySecret = text(
  "proxy-secret",
  "SOURCE",
  "password of the proxy's user: env:NAME, file:PATH, stdin, cmd:COMMAND or prompt"
)

/** Where secrets come from. */
export const secrets = {
  secret: text(
    "secret",
    "SOURCE",
    "password: env:NAME, file:PATH, stdin, cmd:COMMAND or prompt; never the password itself"
  ),
  token: text(
    "token",
    "SOURCE",
    "OAuth 2.0 access token: the same sources, or device-code, authorization-code, client-credentials, refresh-token or service-account to obtain one"
  ),
  clientSecret: text(
    "client-secret",
    "SOURCE",
    "secret of the application that obtains a token, from the same sources"
  ),
  clientCertificate: text("client-certificate", "PATH", "its certificate and private key instead, one PEM file"),
  clientAssertion: text(
    "client-assertion",
    "SOURCE",
    "token of another issuer that stands for it (workload identity), from the same sources"
  ),
  tlsCertificate: text(
    "tls-certificate",
    "PATH",
    "client certificate to show a mail server that asks for one, PEM; with --auth external it signs in"
  ),
  tlsKey: text(
    "tls-key",
    "SOURCE",
    "its private key where it is not in the same file: env:NAME, file:PATH or cmd:COMMAND"
  ),
  proxySecret,
  serviceAccount: text("service-account", "PATH", "JSON key file of a Google service account"),
  refreshToken: text("refresh-token", "SOURCE", "refresh token, from the same sources"),
  readBackSecret: text(
    "read-back-secret",
    "SOURCE",
    "password of the recipient's mailbox for --read-back, where it is another account; from the same sources"
  ),
  readBackToken: text(
    "read-back-token",
    "SOURCE",
    "access token for it instead: env:NAME, file:PATH, stdin, cmd:COMMAND or prompt"
  )
}

/** Who obtains a token, and where. */
export const client = {
  clientId: text("client-id", "ID", "application that obtains a token"),
  tokenEndpoint: text("token-endpoint", "URL", "where tokens are obtained, instead of where the pack says"),
  authorizationEndpoint: text("authorization-endpoint", "URL", "sign-in page for --token authorization-code, likewise"),
  redirectUri: text(
    "redirect-uri",
    "URL",
    "where the browser comes back to, as it is registered: http://localhost or http://127.0.0.1, with port and path if they count"
  ),
  tokenCacheKey: text(
    "token-cache-key",
    "SOURCE",
    "keep obtained tokens in the state folder, encrypted with this key: env:NAME, file:PATH or cmd:COMMAND, such as a keychain's"
  ),
  openBrowser: toggle("open-browser", "open the sign-in page instead of only printing its address")
}

/** Whose token it has to be, and for what. */
export const directory = {
  tenant: text("tenant", "ID", "directory of the mailbox, by its id or one of its domains"),
  cloud: text("cloud", "NAME", "separate cloud, as the pack names it: gcc-high, dod, china"),
  audience: text("audience", "NAME", "audience that the server wants in a token, where no pack knows it"),
  scope: text(
    "scope",
    "SCOPE",
    "scope that the server wants in a token, where no pack knows it, and that is asked for; of several one is enough"
  )
}

/**
 * The short flags of curl for one family as long ones: the parser takes a digit behind a hyphen for a number. What stands behind `--`
 * is left alone.
 */
export const families = (argv: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length
  return argv.map((word, at) => at < end && (word === "-4" || word === "-6") ? `--ipv${word.slice(1)}` : word)
}

/** How connections leave this machine. */
export const way = {
  dns: text(
    "dns",
    "SERVER",
    "resolver to ask: ADDRESS[:PORT], tls://HOST[:PORT]#NAME or https://HOST/dns-query (default: the system's)"
  ),
  proxy: text(
    "proxy",
    "URL",
    "go through a proxy: socks5://[USER@]HOST:PORT, socks5h:// to have it look names up, http:// for HTTP CONNECT"
  ),
  ipv4: toggle("ipv4", "use IPv4 only; -4 for short, as with curl"),
  ipv6: toggle("ipv6", "use IPv6 only; -6 for short, as with curl"),
  source: text("source", "ADDRESS", "address of this machine to connect from")
}

/** The options of a diagnosis. */
export const check = {
  ...way,
  ...client,
  ...directory,
  user: text("user", "NAME", "sign-in name when it is not the mailbox"),
  auth: text(
    "auth",
    "MECH",
    "auto (default), plain, login, cram-md5, scram-sha-1, scram-sha-256 (either with -plus), xoauth2, oauthbearer or external"
  ),
  provider: text("provider", "ID", "skip recognition of the provider"),
  only: texts(
    "only",
    "LIST",
    "check only these services (smtp-submission, imap, pop3, sieve, graph, token, mx, lmtp, posture)"
  ),
  skip: texts("skip", "LIST", "leave these services out"),
  via: text("via", "smtp|graph", "way of sending: SMTP, or Microsoft Graph with a token"),
  host: text("host", "HOST", "connect to this host"),
  port: text("port", "PORT", "connect to this port"),
  security: text("security", "starttls|tls|none|opportunistic", "how the connection is encrypted"),
  connectTo: texts("connect-to", "HOST:PORT:ADDR:PORT", "dial ADDR:PORT when HOST:PORT is meant; repeatable"),
  address: text("address", "ADDRESS", "connect to this address; the name checked in TLS stays the host"),
  dnsbl: texts(
    "dnsbl",
    "ZONE",
    "ask this DNS block list about the sending address; repeatable, default for those that the packs propose"
  ),
  ip: text("ip", "ADDRESS", "address that mail leaves from as others see it, for --dnsbl"),
  control: text(
    "control",
    "HOST:PORT",
    "a server that works, best with the same port: dialled where the target does not answer, to tell a blocked network from an outage"
  ),
  ca: text("ca", "FILE", "more trust anchors, PEM"),
  ehlo: text("ehlo", "NAME", "name to greet the server with"),
  from: text("from", "ADDRESS", "envelope sender (default: the mailbox)"),
  to: texts("to", "ADDRESS", "envelope recipient; repeatable"),
  until: text("until", "PHASE", "stop after a phase"),
  deliver: toggle("deliver", "really send one message; without it nothing is ever sent"),
  message: text("message", "FILE", "the message to deliver, instead of a short test message"),
  readBack: toggle(
    "read-back",
    "with --deliver: find the message again in the recipient's mailbox, by IMAP, POP3 or Graph"
  ),
  readBackUser: text("read-back-user", "NAME", "sign-in name there, when it is another account and not the recipient"),
  readBackHost: text("read-back-host", "HOST[:PORT]", "read there, instead of where the pack or discovery says"),
  authservId: texts(
    "authserv-id",
    "ID",
    "whose Authentication-Results to believe, instead of those that are known to be the receiver's; repeatable"
  ),
  readBackTimeout: text("read-back-timeout", "DURATION", "how long to look for it (default 60s)"),
  readBackDelete: toggle("read-back-delete", "delete that one message when it was found"),
  allowRecipient: texts(
    "allow-recipient",
    "ADDRESS|@DOMAIN",
    "recipient outside the target's domain that may get the message; repeatable; --read-back asks for it"
  ),
  deliverAgain: toggle("deliver-again", "send again although the last message may have been accepted"),
  allowClearAuth: toggle("allow-clear-auth", "allow the secret on a connection without encryption"),
  timeout: text("timeout", "DURATION", "limit for one phase (default 10s)"),
  deadline: text("deadline", "DURATION", "limit for the whole run (default 60s)"),
  ignorePreflight: toggle("ignore-preflight", "connect although the pack says that it cannot work"),
  revocation: toggle(
    "revocation",
    "read revocation lists and missing issuers, by HTTP in clear, where certificates say they are"
  ),
  tlsVersions: choice(
    "tls-versions",
    ["auto", "always", "never"],
    "ask servers which versions of TLS they take, on connections of their own: auto where neither an endpoint, a phase to stop after nor a delivery is named"
  ),
  wait: toggle("wait", "sleep through a throttle instead of suspending the run")
}

/** What obtaining a token takes: nothing of what happens at a mail server. */
export const obtain = {
  token: text(
    "token",
    "WAY",
    "how to obtain it: device-code, authorization-code, client-credentials, refresh-token or service-account"
  ),
  clientSecret: text(
    "client-secret",
    "SOURCE",
    "secret of the application: env:NAME, file:PATH, stdin, cmd:COMMAND or prompt; never the secret itself"
  ),
  clientCertificate: secrets.clientCertificate,
  clientAssertion: secrets.clientAssertion,
  serviceAccount: secrets.serviceAccount,
  refreshToken: secrets.refreshToken,
  ...client,
  ...directory,
  provider: check.provider,
  user: check.user,
  host: text("host", "HOST", "mail server that it is for, where that tells the cloud"),
  connectTo: check.connectTo,
  dns: check.dns,
  ca: check.ca,
  timeout: check.timeout,
  deadline: check.deadline
}

/** What is to be known of a domain's mail besides its name. */
export const posture = {
  dnsbl: check.dnsbl,
  selector: texts("selector", "NAME", "DKIM selector to look at, besides those of the packs; repeatable"),
  ip: text("ip", "ADDRESS", "address that would send, for SPF and its name"),
  from: text("from", "ADDRESS", "envelope sender it would use (default: postmaster of the domain)"),
  provider: check.provider,
  ...way,
  proxySecret,
  connectTo: check.connectTo,
  ca: check.ca,
  ehlo: check.ehlo,
  timeout: check.timeout,
  deadline: check.deadline
}

/** What a look at the TLS of a port takes beside the options of a diagnosis. */
export const tls = {
  starttls: choice("starttls", ["smtp", "imap", "pop3", "sieve", "lmtp"], "begin in clear, in this protocol"),
  revocation: check.revocation,
  ...way,
  proxySecret,
  address: check.address,
  control: check.control,
  connectTo: check.connectTo,
  ca: check.ca,
  ehlo: check.ehlo,
  timeout: check.timeout,
  deadline: check.deadline
}

/** Whom a server may contact, and with which secrets. */
export const reach = {
  allowSource: texts(
    "allow-source",
    "TARGET=SOURCE",
    "let checks of a mailbox, a domain or * use a secret source; repeatable"
  ),
  allowPrivate: toggle("allow-private", "contact addresses that are not on the public internet, too"),
  allowPorts: texts("allow-ports", "LIST", "contact these ports, or any, instead of those of mail"),
  connectTo: check.connectTo,
  ca: check.ca
}

/** Events instead of a report. */
export const events = toggle("events", "print events while they happen, one JSON document a line")
