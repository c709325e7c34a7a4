/**
 * Who a request is for: the organisation in the address, the application by its client id, the user by the sign-in name.
 *
 * Answers with Microsoft's errors; issues nothing.
 *
 * @since 0.1.0
 */
import * as Aadsts from "./Aadsts.ts"
import * as Clouds from "./Clouds.ts"
import { consumerTenantId, guidOf, isGuid, principalIdOf, tenantIdOf } from "./Identifiers.ts"
import type { LiveApplication, LiveMailbox, LiveTenant, State } from "./State.ts"

/** The organisation an address names. `tenant` is not there for `common` and `organizations`, where the user decides. */
export interface Directory {
  readonly name: string
  readonly alias: "common" | "organizations" | "consumers" | undefined
  readonly tenant: LiveTenant | undefined
  readonly cloud: Clouds.Cloud
}

/** An application and the organisation it is registered in. */
export interface Client {
  readonly application: LiveApplication
  readonly home: LiveTenant
}

/** Finds the organisation that the first segment of the path names. */
export const directoryOf = (state: State, name: string, cloud: Clouds.Cloud): Directory | Aadsts.Fault => {
  const lower = name.toLowerCase()
  if (lower === "common" || lower === "organizations") return { name, alias: lower, tenant: undefined, cloud }
  if (lower === "consumers" || lower === consumerTenantId) {
    const tenant = state.tenants.find((one) => one.kind === "consumer")
    return { name, alias: "consumers", tenant, cloud }
  }
  if (!isGuid(name) && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(name)) return Aadsts.badTenant(name)
  const tenant = state.tenantNamed(name)
  if (tenant === undefined) return Aadsts.unknownTenant(name)
  if (tenant.cloud !== cloud) return Aadsts.otherCloud(name, Clouds.login[tenant.cloud][0])
  if (tenant.signIn === "throttled") return Aadsts.throttled
  if (tenant.signIn === "unavailable") return Aadsts.unavailable
  return { name, alias: undefined, tenant, cloud }
}

const takesPersonal = (application: LiveApplication): boolean =>
  application.signInAudience === "AzureADandPersonalMicrosoftAccount" ||
  application.signInAudience === "PersonalMicrosoftAccount"

/** Whether the enterprise application is in an organisation. */
export const isInstalled = ({ application, home }: Client, tenant: LiveTenant): boolean =>
  tenant === home
    ? application.servicePrincipal
    : application.signInAudience !== "AzureADMyOrg" &&
      tenant.domains.some((domain) => application.installedIn.some((one) => one.toLowerCase() === domain.toLowerCase()))

/** The object id of the enterprise application in an organisation. */
export const principalId = ({ application, home }: Client, tenant: LiveTenant): string =>
  tenant === home ? principalIdOf(application) : guidOf(`${application.appId} ${tenantIdOf(tenant)}`)

/** Finds the application a request comes from. */
export const clientOf = (state: State, directory: Directory, appId: string): Client | Aadsts.Fault => {
  const client = state.applicationOf(appId)
  const shown = directory.tenant?.name ?? "Microsoft Accounts"
  if (client === undefined) return Aadsts.unknownClient(appId, shown)
  const { application, home } = client
  const { signInAudience } = application
  if (directory.alias === "consumers") {
    if (!takesPersonal(application)) return Aadsts.workOnly(application)
  } else if (signInAudience === "PersonalMicrosoftAccount") return Aadsts.personalOnly(application)
  else if (directory.alias !== undefined) {
    if (signInAudience === "AzureADMyOrg") return Aadsts.singleTenant(application)
  } else if (directory.tenant !== home && signInAudience === "AzureADMyOrg") {
    return Aadsts.unknownClient(appId, shown)
  }
  return application.enabled ? client : Aadsts.disabledClient(application)
}

/** Finds the user of a name: an account of this organisation that the application may sign in. */
export const accountOf = (
  state: State,
  directory: Directory,
  client: Client,
  name: string
): LiveMailbox | Aadsts.Fault => {
  const account = state.mailboxOf(name.trim())
  const own = directory.tenant ?? client.home
  if (account === undefined) return Aadsts.unknownUser(own.name)
  const tenant = state.tenantOf(account)
  const foreign = () =>
    Aadsts.foreignUser(
      tenant.kind === "consumer" ? "live.com" : `https://sts.windows.net/${tenantIdOf(tenant)}/`,
      own.name,
      client.application
    )
  if (directory.tenant !== undefined && directory.tenant !== tenant) return foreign()
  if (tenant.kind === "consumer" && (directory.alias === "organizations" || !takesPersonal(client.application))) {
    return foreign()
  }
  if (tenant.cloud !== directory.cloud) return Aadsts.otherCloud(tenant.name, Clouds.login[tenant.cloud][0])
  return account
}

/** What stands against a token for this user, whatever the flow: the account, Conditional Access, assignment. */
export const refusalOf = (client: Client, account: LiveMailbox): Aadsts.Fault | undefined => {
  if (!account.accountEnabled || account.shared) return Aadsts.accountDisabled
  if (account.conditionalAccess !== "none") return Aadsts.conditionalAccess[account.conditionalAccess]
  const { application } = client
  const assigned = application.assigned.some((one) => one.toLowerCase() === account.address.toLowerCase())
  return application.assignmentRequired && !assigned ? Aadsts.notAssigned(application) : undefined
}

/** Checks a password and counts wrong ones, as the mail service does for the same account. */
export const passwordFault = (state: State, account: LiveMailbox, password: string): Aadsts.Fault | undefined => {
  if (!account.accountEnabled || account.shared) return Aadsts.accountDisabled
  if (account.locked) return Aadsts.locked
  if (password !== account.password) {
    const threshold = state.tenantOf(account).lockoutThreshold
    account.wrongPasswords++
    if (threshold !== null && account.wrongPasswords >= threshold) account.locked = true
    return Aadsts.badPassword
  }
  account.wrongPasswords = 0
  return account.passwordExpired ? Aadsts.passwordExpired : undefined
}
