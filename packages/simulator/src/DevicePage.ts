/**
 * The page where a person types the code of a device and signs in (RFC 8628 section 3.3), and the administrator's answer
 * in the person's place.
 *
 * @since 0.1.0
 */
import { type Directory, directoryOf } from "./Directory.ts"
import { form, html, type Reply, type Request } from "./HttpMessage.ts"
import type { Device, Issuer } from "./Issuer.ts"
import * as Pages from "./Pages.ts"
import type { Outcome, Purpose, SignIn } from "./SignIn.ts"

const paths = ["/device", "/devicelogin", "/common/oauth2/deviceauth"]

/** What became of an answer in the person's place; `text` is one line. */
export interface Decision {
  readonly ok: boolean
  readonly text: string
}

/** The page of one service. */
export class DevicePage {
  readonly #issuer: Issuer
  readonly #signIn: SignIn

  constructor(issuer: Issuer, signIn: SignIn) {
    this.#issuer = issuer
    this.#signIn = signIn
  }

  static isPath(path: string): boolean {
    return paths.includes(path.toLowerCase())
  }

  #purposeOf(device: Device): Purpose | undefined {
    const directory: Directory | object = directoryOf(this.#issuer.state, device.directoryName, device.cloud)
    return "cloud" in directory
      ? { client: device.client, directory, requested: device.requested, nonce: undefined }
      : undefined
  }

  /** Shows the form and takes its answers. */
  handle(request: Request): Reply {
    const fields = request.method === "POST" ? form(request) ?? new URLSearchParams() : request.query
    const typed = fields.get("user_code") ?? fields.get("otc") ?? ""
    const target: Pages.Target = { action: request.path, fields: {} }
    if (typed === "") return html(200, Pages.enterCode(target, "", false))
    const device = this.#issuer.waiting(typed)
    const purpose = device === undefined ? undefined : this.#purposeOf(device)
    if (device === undefined || purpose === undefined) return html(200, Pages.enterCode(target, typed, true))
    const outcome: Outcome = request.method === "POST" ? this.#signIn.step(purpose, fields) : { kind: "account" }
    return this.#shown(device, outcome, { ...target, fields: { user_code: device.userCode } })
  }

  #shown(device: Device, outcome: Outcome, target: Pages.Target): Reply {
    const { name } = device.client.application
    switch (outcome.kind) {
      case "account":
        return html(200, Pages.signIn(target, name, "", outcome.fault))
      case "factor":
        return html(200, Pages.secondFactor(carrying(target, outcome.ticket), outcome.account))
      case "consent":
        return html(200, Pages.consent(carrying(target, outcome.ticket), name, outcome.account, outcome.permissions))
      case "refused":
        return html(200, Pages.error(outcome.fault))
      case "declined":
        device.outcome = "denied"
        return html(200, Pages.notice("Cancelled", `You declined to sign in to ${name}. You may close this window.`))
      case "granted":
        device.outcome = outcome.delegation
        return html(
          200,
          Pages.notice(
            name,
            `You have signed in to the ${name} application on your device. You may now close this window.`
          )
        )
    }
  }

  /** Approves for an account, or denies. */
  decide(userCode: string, decision: { readonly approve: string } | "deny"): Decision {
    const device = this.#issuer.waiting(userCode)
    const purpose = device === undefined ? undefined : this.#purposeOf(device)
    if (device === undefined || purpose === undefined) {
      return { ok: false, text: "no device code waits under this code" }
    }
    if (decision === "deny") {
      device.outcome = "denied"
      return { ok: true, text: "denied" }
    }
    const outcome = this.#signIn.approve(purpose, decision.approve)
    if (outcome.kind === "granted") {
      device.outcome = outcome.delegation
      return { ok: true, text: "approved" }
    }
    const fault = "fault" in outcome ? outcome.fault : undefined
    return { ok: false, text: fault === undefined ? "refused" : `AADSTS${fault.code}: ${fault.text}` }
  }
}

/** The same target, with the ticket of the step before. */
const carrying = (target: Pages.Target, ticket: string): Pages.Target => ({
  ...target,
  fields: { ...target.fields, ticket }
})
