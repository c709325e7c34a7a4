/**
 * Checks the options of a run and gives them their defaults, before anything is dialled.
 *
 * An option that cannot be meant is an error of usage that names the option and the remedy. What concerns one matter alone stands
 * in `options/`; here is what a run is, and the order in which it is checked: the first problem is the one that is told.
 *
 * @since 0.1.0
 */
import { pemBlocks } from "@sonde/domain/Certificate"
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import type { PhaseId, Security, ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import type { Proxy } from "@sonde/net/Proxy"
import type { Credential } from "@sonde/phases/Credential"
import { ehloProblem } from "@sonde/phases/Inputs"
import * as Result from "effect/Result"
import type { Reading } from "./Available.ts"
import * as Addresses from "./options/Addresses.ts"
import * as Blocklists from "./options/Blocklists.ts"
import * as Exchanger from "./options/Exchanger.ts"
import { grantOf, type GrantPlan } from "./options/GrantPlan.ts"
import * as Lmtp from "./options/Lmtp.ts"
import * as Place from "./options/Place.ts"
import * as Posture from "./options/Posture.ts"
import * as ReadBack from "./options/ReadBack.ts"
import * as Services from "./options/Services.ts"
import * as SignIn from "./options/SignIn.ts"
import * as Spans from "./options/Spans.ts"
import * as Stops from "./options/Stops.ts"
import * as Tls from "./options/Tls.ts"
import { fail, OptionsError } from "./OptionsError.ts"
import * as Passage from "./Passage.ts"
import * as Way from "./Way.ts"

/** @category errors @since 0.1.0 */
export { OptionsError }

/**
 * Options that hold together. `until` is the phase of a submission to stop after, `graphUntil` that of Graph; `deliver` is true
 * when a message is to be sent, by what `sendsBy` says.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly options: CheckOptions
  readonly target: Target.Target
  readonly mailbox: string | undefined
  readonly domain: string | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly security: Security | undefined
  readonly credential: Credential | undefined
  /** How a token is obtained that is to be signed in with, where none is given. */
  readonly grant: GrantPlan | undefined
  readonly from: string | undefined
  readonly to: ReadonlyArray<string>
  readonly until: PhaseId
  readonly graphUntil: PhaseId
  /** Of a delivery by LMTP: whom to name, and the phase to stop after. */
  readonly lmtp: { readonly to: ReadonlyArray<string>; readonly until: PhaseId }
  /** Of the delivery to an exchanger: whom to name, all of the domain of the target, and the phase to stop after. */
  readonly exchanger: { readonly to: ReadonlyArray<string>; readonly until: PhaseId }
  /** The phase to stop after in each service that reads the mailbox. */
  readonly stop: Readonly<Record<Reading, PhaseId>>
  readonly deliver: boolean
  /** How the message is looked for afterwards. */
  readonly readBack: ReadBack.ReadBack | undefined
  readonly pins: ReadonlyArray<Place.Pin>
  readonly control: { readonly host: string; readonly port: number } | undefined
  /** With its secret. */
  readonly proxy: Proxy | undefined
  readonly phaseMillis: number
  readonly deadlineMillis: number
  /** The services to run, in the order of the contract. */
  readonly services: ReadonlyArray<ServiceId>
  /** Whether nothing narrows the run to these, so that whatever else the provider is known to have is checked too. */
  readonly isOpen: boolean
}

const targetOf = (options: CheckOptions): Result.Result<Target.Target, OptionsError> =>
  Result.mapError(
    Target.fromText(options.target),
    ({ input, problem, remedy }) =>
      new OptionsError({ option: "the target", problem: `${JSON.stringify(input)} ${problem}`, remedy })
  )

/**
 * Checks options and secrets together.
 *
 * @category parsing
 * @since 0.1.0
 */
