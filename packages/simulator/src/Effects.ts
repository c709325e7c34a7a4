/**
 * What the cmdlets do to the simulated organisations, and what the Get- cmdlets show of them.
 *
 * @since 0.1.0
 */
import { type Effect, equal, fail, flag, having, notFound, type Row, type Session, text } from "./AdminSession.ts"
import * as Applications from "./Applications.ts"
import type { Parameters } from "./Binding.ts"
import * as Members from "./Members.ts"
import type { LiveMailbox, LiveTenant } from "./State.ts"
import { domainOf } from "./World.ts"

const policyOf = (tenant: LiveTenant, name: string) =>
  tenant.authenticationPolicies.find((policy) => equal(policy.name, name))

const allowances = (policy: LiveTenant["authenticationPolicies"][number]): Row => ({
  AllowBasicAuthImap: policy.allowBasicAuthImap,
  AllowBasicAuthPop: policy.allowBasicAuthPop,
  AllowBasicAuthSmtp: policy.allowBasicAuthSmtp
})

const some = (session: Session, parameters: Parameters): ReadonlyArray<LiveMailbox> =>
  parameters.get("Identity") === undefined ? session.mailboxes() : [session.mailbox(parameters.get("Identity"))]

const sizeShown = (octets: number): string =>
  Number.isFinite(octets)
    ? `${Math.round(octets / 1024 ** 2 * 100) / 100} MB (${octets.toLocaleString("en-US")} bytes)`
    : "Unlimited"

const casRow = (mailbox: LiveMailbox): Row => ({
  Identity: mailbox.address,
  PrimarySmtpAddress: mailbox.address,
  SmtpClientAuthenticationDisabled: mailbox.smtpAuth === null ? null : mailbox.smtpAuth === "off",
  ImapEnabled: mailbox.imap,
  PopEnabled: mailbox.pop,
  EwsEnabled: null,
  OWAEnabled: true
})

const mailboxRow = (mailbox: LiveMailbox): Row => ({
  Identity: mailbox.address,
  UserPrincipalName: mailbox.address,
  PrimarySmtpAddress: mailbox.address,
  EmailAddresses: [`SMTP:${mailbox.address}`, ...mailbox.aliases.map((alias) => `smtp:${alias}`)],
  RecipientTypeDetails: mailbox.shared ? "SharedMailbox" : "UserMailbox",
  AccountDisabled: !mailbox.accountEnabled || mailbox.shared,
  MaxSendSize: sizeShown(mailbox.limits.maxSendSizeOctets),
  MaxReceiveSize: "36 MB (37,748,736 bytes)",
  RecipientLimits: mailbox.limits.recipientsPerMessage,
  ProhibitSendQuota: sizeShown(mailbox.limits.prohibitSendQuotaOctets),
  MessageCopyForSMTPClientSubmissionEnabled: mailbox.saveSentItems
})

/** Who is meant by -User or -Trustee: a mailbox's address, or an application by any of its names. */
const trusteeOf = (session: Session, mailbox: LiveMailbox, identity: string): string => {
  const principal = session.state.tenantOf(mailbox).servicePrincipals.find((candidate) =>
    [candidate.objectId, candidate.appId, candidate.displayName].some((name) => name !== "" && equal(name, identity))
  )
  return principal?.objectId ?? session.mailbox(identity).address
}

const rightsOf = (parameters: Parameters, allowed: ReadonlyArray<string>): ReadonlyArray<string> => {
  const rights = parameters.get("AccessRights")
  const list = Array.isArray(rights) ? rights.map(String) : []
  for (const right of list) {
    if (!allowed.some((known) => equal(known, right))) {
      fail(
        `Cannot process argument transformation on parameter 'AccessRights'. Cannot convert value "${right}". Specify one of the following: ${
          allowed.join(", ")
        }`
      )
    }
  }
  return list
}

const mailboxRights = [
  "FullAccess",
  "SendAs",
  "ExternalAccount",
  "DeleteItem",
  "ReadPermission",
  "ChangePermission",
  "ChangeOwner"
]

const add = (list: Array<string>, name: string): void => {
  if (!list.some((known) => equal(known, name))) list.push(name)
}

const without = (list: Array<string>, name: string): Array<string> => list.filter((known) => !equal(known, name))

const clamp = (octets: number): number => {
  const most = 150 * 1024 ** 2
  if (octets > most) {
    fail(`The value of MaxSendSize must be between 0 B (0 bytes) and 150 MB (${most.toLocaleString("en-US")} bytes).`)
  }
  return octets
}

