/**
 * A person signs in: account and password, a second factor where it is enforced, consent where it is missing.
 *
 * Each step is one posted form; what was proved in the step before is kept here under a ticket, not in the page. A form
 * may also carry all answers at once.
 *
 * @since 0.1.0
 */
import { randomUUID } from "node:crypto"
import * as Aadsts from "./Aadsts.ts"
import { accountOf, type Client, type Directory, passwordFault, refusalOf } from "./Directory.ts"
import type { Delegation, Issuer } from "./Issuer.ts"
import * as Scopes from "./Scopes.ts"
import type { LiveMailbox } from "./State.ts"

/** What the person is to let the application do. */
export interface Purpose {
  readonly client: Client
  readonly directory: Directory
  readonly requested: Scopes.Requested
  readonly nonce: string | undefined
}

/** How a step ended. `refused` is shown and ends nothing; `declined` is the person's own no. */
export type Outcome =
  | { readonly kind: "account"; readonly fault?: Aadsts.Fault }
  | { readonly kind: "factor"; readonly account: string; readonly ticket: string }
  | {
    readonly kind: "consent"
    readonly account: string
    readonly ticket: string
    readonly permissions: ReadonlyArray<string>
  }
  | { readonly kind: "refused"; readonly fault: Aadsts.Fault }
  | { readonly kind: "declined" }
  | { readonly kind: "granted"; readonly delegation: Delegation }

interface Ticket {
  readonly application: Client["application"]
  readonly account: LiveMailbox
  readonly methods: ReadonlyArray<string>
}

const maxTickets = 1000

/** The steps of all who are signing in. */
export class SignIn {
  readonly issuer: Issuer
  readonly #tickets = new Map<string, Ticket>()

  constructor(issuer: Issuer) {
    this.issuer = issuer
  }

  #keep(ticket: Ticket): string {
    if (this.#tickets.size >= maxTickets) this.#tickets.delete(this.#tickets.keys().next().value ?? "")
    const id = randomUUID()
    this.#tickets.set(id, ticket)
    return id
  }

  #proved({ client, directory }: Purpose, fields: URLSearchParams): Ticket | Aadsts.Fault | undefined {
    const { application } = client
    const id = fields.get("ticket") ?? ""
    const ticket = this.#tickets.get(id)
    if (ticket !== undefined && ticket.application === application) {
      this.#tickets.delete(id)
      return ticket
    }
    const name = fields.get("account") ?? ""
    if (name === "") return undefined
    const { state } = this.issuer
    state.countSignIn(name)
    const account = accountOf(state, directory, client, name)
    if (Scopes.isFault(account)) return account
    const refused = passwordFault(state, account, fields.get("password") ?? "")
    return refused ?? { application, account, methods: ["pwd"] }
  }

  /** Takes one posted form. */
  step(purpose: Purpose, fields: URLSearchParams): Outcome {
    if (fields.has("cancel")) return { kind: "declined" }
    const proved = this.#proved(purpose, fields)
    if (proved === undefined) return { kind: "account" }
    if (Scopes.isFault(proved)) return { kind: "account", fault: proved }
    const { account } = proved
    const { client } = purpose
    const refused = refusalOf(client, account)
    if (refused !== undefined) return { kind: "refused", fault: refused }
    let { methods } = proved
    if (account.mfa === "enforced" && !methods.includes("mfa")) {
      const factor = fields.get("mfa")
      if (factor === "deny") return { kind: "account", fault: Aadsts.mfaNeeded(purpose.requested.resource.appId) }
      if (factor !== "approve") return { kind: "factor", account: account.address, ticket: this.#keep(proved) }
      methods = [...methods, "mfa"]
    }
    return this.#consented(purpose, account, methods, fields.get("consent"))
  }

  #consented(
    purpose: Purpose,
    account: LiveMailbox,
    methods: ReadonlyArray<string>,
    answer: string | null
  ): Outcome {
    const { client, directory, nonce, requested } = purpose
    const { issuer } = this
    const permissions = issuer.permissionsOf(client, account, requested)
    if ("code" in permissions) {
      if (permissions.code !== 65001) return { kind: "refused", fault: permissions }
      if (issuer.state.tenantOf(account).userConsent === "admin_only") {
        return { kind: "refused", fault: Aadsts.adminConsent(client.application) }
      }
      if (answer === "decline") return { kind: "declined" }
      if (answer !== "accept") {
        const ticket = this.#keep({ application: client.application, account, methods })
        const wanted = requested.isDefault
          ? Scopes.ofResource(client.application.delegated, requested.resource)
          : requested.permissions
        return { kind: "consent", account: account.address, ticket, permissions: wanted }
      }
      issuer.consent(client, account, requested)
    }
    const at = issuer.state.now()
    const delegation = { client, account, requested, methods, at, cloud: directory.cloud, nonce }
    return { kind: "granted", delegation }
  }

  /**
   * Answers for the person, for the administrator's door: the account's password and second factor are taken as given,
   * and approval is consent.
   */
  approve(purpose: Purpose, name: string): Outcome {
    const account = accountOf(this.issuer.state, purpose.directory, purpose.client, name)
    if (Scopes.isFault(account)) return { kind: "account", fault: account }
    const refused = refusalOf(purpose.client, account)
    if (refused !== undefined) return { kind: "refused", fault: refused }
    return this.#consented(purpose, account, ["pwd", "mfa"], "accept")
  }
}
