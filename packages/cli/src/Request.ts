/**
 * From flags to the options of a check: every value judged, files read, secrets fetched last.
 */
import { AuthChoice, type CheckOptions, GrantKind, spanMillis } from "@sonde/domain/Options"
import { PhaseId, Security, ServiceId } from "@sonde/domain/Service"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type Failure, missing, usage } from "./Failure.ts"
import * as Files from "./Files.ts"
import type * as Flags from "./Flags.ts"
import { quoted, shellQuoted } from "./Print.ts"
import { note } from "./Screen.ts"
import * as Secret from "./Secret.ts"

/** The flags of a diagnosis. */
export type Input = Flags.Parsed<typeof Flags.check & typeof Flags.places & typeof Flags.secrets>

const oneOf = <A extends string>(
  option: string,
  text: string,
  words: ReadonlyArray<A>
): Result.Result<A, Failure> => {
  const found = words.find((word) => word === text.toLowerCase())
  return found === undefined
    ? Result.fail(usage(`${option} does not know ${quoted(text)}`, `it takes ${words.join(", ")}`))
    : Result.succeed(found)
}

const servicesOf = (
  option: string,
  texts: ReadonlyArray<string>
): Result.Result<ReadonlyArray<ServiceId>, Failure> =>
  Result.gen(function*() {
    const out: Array<ServiceId> = []
    for (const text of texts.flatMap((one) => one.split(",")).map((one) => one.trim()).filter((one) => one !== "")) {
      out.push(yield* oneOf(option, text, ServiceId.literals))
    }
    return out
  })

const portOf = (text: string): Result.Result<number, Failure> =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535
    ? Result.succeed(Number(text))
    : Result.fail(usage(`--port takes a number from 1 to 65535, not ${quoted(text)}`))

/** A duration as it was typed, judged. */
export const spanOf = (option: string, text: string): Result.Result<string, Failure> => {
  const millis = spanMillis(text)
  return millis !== undefined && millis > 0
    ? Result.succeed(text)
    : Result.fail(usage(`${option} takes a duration, not ${quoted(text)}`, "write it as 500ms, 10s or 5m"))
}

/** The limits that flags give. */
export const spans = Effect.fnUntraced(function*(input: Partial<Pick<Input, "timeout" | "deadline">>) {
  const { deadline, timeout } = input
  return {
    ...(timeout === undefined ? {} : { timeout: yield* Effect.fromResult(spanOf("--timeout", timeout)) }),
    ...(deadline === undefined ? {} : { deadline: yield* Effect.fromResult(spanOf("--deadline", deadline)) })
  }
})

/** The family that is left. */
const familyOf = (
  { ipv4 = false, ipv6 = false }: Partial<Pick<Input, "ipv4" | "ipv6">>
): Result.Result<Pick<CheckOptions, "family">, Failure> =>
  ipv4 && ipv6
    ? Result.fail(usage("--ipv4 and --ipv6 were both given", "leave one of them out"))
    : Result.succeed(ipv4 ? { family: 4 } : ipv6 ? { family: 6 } : {})

/** The way out that flags give. */
export const way = Effect.fnUntraced(function*(input: Flags.Parsed<typeof Flags.way>) {
  const out: Partial<Mutable<CheckOptions>> = {}
  for (const name of ["dns", "proxy", "source"] as const) {
    const value = input[name]
    if (value === "") return yield* usage(`--${name} was given and is empty`, "give it a value or leave it out")
    if (value !== undefined) out[name] = value
  }
  return Object.assign(out, yield* Effect.fromResult(familyOf(input)))
})

const proxyLabel = "Password of the proxy"

/** The secret of the proxy, where a command takes no other. */
export const proxySecret = Effect.fnUntraced(function*(text: string | undefined) {
  if (text === undefined) return {}
  const source = yield* Effect.fromResult(Secret.parse("--proxy-secret", text))
  return { proxySecret: yield* Secret.read("--proxy-secret", source, proxyLabel) }
})

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/**
 * The options that flags give, without the target; only what was given is set, so that they can override others. A command may
 * have some of the flags only.
 */
