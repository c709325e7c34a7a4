/**
 * From the body of a request to the options of a check: what this server takes, and what it refuses.
 *
 * `token: { "source": "device-code" }` lets a person sign in on another device while the run waits:
 * `decisions/0002-device-codes-over-http.md`.
 *
 * Refuses before anything is dialled what can be told from the words alone; addresses that names resolve to are judged when they
 * are dialled, by `rule`. Reads no secrets by itself: `SecretSources` does, and only after everything else holds.
 */
import { type CheckOptions, spanMillis } from "@sonde/domain/Options"
import * as Target from "@sonde/domain/Target"
import { type InvalidOption, TargetDenied } from "@sonde/http-api/Problems"
import type { ResumeRun, SecretInput, StartRun } from "@sonde/http-api/RunsApi"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import * as Proxy from "@sonde/net/Proxy"
import { type Check, type OptionsError, Sonde } from "@sonde/sonde"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { invalid, option as optionProblem } from "./Failures.ts"
import { redirection, SecretSources } from "./SecretSources.ts"
import { Settings, type Values } from "./Settings.ts"

/** The body of a request that starts or resumes a run; a resumed run brings its target along. */
export type Body = StartRun | ({ readonly target: string } & ResumeRun)

/** Recipients of one run: enough to compare a few, too few to try a list of names. */
export const maxRecipients = 10

type Reason = TargetDenied["error"]["reason"]

const sentences: Readonly<Record<Reason, string>> = {
  Address: "names an address that is not on the public internet",
  Name: "is a name that the public DNS does not have",
  Port: "names a port that this server does not contact",
  Recipient: "names a recipient outside the domain of the account that is checked"
}

const denied = (option: string, reason: Reason): TargetDenied =>
  new TargetDenied({ detail: `${option} ${sentences[reason]}`, error: { _tag: "TargetDenied", option, reason } })

// What the runtime says to a person at a command line, for a program that writes a body.
const remedies: Readonly<Record<string, string>> = {
  "--auth": "give \"secret\" for a password, \"token\" for a token",
  "--provider": "GET /v1/packs lists those there are"
}

/** An error of the runtime, with the names of the body. */
const inBody = (error: OptionsError): InvalidOption => {
  const { option, problem } = error
  const remedy = problem.startsWith("was given") ? error.remedy.replace(/^add --/u, "also give --") : error.remedy
  return optionProblem({
    option: option === "the target" ? "target" : option,
    problem: problem.replace("--secret", "secret"),
    remedy: problem.includes("available in this version") ? remedy : remedies[option] ?? remedy
  })
}

/**
 * What may be dialled for a run: public addresses on the ports of mail, told coarsely; with `allowPrivate` every address on
 * those ports, the ports that `connectTo` maps to, and that of a proxy. Tokens and published settings come from the ports of HTTP.
 */
export const rule = (
  settings: Pick<Values, "allowPrivate" | "anyPort" | "ports">,
  options: Pick<CheckOptions, "connectTo" | "proxy">
): AddressPolicy.AddressRule => {
  if (!settings.allowPrivate) return AddressPolicy.publicOnly(settings.anyPort ? "any" : settings.ports)
  const proxy = Proxy.fromString(options.proxy ?? "")
  const pinned = (options.connectTo ?? []).map((pin) => Number(/:(\d{1,5})$/u.exec(pin)?.[1] ?? 0))
    .concat(proxy === undefined || proxy === "secret" ? [] : [proxy.port])
  const isAllowed = (_: string, port: number) =>
    settings.anyPort || settings.ports.includes(port) || pinned.includes(port)
  return { isAllowed, isAllowedForHttp: (_, port) => AddressPolicy.httpPorts.includes(port) || isAllowed(_, port) }
}

/** The port that an entry of `connectTo` maps, which is the one that the run asks for. */
const mappedPort = (pin: string): number => Number(/^(?:\[[^\]]+\]|[^:]+):(\d{1,5}):/u.exec(pin)?.[1] ?? 0)

const domainOf = (address: string | undefined): string | undefined => {
  const at = address?.lastIndexOf("@") ?? -1
  return at < 0 ? undefined : Target.hostName(address!.slice(at + 1))?.toLowerCase()
}

const nameOf = (host: string): string | undefined =>
  AddressPolicy.classify(host) === "invalid" && !host.startsWith("[") ? host : undefined

const given = <A extends object>(options: A): A =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as A

type Pins = Pick<Values, "connectTo" | "ca">

/** A check with what the operator says for every run. */
const pinned = (check: Check, settings: Pins): Check =>
  given({
    ...check,
    connectTo: settings.connectTo.length === 0 ? check.connectTo : [...(check.connectTo ?? []), ...settings.connectTo],
    ca: settings.ca === undefined ? check.ca : [check.ca, settings.ca].filter((pem) => pem !== undefined).join("\n")
  }) as Check

