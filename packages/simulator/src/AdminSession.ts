/**
 * An administrator's session: which organisations it manages, and how a cmdlet finds what it is told to act on.
 *
 * @since 0.1.0
 */
import type { Bound, Parameters } from "./Binding.ts"
import { CmdletError } from "./PowerShell.ts"
import type { LiveMailbox, LiveTenant, State } from "./State.ts"

/** A value of a property. */
export type Cell = string | boolean | number | null | ReadonlyArray<string>
/** An object that goes down the pipe. */
export type Row = Readonly<Record<string, Cell>>

export const fail = (text: string): never => {
  throw new CmdletError({ text })
}

export const equal = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

export const notFound = (identity: string): never =>
  fail(
    `The operation couldn't be performed because object '${identity}' couldn't be found on 'SONDE01A001DC01.SIMULATED.PROD.OUTLOOK.COM'.`
  )

/** An administrator's session: the organisations it manages, and what it was warned of. */
export class Session {
  tenants: ReadonlyArray<LiveTenant>
  readonly warnings: Array<string> = []
  readonly state: State

  constructor(state: State) {
    this.state = state
    this.tenants = state.tenants.filter((tenant) => tenant.kind === "business")
  }

  /** Mailboxes of the managed organisations. */
  mailboxes(): ReadonlyArray<LiveMailbox> {
    return this.state.mailboxes.filter((mailbox) => this.tenants.includes(this.state.tenantOf(mailbox)))
  }

  /** The mailbox an identity names: an address, an alias, or the part before @ when that is unique. */
  mailbox(identity: Bound | undefined): LiveMailbox {
    const wanted = text(identity)
    const mailboxes = this.mailboxes()
    const byAddress = mailboxes.find((mailbox) =>
      [mailbox.address, ...mailbox.aliases].some((one) => equal(one, wanted))
    )
    if (byAddress !== undefined) return byAddress
    const byName = mailboxes.filter((mailbox) => equal(mailbox.address.slice(0, mailbox.address.indexOf("@")), wanted))
    if (byName.length > 1) {
      fail(`The operation couldn't be performed because '${wanted}' matches multiple entries.`)
    }
    return byName[0] ?? notFound(wanted)
  }
}

export const text = (value: Bound | undefined): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : String(value)

export const flag = (parameters: Parameters, name: string): boolean | undefined => {
  const value = parameters.get(name)
  return typeof value === "boolean" ? value : undefined
}

export type Effect = (session: Session, parameters: Parameters) => ReadonlyArray<Row> | undefined

/** Organisations in which `pick` finds something; an error when none has it. */
export const having = <A>(
  session: Session,
  identity: string,
  pick: (tenant: LiveTenant) => A | undefined
): ReadonlyArray<readonly [LiveTenant, A]> => {
  const found = session.tenants.flatMap((tenant): ReadonlyArray<readonly [LiveTenant, A]> => {
    const value = pick(tenant)
    return value === undefined ? [] : [[tenant, value]]
  })
  return found.length > 0 ? found : notFound(identity)
}
