/**
 * Cmdlets for applications that sign in on their own: service principals, RBAC for Applications, access policies.
 *
 * @since 0.1.0
 */
import { type Effect, equal, fail, having, notFound, type Row, text } from "./AdminSession.ts"
import { filterOf, mayByRole } from "./Gates.ts"
import { mayByPolicy } from "./GraphGates.ts"
import type { LiveTenant } from "./State.ts"

const principalRow = (principal: LiveTenant["servicePrincipals"][number]): Row => ({
  Identity: principal.objectId,
  DisplayName: principal.displayName,
  ObjectId: principal.objectId,
  AppId: principal.appId
})

const policyRow = (policy: LiveTenant["applicationAccessPolicies"][number]): Row => ({
  Identity: `${policy.appId}\\${policy.scope}`,
  AppId: policy.appId,
  ScopeName: policy.scope,
  AccessRight: policy.accessRight,
  Description: policy.description
})

/** Effects by the proper name of the cmdlet. */
export const effects: Readonly<Record<string, Effect>> = {
  "Get-ApplicationAccessPolicy": (session, parameters) => {
    const wanted = text(parameters.get("Identity"))
    return session.tenants.flatMap((tenant) =>
      tenant.applicationAccessPolicies.map(policyRow).filter((row) =>
        wanted === "" || equal(String(row["Identity"]), wanted)
      )
    )
  },
  "New-ApplicationAccessPolicy": (session, parameters) => {
    const accessRight = text(parameters.get("AccessRight"))
    const right = (["RestrictAccess", "DenyAccess"] as const).find((known) => equal(known, accessRight)) ?? fail(
      `Cannot process argument transformation on parameter 'AccessRight'. Cannot convert value "${accessRight}". Specify one of the following: RestrictAccess, DenyAccess`
    )
    const scope = text(parameters.get("PolicyScopeGroupId"))
    const appIds = parameters.get("AppId")
    const meant = session.mailboxes().find((mailbox) =>
      equal(mailbox.address, scope) || mailbox.memberOf.some((group) => equal(group, scope))
    )
    const tenant = session.state.tenantOf(meant ?? notFound(scope))
    return (Array.isArray(appIds) ? appIds.map(String) : [text(appIds)]).map((appId) => {
      const policy = { appId, accessRight: right, scope, description: text(parameters.get("Description")) }
      tenant.applicationAccessPolicies.push(policy)
      return policyRow(policy)
    })
  },
  "Remove-ApplicationAccessPolicy": (session, parameters) => {
    const wanted = text(parameters.get("Identity"))
    const isMeant = (policy: LiveTenant["applicationAccessPolicies"][number]): boolean =>
      equal(String(policyRow(policy)["Identity"]), wanted)
    for (const [tenant] of having(session, wanted, (one) => one.applicationAccessPolicies.find(isMeant))) {
      tenant.applicationAccessPolicies = tenant.applicationAccessPolicies.filter((policy) => !isMeant(policy))
    }
    return undefined
  },
  "Test-ApplicationAccessPolicy": (session, parameters) => {
    const appId = text(parameters.get("AppId"))
    const mailbox = session.mailbox(parameters.get("Identity"))
    return [{
      AppId: appId,
      Mailbox: mailbox.address,
      AccessCheckResult: mayByPolicy(session.state.tenantOf(mailbox), appId, mailbox) ? "Granted" : "Denied"
    }]
  },
  "Get-ServicePrincipal": (session, parameters) => {
    const wanted = text(parameters.get("Identity"))
    return session.tenants.flatMap((tenant) =>
      tenant.servicePrincipals.filter((one) =>
        wanted === "" || [one.appId, one.objectId, one.displayName].some((name) => equal(name, wanted))
      ).map(principalRow)
    )
  },
  "New-ServicePrincipal": (session, parameters) => {
    const appId = text(parameters.get("AppId"))
    const objectId = text(parameters.get("ObjectId"))
    for (const id of [appId, objectId]) {
      if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
        fail(`Cannot process argument transformation: "${id}" is not a GUID.`)
      }
    }
    const taken = (tenant: LiveTenant): boolean => tenant.servicePrincipals.some((one) => equal(one.appId, appId))
    const tenants = session.tenants.filter((tenant) => !taken(tenant))
    if (tenants.length === 0) fail(`A service principal with AppId '${appId}' already exists.`)
    const principal = { appId, objectId, displayName: text(parameters.get("DisplayName")) }
    for (const tenant of tenants) tenant.servicePrincipals.push({ ...principal })
    return [principalRow(principal)]
  },
  "Set-ServicePrincipal": (session, parameters) => {
    const wanted = text(parameters.get("Identity"))
    const pick = (tenant: LiveTenant) =>
      tenant.servicePrincipals.find((one) =>
        [one.appId, one.objectId, one.displayName].some((name) => equal(name, wanted))
      )
    const name = parameters.get("DisplayName")
    for (const [, principal] of having(session, wanted, pick)) {
      if (typeof name === "string") principal.displayName = name
    }
    return undefined
  },
  "Remove-ServicePrincipal": (session, parameters) => {
    const wanted = text(parameters.get("Identity"))
    const pick = (tenant: LiveTenant) =>
      tenant.servicePrincipals.find((one) =>
        [one.appId, one.objectId, one.displayName].some((name) => equal(name, wanted))
      )
    for (const [tenant, principal] of having(session, wanted, pick)) {
      tenant.servicePrincipals = tenant.servicePrincipals.filter((one) => one !== principal)
    }
    return undefined
  },
  "Get-ManagementScope": (session) =>
    session.tenants.flatMap((tenant) =>
      tenant.managementScopes.map((scope) => ({
        Identity: scope.name,
        Name: scope.name,
        RecipientFilter: scope.recipientRestrictionFilter
      }))
    ),
  "New-ManagementScope": (session, parameters) => {
    const name = text(parameters.get("Name"))
    const recipientRestrictionFilter = text(parameters.get("RecipientRestrictionFilter"))
    if (filterOf(recipientRestrictionFilter) === undefined) {
      fail(
        `The recipient restriction filter "${recipientRestrictionFilter}" can't be parsed here: give one comparison, Property -eq 'value'.`
      )
    }
    for (const tenant of session.tenants) {
      if (!tenant.managementScopes.some((scope) => equal(scope.name, name))) {
        tenant.managementScopes.push({ name, recipientRestrictionFilter })
      }
    }
    return [{ Identity: name, Name: name, RecipientFilter: recipientRestrictionFilter }]
  },
  "Remove-ManagementScope": (session, parameters) => {
    const name = text(parameters.get("Identity"))
    for (
      const [tenant] of having(session, name, (one) => one.managementScopes.find((scope) => equal(scope.name, name)))
    ) {
      tenant.managementScopes = tenant.managementScopes.filter((scope) => !equal(scope.name, name))
    }
    return undefined
  },
  "Get-ManagementRoleAssignment": (session) =>
    session.tenants.flatMap((tenant) =>
      tenant.roleAssignments.map((one) => ({
        Identity: one.name,
        Name: one.name,
        Role: one.role,
        App: one.app,
        CustomResourceScope: one.scope
      }))
    ),
  "New-ManagementRoleAssignment": (session, parameters) => {
    const app = text(parameters.get("App"))
    const role = text(parameters.get("Role"))
    if (!/^Application \w+\.\w+(?:\.\w+)*$/i.test(role) && app !== "") notFound(role)
    const scope = text(parameters.get("CustomResourceScope"))
    const name = text(parameters.get("Name")) || `${role}-${app}`
    const pick = (tenant: LiveTenant) =>
      app === "" ? true : tenant.servicePrincipals.find((one) => [one.appId, one.objectId].some((id) => equal(id, app)))
    for (const [tenant, principal] of having(session, app, pick)) {
      if (scope !== "" && !tenant.managementScopes.some((one) => equal(one.name, scope))) notFound(scope)
      if (principal !== true) {
        tenant.roleAssignments.push({ name, role, app: principal.appId, scope: scope === "" ? null : scope })
      }
    }
    return [{ Identity: name, Name: name, Role: role, App: app, CustomResourceScope: scope }]
  },
  "Remove-ManagementRoleAssignment": (session, parameters) => {
    const name = text(parameters.get("Identity"))
    for (
      const [tenant] of having(session, name, (one) => one.roleAssignments.find((known) => equal(known.name, name)))
    ) {
      tenant.roleAssignments = tenant.roleAssignments.filter((known) => !equal(known.name, name))
    }
    return undefined
  },
  "Test-ServicePrincipalAuthorization": (session, parameters) => {
    const wanted = text(parameters.get("Identity"))
    const pick = (tenant: LiveTenant) =>
      tenant.servicePrincipals.find((one) =>
        [one.appId, one.objectId, one.displayName].some((name) => equal(name, wanted))
      )
    const resource = parameters.get("Resource")
    const mailbox = resource === undefined ? undefined : session.mailbox(resource)
    return having(session, wanted, pick).flatMap(([tenant, principal]) =>
      tenant.roleAssignments.filter((one) => equal(one.app, principal.appId)).map((one): Row => ({
        RoleName: one.role,
        GrantedPermissions: one.role.replace(/^Application /i, ""),
        AllowedResourceScope: one.scope ?? "Organization",
        InScope: mailbox === undefined ? "Not Run" : mayByRole(tenant, principal.appId, mailbox)
      }))
    )
  }
}