/** Who the outbound spam filter suspended stands on the list of restricted senders too. */
const isRestricted = (mailbox: LiveMailbox): boolean => mailbox.blockedSender || mailbox.outboundSpam === "Suspend"

/** Effects by the proper name of the cmdlet. */
export const effects: Readonly<Record<string, Effect>> = {
  ...Applications.effects,
  ...Members.effects,
  "Connect-ExchangeOnline": (session, parameters) => {
    const wanted = text(parameters.get("DelegatedOrganization")) || text(parameters.get("Organization")) ||
      domainOf(text(parameters.get("UserPrincipalName")))
    if (wanted === "") return undefined
    const found = session.tenants.filter((tenant) => tenant.domains.some((domain) => equal(domain, wanted)))
    if (found.length === 0) {
      fail(
        `AADSTS90002: Tenant '${wanted}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`
      )
    }
    session.tenants = found
    return undefined
  },
  "Disconnect-ExchangeOnline": () => undefined,
  "Install-Module": (_session, parameters) => {
    if (!equal(text(parameters.get("Name")), "ExchangeOnlineManagement")) {
      fail(`No match was found for the specified search criteria and module name '${text(parameters.get("Name"))}'.`)
    }
    return undefined
  },
  "Import-Module": (_session, parameters) => {
    if (!equal(text(parameters.get("Name")), "ExchangeOnlineManagement")) {
      fail(
        `The specified module '${
          text(parameters.get("Name"))
        }' was not loaded because no valid module file was found in any module directory.`
      )
    }
    return undefined
  },
  "Get-CASMailbox": (session, parameters) => some(session, parameters).map(casRow),
  "Set-CASMailbox": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("Identity"))
    const value = parameters.get("SmtpClientAuthenticationDisabled")
    if (value !== undefined) mailbox.smtpAuth = value === null ? null : value === true ? "off" : "on"
    mailbox.imap = flag(parameters, "ImapEnabled") ?? mailbox.imap
    mailbox.pop = flag(parameters, "PopEnabled") ?? mailbox.pop
    return undefined
  },
  "Get-TransportConfig": (session) =>
    session.tenants.map((tenant) => ({
      Identity: "Transport Settings",
      Organization: tenant.name,
      SmtpClientAuthenticationDisabled: tenant.smtpAuth === "off",
      AllowLegacyTLSClients: tenant.allowLegacyTlsClients
    })),
  "Set-TransportConfig": (session, parameters) => {
    const off = flag(parameters, "SmtpClientAuthenticationDisabled")
    const legacy = flag(parameters, "AllowLegacyTLSClients")
    for (const tenant of session.tenants) {
      if (off !== undefined) tenant.smtpAuth = off ? "off" : "on"
      if (legacy !== undefined) tenant.allowLegacyTlsClients = legacy
    }
    return undefined
  },
  "Get-OrganizationConfig": (session) =>
    session.tenants.map((tenant) => ({
      Identity: tenant.domains[0] ?? tenant.name,
      Name: tenant.name,
      DefaultAuthenticationPolicy: tenant.defaultAuthenticationPolicy,
      RejectDirectSend: tenant.rejectDirectSend,
      SendFromAliasEnabled: tenant.sendFromAliasEnabled,
      EwsEnabled: null,
      OAuth2ClientProfileEnabled: true
    })),
  "Set-OrganizationConfig": (session, parameters) => {
    const alias = flag(parameters, "SendFromAliasEnabled")
    const direct = flag(parameters, "RejectDirectSend")
    const policy = parameters.get("DefaultAuthenticationPolicy")
    if (typeof policy === "string" && policy !== "") {
      for (const [tenant, found] of having(session, policy, (one) => policyOf(one, policy))) {
        tenant.defaultAuthenticationPolicy = found.name
      }
    }
    for (const tenant of session.tenants) {
      if (policy === null || policy === "") tenant.defaultAuthenticationPolicy = null
      if (alias !== undefined) tenant.sendFromAliasEnabled = alias
      if (direct !== undefined) tenant.rejectDirectSend = direct
    }
    return undefined
  },
  "Get-AuthenticationPolicy": (session, parameters) => {
    const name = text(parameters.get("Identity"))
    const rows = session.tenants.flatMap((tenant) =>
      tenant.authenticationPolicies.filter((policy) => name === "" || equal(policy.name, name)).map((policy) => ({
        Identity: policy.name,
        Name: policy.name,
        Organization: tenant.name,
        ...allowances(policy)
      }))
    )
    return rows.length === 0 && name !== "" ? notFound(name) : rows
  },
  "New-AuthenticationPolicy": (session, parameters) => {
    const name = text(parameters.get("Name"))
    const tenants = session.tenants.filter((tenant) => policyOf(tenant, name) === undefined)
    if (tenants.length === 0) fail(`The authentication policy '${name}' already exists.`)
    const policy = {
      name,
      allowBasicAuthImap: flag(parameters, "AllowBasicAuthImap") ?? false,
      allowBasicAuthPop: flag(parameters, "AllowBasicAuthPop") ?? false,
      allowBasicAuthSmtp: flag(parameters, "AllowBasicAuthSmtp") ?? false
    }
    for (const tenant of tenants) tenant.authenticationPolicies.push({ ...policy })
    return [{ Identity: name, Name: name, ...allowances(policy) }]
  },
  "Set-AuthenticationPolicy": (session, parameters) => {
    const name = text(parameters.get("Identity"))
    for (const [, policy] of having(session, name, (tenant) => policyOf(tenant, name))) {
      policy.allowBasicAuthImap = flag(parameters, "AllowBasicAuthImap") ?? policy.allowBasicAuthImap
      policy.allowBasicAuthPop = flag(parameters, "AllowBasicAuthPop") ?? policy.allowBasicAuthPop
      policy.allowBasicAuthSmtp = flag(parameters, "AllowBasicAuthSmtp") ?? policy.allowBasicAuthSmtp
    }
    return undefined
  },
  "Remove-AuthenticationPolicy": (session, parameters) => {
    const name = text(parameters.get("Identity"))
    for (const [tenant, policy] of having(session, name, (one) => policyOf(one, name))) {
      tenant.authenticationPolicies = tenant.authenticationPolicies.filter((one) => one !== policy)
      if (tenant.defaultAuthenticationPolicy !== null && equal(tenant.defaultAuthenticationPolicy, name)) {
        tenant.defaultAuthenticationPolicy = null
      }
    }
    for (const mailbox of session.mailboxes()) {
      if (mailbox.authenticationPolicy !== null && equal(mailbox.authenticationPolicy, name)) {
        mailbox.authenticationPolicy = null
      }
    }
    return undefined
  },
  "Get-User": (session, parameters) =>
    some(session, parameters).map((mailbox) => ({
      Identity: mailbox.address,
      UserPrincipalName: mailbox.address,
      AuthenticationPolicy: mailbox.authenticationPolicy,
      RecipientTypeDetails: mailbox.shared ? "SharedMailbox" : "UserMailbox",
      AccountDisabled: !mailbox.accountEnabled || mailbox.shared
    })),
  "Set-User": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("Identity"))
    const policy = parameters.get("AuthenticationPolicy")
    if (policy === null || policy === "") mailbox.authenticationPolicy = null
    else if (typeof policy === "string") {
      mailbox.authenticationPolicy = policyOf(session.state.tenantOf(mailbox), policy)?.name ?? notFound(policy)
    }
    // Whatever time is given, tokens issued until now are dead: an expression is not evaluated here.
    if (parameters.has("StsRefreshTokensValidFrom")) mailbox.tokensValidFrom = session.state.now()
    return undefined
  },
  "Get-Mailbox": (session, parameters) => some(session, parameters).map(mailboxRow),
  "Set-Mailbox": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("Identity"))
    const size = parameters.get("MaxSendSize")
    const quota = parameters.get("ProhibitSendQuota")
    const recipients = parameters.get("RecipientLimits")
    const copy = flag(parameters, "MessageCopyForSMTPClientSubmissionEnabled")
    const disabled = flag(parameters, "AccountDisabled")
    const type = parameters.get("Type")
    if (recipients !== undefined) {
      const count = Number(recipients)
      if (!Number.isInteger(count) || count < 1 || count > 1000) {
        fail("The value of RecipientLimits must be between 1 and 1000.")
      }
      mailbox.limits.recipientsPerMessage = count
    }
    if (typeof size === "number") mailbox.limits.maxSendSizeOctets = clamp(size)
    if (typeof quota === "number") mailbox.limits.prohibitSendQuotaOctets = Math.min(quota, Number.MAX_SAFE_INTEGER)
    if (copy !== undefined) mailbox.saveSentItems = copy
    if (disabled !== undefined) mailbox.accountEnabled = !disabled
    if (typeof type === "string") {
      if (!/^(?:Regular|Shared|Room|Equipment)$/i.test(type)) {
        fail(
          `Cannot process argument transformation on parameter 'Type'. Cannot convert value "${type}" to type "ConvertibleMailboxSubType".`
        )
      }
      mailbox.shared = equal(type, "Shared")
    }
    return undefined
  },
  "Get-MailboxPermission": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("Identity"))
    return mailbox.fullAccess.map((user) => ({
      Identity: mailbox.address,
      User: user,
      AccessRights: ["FullAccess"],
      Deny: false
    }))
  },
  "Add-MailboxPermission": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("Identity"))
    const rights = rightsOf(parameters, mailboxRights)
    const user = trusteeOf(session, mailbox, text(parameters.get("User")))
    if (rights.some((right) => equal(right, "FullAccess"))) add(mailbox.fullAccess, user)
    return [{ Identity: mailbox.address, User: user, AccessRights: rights, IsInherited: false, Deny: false }]
  },
  "Remove-MailboxPermission": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("Identity"))
    const user = trusteeOf(session, mailbox, text(parameters.get("User")))
    if (rightsOf(parameters, mailboxRights).some((right) => equal(right, "FullAccess"))) {
      mailbox.fullAccess = without(mailbox.fullAccess, user)
    }
    return undefined
  },
  "Get-RecipientPermission": (session, parameters) =>
    some(session, parameters).flatMap((mailbox) =>
      mailbox.sendAs.map((trustee) => ({
        Identity: mailbox.address,
        Trustee: trustee,
        AccessControlType: "Allow",
        AccessRights: ["SendAs"]
      }))
    ),
  "Add-RecipientPermission": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("Identity"))
    rightsOf(parameters, ["SendAs"])
    const trustee = trusteeOf(session, mailbox, text(parameters.get("Trustee")))
    add(mailbox.sendAs, trustee)
    return [{ Identity: mailbox.address, Trustee: trustee, AccessControlType: "Allow", AccessRights: ["SendAs"] }]
  },
  "Remove-RecipientPermission": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("Identity"))
    rightsOf(parameters, ["SendAs"])
    mailbox.sendAs = without(mailbox.sendAs, trusteeOf(session, mailbox, text(parameters.get("Trustee"))))
    return undefined
  },
  "Get-BlockedSenderAddress": (session, parameters) => {
    const wanted = text(parameters.get("SenderAddress"))
    return session.mailboxes().filter((mailbox) =>
      isRestricted(mailbox) && (wanted === "" || equal(mailbox.address, wanted))
    )
      .map((mailbox) => ({
        Identity: mailbox.address,
        SenderAddress: mailbox.address,
        Reason: "OutboundSpamLast24Hours"
      }))
  },
  "Remove-BlockedSenderAddress": (session, parameters) => {
    const wanted = text(parameters.get("SenderAddress"))
    const mailbox = session.mailboxes().find((one) => isRestricted(one) && equal(one.address, wanted))
    if (mailbox === undefined) return notFound(wanted)
    mailbox.blockedSender = false
    if (mailbox.outboundSpam === "Suspend") mailbox.outboundSpam = null
    return undefined
  },
  "Get-MailboxStatistics": (session, parameters) =>
    some(session, parameters).map((mailbox) => ({
      Identity: mailbox.address,
      DisplayName: mailbox.address,
      TotalItemSize: sizeShown(mailbox.load.mailboxOctets)
    })),
  "Get-AcceptedDomain": (session) =>
    session.tenants.flatMap((tenant) =>
      tenant.domains.map((domain, n) => ({
        Identity: domain,
        Name: domain,
        DomainName: domain,
        DomainType: "Authoritative",
        Default: n === 0
      }))
    ),
  "Get-MessageTraceV2": (session, parameters) => {
    const senders = parameters.get("SenderAddress")
    const wanted = Array.isArray(senders) ? senders.map((one) => String(one).toLowerCase()) : []
    return session.state.messages.slice(-1000).filter((message) =>
      session.mailboxes().some((mailbox) => mailbox.address === message.mailbox) &&
      (wanted.length === 0 || wanted.includes(message.from.toLowerCase()))
    ).flatMap((message) =>
      message.to.map((recipient) => ({
        Received: message.at,
        SenderAddress: message.from,
        RecipientAddress: recipient,
        Subject: message.subject,
        Status: "Delivered",
        MessageId: message.id,
        Size: message.size
      }))
    )
  }
}