export const validate = (options: CheckOptions, secrets: Secrets = {}): Result.Result<Request, OptionsError> =>
  Result.gen(function*() {
    const target = yield* targetOf(options)
    const services = yield* Services.of(options, secrets, target)
    const { host, port } = yield* Place.of(options, target)
    const ehloIs = options.ehlo === undefined ? undefined : ehloProblem(options.ehlo)
    if (ehloIs !== undefined) {
      return yield* fail("--ehlo", `${JSON.stringify(options.ehlo)} cannot be used (${ehloIs})`, "give a host name")
    }
    const passage = Passage.check(options, secrets, target, services)
    if ("problem" in passage) return yield* Result.fail(new OptionsError(passage.problem))
    yield* Blocklists.check(options)
    const control = yield* Place.controlOf(options)
    yield* Spans.check(options)
    const deliver = options.deliver === true || options.deliverAgain === true
    const named = services.includes("mx") ? yield* Exchanger.recipientsOf(options, target, deliver, services) : []
    if (services.includes("posture")) yield* Posture.check(options, target)
    const ca = options.ca === undefined ? undefined : pemBlocks(options.ca)
    if (ca?.length === 0 && options.ca !== "") {
      return yield* fail("--ca", "holds no certificate", "give certificates in PEM form")
    }
    yield* Tls.check(options, { host, port }, services)
    const pins: Array<Place.Pin> = []
    for (const text of options.connectTo ?? []) pins.push(yield* Place.pinFromText(text))
    const mailbox = target._tag === "Mailbox" ? target.mailbox : undefined
    const grant = yield* grantOf(options, secrets, mailbox)
    const credential = grant === undefined ? yield* SignIn.credentialOf(options, secrets, mailbox) : undefined
    const unsent = deliver ? Way.sendProblem(options, services) : undefined
    if (unsent !== undefined) return yield* Result.fail(new OptionsError(unsent))
    if (options.port !== undefined && services.filter((service) => service !== "token").length > 1) {
      return yield* fail("--port", "is one port for several services", "name the service it belongs to with --only")
    }
    const tries = services.includes("graph") && options.until === "send"
    const user = credential?.user ?? grant?.user
    const isLmtp = services.includes("lmtp")
    const submits = services.includes("smtp-submission")
    const stored = isLmtp && !submits ? mailbox : undefined
    const { from, to } = yield* Addresses.of(options, mailbox, user, deliver || tries, stored)
    const readBack = yield* ReadBack.of(options, secrets, { target, user, deliver, to, services })
    const signsIn = credential !== undefined || grant !== undefined
    if (isLmtp) yield* Lmtp.check(options, host, deliver, services)
    const { exchangerUntil, graphUntil, stop, until } = yield* Stops.of(
      options,
      services,
      signsIn,
      tries ? options.to ?? [] : to,
      deliver,
      readBack?.services
    )
    const recipients = submits && mailbox !== undefined ? options.to ?? [mailbox] : to
    const lmtpUntil = Stops.lmtpUntil(options.until, recipients, deliver)
    // An exchanger is named a sender and a recipient of its own.
    const isExchanged = services.includes("mx") && !submits && !isLmtp
    const needs = (phase: PhaseId) =>
      !isExchanged && Stops.submission.indexOf(until) >= Stops.submission.indexOf(phase)
      || isLmtp && Stops.submission.indexOf(lmtpUntil) >= Stops.submission.indexOf(phase)
    if (from === undefined && (needs("mail") || graphUntil === "send")) {
      return yield* fail("--from", "is missing", "name the sender, such as --from person@example.com")
    }
    if (to.length === 0 && needs("rcpt")) {
      return yield* fail("--to", "is missing", "name a recipient, such as --to person@example.com")
    }
    if (options.message !== undefined && !deliver && !tries) {
      return yield* fail("--message", "was given and nothing is to be sent", "add --deliver")
    }
    return {
      // Options are kept in the journal, and what stands beside certificates may be their private key.
      options: ca === undefined ? options : { ...options, ca: ca.join("\n") },
      target,
      mailbox,
      domain: target._tag === "Host" ? undefined : target.domain,
      host,
      port,
      security: options.security,
      credential,
      grant,
      from,
      to,
      until,
      graphUntil,
      lmtp: { to: recipients, until: lmtpUntil },
      exchanger: { to: named, until: exchangerUntil },
      stop,
      deliver,
      readBack,
      pins,
      control,
      proxy: passage.proxy,
      ...Spans.limits(options, readBack?.timeoutMillis ?? 0),
      services,
      isOpen: Services.isOpen(target, options)
    }
  })