export const options = Effect.fnUntraced(function*(input: Partial<Input>) {
  const out: Partial<Mutable<CheckOptions>> = {}
  const plain = [
    "provider",
    "user",
    "host",
    "dns",
    "proxy",
    "source",
    "address",
    "control",
    "ip",
    "ehlo",
    "from",
    "tenant",
    "cloud",
    "audience",
    "scope",
    "clientId",
    "tokenEndpoint",
    "authorizationEndpoint",
    "redirectUri",
    "readBackUser",
    "readBackHost"
  ] as const
  for (const name of plain) {
    const value = input[name]
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (value === "") return yield* usage(`--${option} was given and is empty`, "give it a value or leave it out")
    if (value !== undefined) out[name] = value
  }
  Object.assign(out, yield* Effect.fromResult(familyOf(input)))
  const toggles = [
    "deliver",
    "deliverAgain",
    "readBack",
    "readBackDelete",
    "allowClearAuth",
    "ignorePreflight",
    "revocation",
    "wait"
  ] as const
  for (const name of toggles) {
    if (input[name] === true) out[name] = true
  }
  const grant = GrantKind.literals.find((kind) => kind === input.token)
  if (grant !== undefined) out.grant = grant
  if (input.auth !== undefined && !AuthChoice.literals.some((known) => known === input.auth?.toLowerCase())) {
    const { unspoken } = yield* Effect.promise(() => import("@sonde/phases/Choice"))
    const why = unspoken(input.auth)
    if (why !== undefined) {
      return yield* usage(`--auth ${quoted(input.auth)}: ${why}`, `it takes ${AuthChoice.literals.join(", ")}`)
    }
  }
  if (input.auth !== undefined) out.auth = yield* Effect.fromResult(oneOf("--auth", input.auth, AuthChoice.literals))
  if (input.via !== undefined) out.via = yield* Effect.fromResult(oneOf("--via", input.via, ["smtp", "graph"] as const))
  if (input.security !== undefined) {
    out.security = yield* Effect.fromResult(oneOf("--security", input.security, Security.literals))
  }
  if (input.until !== undefined) out.until = yield* Effect.fromResult(oneOf("--until", input.until, PhaseId.literals))
  for (const name of ["only", "skip"] as const) {
    const list = input[name] ?? []
    if (list.length > 0) out[name] = yield* Effect.fromResult(servicesOf(`--${name}`, list))
  }
  if (input.port !== undefined) out.port = yield* Effect.fromResult(portOf(input.port))
  Object.assign(out, yield* spans(input))
  for (const name of ["connectTo", "to", "allowRecipient", "authservId", "dnsbl", "pack"] as const) {
    const list = input[name] ?? []
    if (list.length > 0) out[name] = list
  }
  if (input.readBackTimeout !== undefined) {
    out.readBackTimeout = yield* Effect.fromResult(spanOf("--read-back-timeout", input.readBackTimeout))
  }
  if (input.tlsVersions !== undefined) out.tlsVersions = input.tlsVersions
  if (input.packs !== undefined) out.packs = input.packs
  if (input.ca !== undefined) out.ca = yield* Files.certificates("--ca", input.ca)
  if (input.message !== undefined) {
    out.message = yield* Files.text("--message", input.message)
    if (out.message === "") {
      return yield* missing(`--message: the file ${quoted(input.message)} is empty`, "give a message, header first")
    }
  }
  return out
})

/** Where the secrets come from, judged but not fetched. */
export interface Sources {
  readonly secret?: Secret.Source | undefined
  readonly token?: Secret.Source | undefined
  readonly clientSecret?: Secret.Source | undefined
  readonly clientAssertion?: Secret.Source | undefined
  readonly refreshToken?: Secret.Source | undefined
  readonly readBackSecret?: Secret.Source | undefined
  readonly readBackToken?: Secret.Source | undefined
  /** A PEM file. */
  readonly clientCertificate?: string | undefined
  /** A JSON file. */
  readonly serviceAccount?: string | undefined
  readonly proxySecret?: Secret.Source | undefined
  readonly tlsKey?: Secret.Source | undefined
  /** A PEM file. */
  readonly tlsCertificate?: string | undefined
}

const taken = [
  ["secret", "--secret"],
  ["token", "--token"],
  ["clientSecret", "--client-secret"],
  ["clientAssertion", "--client-assertion"],
  ["refreshToken", "--refresh-token"],
  ["proxySecret", "--proxy-secret"],
  ["tlsKey", "--tls-key"],
  ["readBackSecret", "--read-back-secret"],
  ["readBackToken", "--read-back-token"]
] as const

