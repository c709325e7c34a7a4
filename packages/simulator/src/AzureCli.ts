/**
 * The commands of the Azure CLI by which an administrator of Entra gives an application a new secret, or the consent of the whole
 * organisation. They stand in a script beside cmdlets, as they may in PowerShell.
 *
 * Names and options as in the reference of `az ad app` (state 2026-11-28).
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import { equal, fail, type Session } from "./AdminSession.ts"
import { textOf } from "./Binding.ts"
import { tenantIdOf } from "./Identifiers.ts"
import type { Command } from "./PowerShell.ts"
import type { LiveApplication, LiveTenant } from "./State.ts"

type Options = ReadonlyMap<string, string>

interface Azure {
  readonly path: string
  readonly values: ReadonlyArray<string>
  readonly flags: ReadonlyArray<string>
  readonly effect: (session: Session, found: Found, options: Options) => string
}

interface Found {
  readonly tenant: LiveTenant
  readonly application: LiveApplication
}

const yearMillis = 365 * 86_400_000

/** Without `--append` the new secret takes the place of all others. */
const reset: Azure["effect"] = ({ state }, { application, tenant }, options) => {
  const years = Number(options.get("--years") ?? "1")
  if (!Number.isInteger(years) || years < 1) fail("argument --years: invalid int value")
  const password = `fake~${randomBytes(24).toString("base64url")}`
  const secret = { value: password, expires: new Date(state.now() + years * yearMillis).toISOString() }
  application.secrets = [...options.has("--append") ? application.secrets : [], secret]
  return `${JSON.stringify({ appId: application.appId, password, tenant: tenantIdOf(tenant) }, null, 2)}\n`
}

/** What the registration lists is granted, for people and for the application itself. */
const consent: Azure["effect"] = (_session, { application }) => {
  application.adminConsent = true
  return ""
}

const known: ReadonlyArray<Azure> = [
  {
    path: "ad app credential reset",
    values: ["--id", "--display-name", "--years"],
    flags: ["--append"],
    effect: reset
  },
  { path: "ad app permission admin-consent", values: ["--id"], flags: [], effect: consent }
]

const foundBy = (session: Session, id: string): Found => {
  for (const tenant of session.tenants) {
    const application = tenant.applications.find((one) =>
      equal(one.appId, id) || (one.objectId !== null && equal(one.objectId, id))
    )
    if (application !== undefined) return { tenant, application }
  }
  return fail(
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`
  )
}

/** Whether a command of a script is one of the Azure CLI. */
export const isAzure = ({ name }: Command): boolean => equal(name, "az")

/** Runs one command and gives what it prints. Throws `CmdletError` with the text of the error. */
export const run = (session: Session, command: Command): string => {
  const given = command.arguments.map((one) =>
    one.kind === "value" ? textOf(one.value) : fail(`unrecognized arguments: -${one.name}`)
  )
  const first = given.findIndex((word) => word.startsWith("--"))
  const words = first === -1 ? given : given.slice(0, first)
  const azure = known.find(({ path }) => path === words.join(" ")) ??
    fail(`'${words.join(" ")}' is misspelled or not recognized by the system.`)
  const options = new Map<string, string>()
  for (let at = words.length; at < given.length; at++) {
    const name = given[at] ?? ""
    if (azure.flags.includes(name)) options.set(name, "")
    else if (azure.values.includes(name)) {
      at++
      options.set(name, given[at] ?? fail(`argument ${name}: expected one argument`))
    } else fail(`unrecognized arguments: ${name}`)
  }
  const id = options.get("--id") ?? fail("the following arguments are required: --id")
  return azure.effect(session, foundBy(session, id), options)
}