/** What a run was asked, without what the operator says for every run. */
const unpinned = ({ allowRecipient: _, ca, connectTo, ...rest }: CheckOptions, settings: Pins): CheckOptions => {
  const pins = connectTo?.filter((pin) => !settings.connectTo.includes(pin)) ?? []
  const own = settings.ca === undefined ? ca : ca?.replace(settings.ca, "").trim()
  return given({
    ...rest,
    connectTo: pins.length === 0 ? undefined : pins,
    ca: own === "" ? undefined : own
  }) as CheckOptions
}

/** The source of a token that stands for a person with another device. */
const deviceCode = "device-code"

/** Options that go with a way to obtain a token. */
const ofGrant = ["clientId", "tenant", "cloud", "tokenEndpoint"] as const

/**
 * The body of a resumed run: what it was asked before, with what is given again. All of it is judged, so that a secret of the
 * server is not lent to a run that was aimed elsewhere when it started. Packs of a run are not given again.
 */
export const resumed = (asked: CheckOptions, body: ResumeRun, settings: Pins): Body => {
  const { deliverAgain: _again, grant, pack: _pack, packs: _packs, wait: _wait, ...before } = unpinned(asked, settings)
  const isOther = body.secret !== undefined || body.token !== undefined
  // Whoever gives a secret now signs in with that one, and needs no more what obtained a token.
  if (isOther && grant !== undefined) { for (const option of ofGrant) delete before[option] }
  return { ...before, ...(grant === deviceCode && !isOther ? { token: { source: deviceCode } } : {}), ...given(body) }
}

/** Takes bodies. */
export class Intake extends Context.Service<Intake, {
  /** The check that a body asks for, with its secrets, as far as this server makes it. */
  check(body: Body): Effect.Effect<Check, InvalidOption | TargetDenied>
}>()("@sonde/http-server/Intake") {
  static readonly layer = Layer.effect(Intake, Effect.suspend(() => make))
}

/** Options that are not taken over HTTP at all, or not by this server. */
const refused = (body: Body, settings: Values): InvalidOption | undefined => {
  for (const option of ["pack", "packs"] as const) {
    if (body[option] !== undefined) {
      return invalid(option, "is not taken over HTTP", "leave it out; packs are loaded when the server starts")
    }
  }
  if (body.allowRecipient !== undefined) {
    return invalid(
      "allowRecipient",
      "is for the operator to say",
      "leave it out; --allow-recipient of sonde serve does it"
    )
  }
  if (body.wait === true) {
    return invalid(
      "wait",
      "would hold a place of the server asleep",
      "leave it out, and resume at the time the report names"
    )
  }
  // Each says where this server connects to, or from.
  for (const option of ["connectTo", "dns", "proxy", "source", "address", "control"] as const) {
    if (body[option] !== undefined && !settings.allowPrivate) {
      return invalid(
        option,
        "is taken only where private addresses are allowed",
        "leave it out, or serve with --allow-private"
      )
    }
  }
  return undefined
}

const isSource = (input: SecretInput | undefined): input is { readonly source: string } =>
  input !== undefined && !Redacted.isRedacted(input)

/** Why a secret that the server holds may not be used with these options. */
const redirected = (body: Body, source: string, settings: Values): InvalidOption | undefined => {
  if (settings.sources.some((allowed) => allowed.source === source && allowed.target === "*")) return undefined
  const option = redirection(body)
  if (option !== undefined) {
    return invalid(
      option,
      "says where or how a secret of this server would be sent",
      "leave it out, or give the secret itself"
    )
  }
  return Target.isAddress(body.target) || /:\d+$/u.test(body.target.trim())
    ? invalid(
      "target",
      "names the host that a secret of this server would be sent to",
      "give the mailbox, or the secret itself"
    )
    : undefined
}