/** Judges where the secrets come from. */
export const sources = Effect.fnUntraced(function*(input: Partial<Flags.Parsed<typeof Flags.secrets>>) {
  const out: { -readonly [K in keyof Sources]: Sources[K] } = {
    secret: undefined,
    token: undefined,
    clientSecret: undefined,
    clientAssertion: undefined,
    refreshToken: undefined,
    clientCertificate: input.clientCertificate,
    serviceAccount: input.serviceAccount,
    proxySecret: undefined,
    tlsKey: undefined,
    readBackSecret: undefined,
    readBackToken: undefined,
    tlsCertificate: input.tlsCertificate
  }
  let piped: string | undefined = undefined
  for (const [name, option] of taken) {
    const text = input[name]
    // A way to obtain a token is an option of the run and no source.
    if (text === undefined || name === "token" && GrantKind.literals.some((kind) => kind === text)) continue
    const source = yield* Effect.fromResult(Secret.parse(option, text))
    if (source.kind === "stdin" && piped !== undefined) {
      return yield* usage(
        `${piped} and ${option} cannot both come from standard input`,
        "take one of them from elsewhere"
      )
    }
    if (source.kind === "stdin") piped = option
    out[name] = source
  }
  const found: Sources = out
  return found
})

/** Secrets that were fetched. */
export interface Fetched {
  readonly secret?: Redacted.Redacted<string>
  readonly token?: Redacted.Redacted<string>
  readonly clientSecret?: Redacted.Redacted<string>
  readonly clientAssertion?: Redacted.Redacted<string>
  readonly refreshToken?: Redacted.Redacted<string>
  readonly clientCertificate?: Redacted.Redacted<string>
  readonly serviceAccount?: Redacted.Redacted<string>
  readonly tlsCertificate?: Redacted.Redacted<string>
  readonly proxySecret?: Redacted.Redacted<string>
  readonly tlsKey?: Redacted.Redacted<string>
  readonly readBackSecret?: Redacted.Redacted<string>
  readonly readBackToken?: Redacted.Redacted<string>
}

/** Something in place of each secret that there is a source for. */
export const standIns = (from: Sources, standIn: Redacted.Redacted<string>): Fetched =>
  Object.fromEntries(Object.entries(from).flatMap(([name, source]) => source === undefined ? [] : [[name, standIn]]))

const certificate = Effect.fnUntraced(function*(path: string) {
  const option = "--client-certificate"
  const pem = Redacted.make(yield* Files.text(option, path), { label: "certificate" })
  const Grant = yield* Effect.promise(() => import("@sonde/phases/Grant"))
  // Signing shows whether the key can be used, before anybody is asked.
  yield* Effect.mapError(
    Grant.assertion(pem, "client", "https://localhost", 0),
    ({ problem, remedy }) => missing(`${option}: the file ${quoted(path)} ${problem}`, remedy)
  )
  return pem
})

const serviceAccount = Effect.fnUntraced(function*(path: string) {
  const option = "--service-account"
  const keyFile = Redacted.make(yield* Files.text(option, path, 65_536), { label: "service account" })
  const ServiceAccount = yield* Effect.promise(() => import("@sonde/phases/ServiceAccount"))
  // Signing shows whether the key can be used, before anybody is asked.
  yield* Effect.mapError(
    ServiceAccount.assertion(keyFile, { subject: "", scope: "", audience: "https://localhost" }, 0),
    ({ problem, remedy }) => missing(`${option}: the file ${quoted(path)} ${problem}`, remedy)
  )
  return keyFile
})