const make = Effect.gen(function*() {
  const settings = yield* Settings
  const sonde = yield* Sonde
  const sources = yield* SecretSources
  // Else the name would be the address of this machine, which is nobody's business, and says nothing to whom is contacted.
  const outside = settings.publicUrl !== undefined && URL.canParse(settings.publicUrl)
    ? nameOf(new URL(settings.publicUrl).hostname)
    : undefined
  const isPort = (port: number): boolean => settings.anyPort || settings.ports.includes(port)

  const validated = (check: Check) => Effect.mapError(sonde.validate(check), inBody)
  type Request = Effect.Success<ReturnType<typeof validated>>

  const denial = (body: Body, request: Request): TargetDenied | undefined => {
    const { domain, host, lmtp, port, target } = request
    const place = body.host === undefined ? "target" : "host"
    if (!settings.allowPrivate) {
      for (const [option, name] of [[place, host], ["target", domain]] as const) {
        if (name === undefined) continue
        if (Target.isAddress(name)) {
          if (AddressPolicy.classify(name) !== "public") return denied(option, "Address")
        } else if (AddressPolicy.isInsideName(name)) return denied(option, "Name")
      }
    }
    if (port !== undefined && !isPort(port)) {
      return denied(body.port === undefined && target._tag === "Host" ? "target" : "port", "Port")
    }
    const { readBack } = request
    if (readBack?.host !== undefined) {
      const name = readBack.host
      if (!settings.allowPrivate && Target.isAddress(name) && AddressPolicy.classify(name) !== "public") {
        return denied("readBackHost", "Address")
      }
      if (!settings.allowPrivate && !Target.isAddress(name) && AddressPolicy.isInsideName(name)) {
        return denied("readBackHost", "Name")
      }
      if (readBack.port !== undefined && !isPort(readBack.port)) return denied("readBackHost", "Port")
    }
    const isAsked = (port: number): boolean => isPort(port) || AddressPolicy.httpPorts.includes(port)
    if ((body.connectTo ?? []).some((pin) => !isAsked(mappedPort(pin)))) return denied("connectTo", "Port")
    // A user proves something only by signing in.
    const own = [request.mailbox, request.credential?.user ?? request.grant?.user].map(domainOf).filter((name) =>
      name !== undefined
    )
    const isListed = (to: string) =>
      settings.recipients.some((one) =>
        one.startsWith("@") ? domainOf(one) === domainOf(to) : one.toLowerCase() === to.toLowerCase()
      )
    if ([...request.to, ...lmtp.to].some((to) => !own.includes(domainOf(to) ?? "") && !isListed(to))) {
      return denied("to", "Recipient")
    }
    // Nothing is signed in to at an exchanger. Every domain has a postmaster (RFC 5321 section 4.5.1); who else it has is not to be found out.
    const { to, until } = request.exchanger
    const isNamed = to.some((one) => !/^postmaster@/i.test(one))
    if (!settings.allowPrivate && request.services.includes("mx") && until === "rcpt" && isNamed) {
      return denied(body.to === undefined ? "target" : "to", "Recipient")
    }
    return undefined
  }

  const check = Effect.fn("Intake.check")(function*(body: Body): Effect.fn.Return<Check, InvalidOption | TargetDenied> {
    const no = refused(body, settings)
    if (no !== undefined) return yield* no
    if ((body.to?.length ?? 0) > maxRecipients) {
      return yield* invalid("to", `names more than ${maxRecipients} recipients`, "give fewer")
    }
    // No secret of an application is held for whoever asks.
    if (body.grant !== undefined) {
      return yield* invalid(
        "grant",
        "is not taken over HTTP",
        `give token: the value, or { "source": "${deviceCode}" } to sign in on another device`
      )
    }
    const { deadline, proxySecret, readBackSecret, readBackToken, secret, wait: _, ...rest } = body
    const byDevice = isSource(body.token) && body.token.source === deviceCode
    const token = byDevice ? undefined : body.token
    // A waiting time that cannot be meant stays, to be named by `validate`.
    const millis = deadline === undefined ? 60_000 : spanMillis(deadline)
    const longest = settings.maxRunMillis
    const options: CheckOptions = given({
      ...rest,
      token: undefined,
      grant: byDevice ? deviceCode : undefined,
      // Which recipients are allowed is the operator's to say, and `denial` does.
      allowRecipient: body.readBack === true
        ? [...(body.to ?? []), ...(body.from === undefined ? [] : [body.from])]
        : undefined,
      ehlo: settings.ehlo ?? body.ehlo ?? outside,
      deadline: millis !== undefined && millis > longest ? longest : deadline
    }) as CheckOptions
    for (const input of [secret, token]) {
      const problem = isSource(input) ? redirected(body, input.source, settings) : undefined
      if (problem !== undefined) return yield* problem
    }
    // Whether the rest can be meant is known without reading a source.
    const stand = (input: SecretInput | undefined) => isSource(input) ? Redacted.make("x") : input
    const other = { proxySecret, readBackSecret, readBackToken }
    const request = yield* validated(given({ ...options, ...other, secret: stand(secret), token: stand(token) }))
    const denies = denial(body, request)
    if (denies !== undefined) return yield* denies
    if (!isSource(secret) && !isSource(token)) {
      return pinned(given({ ...request.options, ...other, secret, token }), settings)
    }
    const read = (option: "secret" | "token", input: SecretInput | undefined) =>
      isSource(input) ? sources.resolve(option, input.source, options) : Effect.succeed(input)
    const found = given({
      ...request.options,
      ...other,
      secret: yield* read("secret", secret),
      token: yield* read("token", token)
    })
    yield* validated(found)
    return pinned(found, settings)
  })

  return Intake.of({ check })
})