/** A client certificate, once it is known to go with its key. */
const tlsCertificate = Effect.fnUntraced(function*(path: string, key: Redacted.Redacted<string> | undefined) {
  const option = "--tls-certificate"
  const file = `the file ${quoted(path)}`
  const pem = Redacted.make(yield* Files.text(option, path), { label: "certificate" })
  const { createPrivateKey, X509Certificate } = yield* Effect.promise(() => import("node:crypto"))
  const certificate = yield* Effect.try({
    try: () => new X509Certificate(Redacted.value(pem)),
    catch: () =>
      missing(`${option}: ${file} holds no certificate that can be read`, "give a PEM file, the client's first")
  })
  const [keyOption, holder] = key === undefined ? [option, file] as const : ["--tls-key", "what was given"] as const
  const text = Redacted.value(key ?? pem)
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    return yield* missing(
      `${keyOption}: ${holder} has an encrypted private key`,
      "decrypt it with: openssl pkey -in KEY.pem, and give the result with --tls-key cmd: or file:"
    )
  }
  const privateKey = yield* Effect.try({
    try: () => createPrivateKey(text),
    catch: () =>
      missing(
        `${keyOption}: ${holder} has no private key that can be read`,
        key === undefined ? "put it into the same file, or give it with --tls-key" : "give it in PEM"
      )
  })
  if (!certificate.checkPrivateKey(privateKey)) {
    return yield* missing(
      `${keyOption}: the private key in ${holder} is not that of the certificate`,
      "the first certificate of the file has to be the client's own"
    )
  }
  return pem
})

/** What the form of a client secret tells before it is sent. */
const secretRemarks = [
  ["outerSpace", "begins or ends with white space, which counts", "check how it was copied"],
  ["looksLikeGuid", "has the form of an id", "Microsoft wants the Value of a secret and not its Secret ID"],
  ["invisible", "holds a character that is not to be seen", "copy it anew"],
  ["lookAlike", "holds characters that look like others", "copy it from where it was made"],
  ["notAscii", "holds characters outside ASCII", "check how it was copied"]
] as const

const remark = Effect.fnUntraced(function*(secret: Redacted.Redacted<string>) {
  const { secretTraits } = yield* Effect.promise(() => import("@sonde/packs/Preflight"))
  const traits = secretTraits(secret)
  const found = secretRemarks.find(([trait]) => traits[trait])
  if (found !== undefined) yield* note(`--client-secret ${found[1]}: ${found[2]}`)
})

/** Fetches the secrets. `who` is named where somebody is asked. */
export const fetch = Effect.fnUntraced(function*(from: Sources, who: string) {
  const out: { -readonly [K in keyof Fetched]: Fetched[K] } = {}
  const labels = {
    secret: `Password of ${who}`,
    token: `Access token of ${who}`,
    clientSecret: "Secret of the application",
    clientAssertion: "Token that stands for the application",
    refreshToken: `Refresh token of ${who}`,
    proxySecret: proxyLabel,
    tlsKey: "Private key of the client certificate",
    readBackSecret: "Password of the mailbox to read back from",
    readBackToken: "Access token of the mailbox to read back from"
  }
  for (const [name, option] of taken) {
    const source = from[name]
    if (source !== undefined) out[name] = yield* Secret.read(option, source, labels[name])
  }
  if (out.clientSecret !== undefined) yield* remark(out.clientSecret)
  if (from.clientCertificate !== undefined) out.clientCertificate = yield* certificate(from.clientCertificate)
  if (from.tlsCertificate !== undefined) out.tlsCertificate = yield* tlsCertificate(from.tlsCertificate, out.tlsKey)
  if (from.serviceAccount !== undefined) out.serviceAccount = yield* serviceAccount(from.serviceAccount)
  const fetched: Fetched = out
  return fetched
})

/** A source as it was typed; the command of `cmd:` is left out, it may hold what nobody else should see. */
const typed = (source: Secret.Source): string => {
  switch (source.kind) {
    case "env":
      return `env:${source.name}`
    case "file":
      return `file:${shellQuoted(source.path)}`
    case "cmd":
      return "cmd:COMMAND"
    case "stdin":
    case "prompt":
      return source.kind
  }
}

/** The flags by which the secrets of a run are given again: the journal keeps neither them nor their sources. */
export const again = (sources: Sources): string =>
  [
    ...taken.map(([name, option]) => {
      const source = sources[name]
      return source === undefined ? "" : `${option} ${typed(source)}`
    }),
    sources.clientCertificate === undefined ? "" : `--client-certificate ${shellQuoted(sources.clientCertificate)}`,
    sources.tlsCertificate === undefined ? "" : `--tls-certificate ${shellQuoted(sources.tlsCertificate)}`,
    sources.serviceAccount === undefined ? "" : `--service-account ${shellQuoted(sources.serviceAccount)}`
  ].filter((part) => part !== "").join(" ")

/** The flag by which a run is found again. */
export const place = (state: string | undefined): string => state === undefined ? "" : `--state ${shellQuoted(state)}`
