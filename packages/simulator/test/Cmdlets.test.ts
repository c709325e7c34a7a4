import { assert, describe, it } from "@effect/vitest"
import { Session } from "@sonde/simulator/AdminSession"
import * as Announcement from "@sonde/simulator/Announcement"
import * as Cmdlets from "@sonde/simulator/Cmdlets"
import { CmdletError, fromScript } from "@sonde/simulator/PowerShell"
import { State } from "@sonde/simulator/State"
import * as World from "@sonde/simulator/World"
import { microsoft365 } from "@sonde/simulator/Worlds"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const fresh = (world: unknown = microsoft365) =>
  Effect.map(World.decode(world), (decoded) => new State(decoded, () => 1_800_000_000_000, "seed"))

const run = (state: State, script: string): string => Cmdlets.run(new Session(state), script)

const behaviourOf = (state: State, address: string) =>
  Announcement.mailboxesOf(state).find((mailbox) => mailbox.address === address)?.behaviour

const errorOf = (state: State, script: string): string => {
  try {
    run(state, script)
  } catch (error) {
    if (error instanceof CmdletError) return error.text
    throw error
  }
  return "no error"
}

const app = "6b1f0c52-0000-4000-8000-00000000a003"
const principal = "6b1f0c52-0000-4000-8000-00000000b003"

describe("a cmdlet that a remedy names", () => {
  it.effect.each<[string, string, string]>([
    [
      "scanner@contoso.example",
      "ok",
      "Set-CASMailbox -Identity scanner@contoso.example -SmtpClientAuthenticationDisabled $false"
    ],
    ["printer@contoso.example", "ok", "set-casmailbox 'printer@contoso.example' -smtpclientauth:$false"],
    [
      "printer@contoso.example",
      "smtp_auth_off_tenant",
      "Set-CASMailbox printer@contoso.example -SmtpClientAuthenticationDisabled $null"
    ],
    ["scanner@contoso.example", "ok", "Set-TransportConfig -SmtpClientAuthenticationDisabled $false"],
    ["scanner@fabrikam.example", "ok", "Set-AuthenticationPolicy -Identity \"Block Basic Auth\" -AllowBasicAuthSmtp"],
    [
      "scanner@fabrikam.example",
      "ok",
      "New-AuthenticationPolicy -Name 'Allow SMTP' -AllowBasicAuthSmtp\nSet-User -Identity scanner@fabrikam.example -AuthenticationPolicy 'Allow SMTP'\nSet-User -Identity scanner@fabrikam.example -STSRefreshTokensValidFrom $([System.DateTime]::UtcNow)"
    ],
    [
      "scanner@fabrikam.example",
      "ok",
      "New-AuthenticationPolicy 'Allow SMTP' -AllowBasicAuthSmtp; Set-OrganizationConfig -DefaultAuthenticationPolicy 'Allow SMTP'"
    ],
    [
      "crm@contoso.example",
      "ok",
      "Add-RecipientPermission sales@contoso.example -Trustee crm@contoso.example -AccessRights SendAs -Confirm:$false"
    ],
    ["erp@contoso.example", "ok", "Set-OrganizationConfig -SendFromAliasEnabled $true"],
    ["plans@contoso.example", "ok", "Set-Mailbox plans@contoso.example -MaxSendSize 35MB -MaxReceiveSize 36MB"],
    ["groups@contoso.example", "ok", "Set-Mailbox -Identity groups@contoso.example -RecipientLimits 1000"],
    ["restricted@contoso.example", "ok", "Remove-BlockedSenderAddress -SenderAddress restricted@contoso.example"],
    [
      "archive@contoso.example",
      "ok",
      "Set-Mailbox archive@contoso.example -ProhibitSendQuota 99GB -ProhibitSendReceiveQuota 100GB -IssueWarningQuota 98GB"
    ],
    ["leaver@contoso.example", "ok", "Set-Mailbox leaver@contoso.example -AccountDisabled $false"],
    [
      "oauth-admin@contoso.example",
      "ok",
      "Add-MailboxPermission -Identity oauth-admin@contoso.example -User clerk@contoso.example -AccessRights FullAccess"
    ],
    [
      "tickets@contoso.example",
      "ok",
      "Add-MailboxPermission -Identity tickets@contoso.example -User 6b1f0c52-0000-4000-8000-00000000b002 -AccessRights FullAccess"
    ],
    [
      "monitor@contoso.example",
      "ok",
      `New-ServicePrincipal -AppId ${app} -ObjectId ${principal} -DisplayName "Monitor"\nAdd-MailboxPermission -Identity monitor@contoso.example -User ${principal} -AccessRights FullAccess`
    ],
    [
      "monitor@contoso.example",
      "service_principal_missing",
      `New-ServicePrincipal -AppId ${app} -ObjectId ${app} -DisplayName "Wrong"`
    ],
    [
      "app@contoso.example",
      "smtp_auth_off_mailbox",
      "Get-CASMailbox app@contoso.example | Set-CASMailbox -SmtpClientAuthenticationDisabled $true"
    ]
  ])("leaves %s with behaviour %s: %s", ([address, expected, script]) =>
    Effect.gen(function*() {
      const state = yield* fresh()
      assert.notStrictEqual(behaviourOf(state, address), script.includes("Wrong") ? "ok" : expected)
      run(state, script)
      assert.strictEqual(behaviourOf(state, address), expected)
    }))

  it.effect("scopes a role of an application to the mailboxes its filter names", () =>
    Effect.gen(function*() {
      const mailbox = (address: string, appId: string) => ({ address, tokens: [{ appId, objectId: principal }] })
      const state = yield* fresh({
        tenants: [{ name: "T", domains: ["t.example"], smtpAuth: "on" }],
        mailboxes: [mailbox("in@t.example", app), {
          ...mailbox("out@t.example", app),
          tokens: [{ value: "v", appId: app, objectId: principal }]
        }]
      })
      run(
        state,
        `New-ServicePrincipal -AppId ${app} -ObjectId ${principal}
         New-ManagementScope -Name "One" -RecipientRestrictionFilter "PrimarySmtpAddress -eq 'in@t.example'"
         New-ManagementRoleAssignment -Name "Send" -Role "Application SMTP.SendAsApp" -App ${app} -CustomResourceScope "One"`
      )
      assert.strictEqual(behaviourOf(state, "in@t.example"), "ok")
      assert.strictEqual(behaviourOf(state, "out@t.example"), "token_missing_scope")
      assert.match(
        run(state, `Test-ServicePrincipalAuthorization -Identity ${app} -Resource in@t.example`),
        /InScope +: True/
      )
      assert.match(
        run(state, `Test-ServicePrincipalAuthorization ${app} -Resource out@t.example`),
        /InScope +: False/
      )
    }))

  it.effect("gives a licence and takes it away", () =>
    Effect.gen(function*() {
      const state = yield* fresh()
      const licences = "@{SkuId = '4b9405b0-7788-4568-add1-99614e613b69'}"
      assert.strictEqual(behaviourOf(state, "newhire@contoso.example"), "account_unlicensed")
      assert.strictEqual(run(state, "Get-MgUserLicenseDetail -UserId newhire@contoso.example"), "")
      run(state, `Set-MgUserLicense -UserId newhire@contoso.example -AddLicenses ${licences} -RemoveLicenses @()`)
      assert.strictEqual(behaviourOf(state, "newhire@contoso.example"), "ok")
      assert.match(run(state, "Get-Recipient newhire@contoso.example"), /RecipientTypeDetails : UserMailbox/)
      run(
        state,
        "Set-MgUserLicense -UserId newhire@contoso.example -AddLicenses @() -RemoveLicenses @('4b9405b0-7788-4568-add1-99614e613b69')"
      )
      assert.strictEqual(behaviourOf(state, "newhire@contoso.example"), "account_unlicensed")
    }))

  it.effect("gives an application a new secret and the consent of the organisation by az", () =>
    Effect.gen(function*() {
      const state = yield* fresh()
      const [expired, waiting] = ["6b1f0c52-0000-4000-8000-00000000a006", "6b1f0c52-0000-4000-8000-00000000a007"]
      const of = (id: string) => state.applicationOf(id)!.application
      const printed = JSON.parse(run(state, `az ad app credential reset --id ${expired} --append`))
      assert.strictEqual(printed.appId, expired)
      assert.deepStrictEqual(of(expired).secrets, [
        { value: "fake-secret-expired-2Kx5", expires: "2024-06-30" },
        { value: printed.password, expires: new Date(1_800_000_000_000 + 365 * 86_400_000).toISOString() }
      ])
      const alone = JSON.parse(run(state, `az ad app credential reset --id ${expired} --years 2`))
      assert.deepStrictEqual(of(expired).secrets.map(({ value }) => value), [alone.password])
      assert.isFalse(of(waiting).adminConsent)
      assert.strictEqual(run(state, `az ad app permission admin-consent --id ${waiting}`), "")
      assert.isTrue(of(waiting).adminConsent)
    }))

  it.effect.each<[string, RegExp]>([
    ["az ad app credential reset", /^the following arguments are required: --id$/],
    ["az ad app credential reset --id", /^argument --id: expected one argument$/],
    [`az ad app credential reset --id ${app} --years soon`, /^argument --years: invalid int value$/],
    ["az ad app permission admin-consent --id nobody", /^Resource 'nobody' does not exist/],
    ["az ad app permission admin-consent --id x --force", /^unrecognized arguments: --force$/],
    ["az ad app burn --id x", /^'ad app burn' is misspelled or not recognized by the system\.$/],
    ["az ad app permission admin-consent --id x | Format-List", /stands alone in its line/]
  ])("%s is refused in the words of the Azure CLI", ([script, words]) =>
    Effect.gen(function*() {
      assert.match(errorOf(yield* fresh(), script), words)
    }))

  it.effect("takes a mailbox into the group of a policy and out of it", () =>
    Effect.gen(function*() {
      const state = yield* fresh()
      const [app, member] = ["6b1f0c52-0000-4000-8000-00000000a005", "app@contoso.example"]
      const tenant = state.tenantOf(state.mailboxOf("sales@contoso.example")!)
      tenant.applicationAccessPolicies.push({
        appId: app,
        scope: "CN=Senders",
        accessRight: "RestrictAccess",
        description: ""
      })
      const test = `Test-ApplicationAccessPolicy -AppId ${app} -Identity ${member}`
      assert.match(run(state, test), /Denied/)
      run(state, `Add-DistributionGroupMember -Identity "cn=senders" -Member ${member}`)
      assert.match(run(state, test), /Granted/)
      assert.include(errorOf(state, `Add-DistributionGroupMember CN=Senders -Member ${member}`), "already a member")
      run(state, `Remove-DistributionGroupMember -Identity CN=Senders -Member ${member} -Confirm:$false`)
      assert.match(run(state, test), /Denied/)
      assert.include(errorOf(state, `Add-DistributionGroupMember CN=Nobody -Member ${member}`), "couldn't be found")
    }))

  it.effect("touches only the organisation that Connect-ExchangeOnline named", () =>
    Effect.gen(function*() {
      const state = yield* fresh()
      run(
        state,
        "Connect-ExchangeOnline -UserPrincipalName admin@fabrikam.example -ShowBanner:$false; Set-TransportConfig -SmtpClientAuthenticationDisabled $false"
      )
      assert.strictEqual(behaviourOf(state, "scanner@contoso.example"), "smtp_auth_off_tenant")
      assert.include(
        errorOf(
          state,
          "Connect-ExchangeOnline -Organization fabrikam.example\nSet-CASMailbox app@contoso.example -ImapEnabled $true"
        ),
        "couldn't be found"
      )
    }))
})

describe("an administrator's session", () => {
  it.effect("stays connected from one script to the next", () =>
    Effect.gen(function*() {
      const state = yield* fresh()
      const session = new Session(state)
      Cmdlets.run(session, "Connect-ExchangeOnline -DelegatedOrganization northwind.example")
      Cmdlets.run(session, "Set-TransportConfig -SmtpClientAuthenticationDisabled $true")
      assert.strictEqual(behaviourOf(state, "scanner@northwind.example"), "smtp_auth_off_tenant")
      assert.strictEqual(behaviourOf(state, "scanner@adatum.example"), "conditional_access")
    }))
})

describe("a refused script", () => {
  it.effect.each<[string, string]>([
    [
      "Set-CASMailbox app@contoso.example -SmtpAuthDisabled $false",
      "A parameter cannot be found that matches parameter name 'SmtpAuthDisabled'."
    ],
    [
      "Set-CASMailbox -Identity app@contoso.example -Enable",
      "A parameter cannot be found that matches parameter name 'Enable'."
    ],
    [
      "Set-CASMailbox app@contoso.example -Imap $true",
      "Parameter cannot be processed because the parameter name 'Imap' is ambiguous."
    ],
    ["Set-SmtpAuth app@contoso.example", "The term 'Set-SmtpAuth' is not recognized as a name of a cmdlet"],
    ["Set-CASMailbox", "Cannot process command because of one or more missing mandatory parameters: Identity."],
    [
      "Set-CASMailbox <mailbox> -SmtpClientAuthenticationDisabled $false",
      "The '<' operator is reserved for future use."
    ],
    [
      "Set-CASMailbox nobody@contoso.example -ImapEnabled $true",
      "The operation couldn't be performed because object 'nobody@contoso.example' couldn't be found"
    ],
    ["Set-CASMailbox kim@outlook.example -ImapEnabled $true", "couldn't be found"],
    [
      "Set-CASMailbox app@contoso.example -SmtpClientAuthenticationDisabled false",
      "Cannot convert value \"false\" to type \"System.Boolean\""
    ],
    [
      "Set-CASMailbox app@contoso.example -SmtpClientAuthenticationDisabled",
      "Missing an argument for parameter 'SmtpClientAuthenticationDisabled'."
    ],
    [
      "Set-CASMailbox app@contoso.example extra",
      "A positional parameter cannot be found that accepts argument 'extra'."
    ],
    ["Set-TransportConfig -SmtpClientAuthenticationDisabled $null", "Cannot convert value"],
    [
      "Set-TransportConfig -Identity app@contoso.example -SmtpClientAuthenticationDisabled $flase",
      "The variable '$flase' cannot be retrieved because it has not been set."
    ],
    ["Set-Mailbox app@contoso.example -MaxSendSize 200MB", "must be between 0 B (0 bytes) and 150 MB"],
    ["Set-Mailbox app@contoso.example -MaxSendSize large", "ByteQuantifiedSize"],
    ["Set-Mailbox app@contoso.example -RecipientLimits 5000", "between 1 and 1000"],
    [
      "Set-Mailbox app@contoso.example -SmtpClientAuthenticationDisabled $false",
      "A parameter cannot be found that matches parameter name 'SmtpClientAuthenticationDisabled'."
    ],
    [
      "Add-RecipientPermission sales@contoso.example -Trustee crm@contoso.example",
      "missing mandatory parameters: AccessRights."
    ],
    [
      "Add-RecipientPermission sales@contoso.example -Trustee crm@contoso.example -AccessRights FullAccess",
      "Cannot convert value \"FullAccess\""
    ],
    [
      "Add-MailboxPermission sales@contoso.example -User ghost@contoso.example -AccessRights FullAccess",
      "couldn't be found"
    ],
    ["Remove-BlockedSenderAddress -SenderAddress app@contoso.example", "couldn't be found"],
    ["Set-User app@contoso.example -AuthenticationPolicy 'No Such'", "object 'No Such' couldn't be found"],
    ["New-ServicePrincipal -AppId me -ObjectId you", "is not a GUID"],
    ["Set-CASMailbox 'app@contoso.example", "The string is missing the terminator: '."],
    ["Get-CASMailbox app@contoso.example |", "An empty pipe element is not allowed."],
    ["Get-CASMailbox app@contoso.example | Remove-Item", "The term 'Remove-Item' is not recognized"],
    ["Get-CASMailbox > out.txt", "Redirection is not available"],
    ["fl", "has no input"],
    ["Connect-ExchangeOnline -Organization nowhere.example", "AADSTS90002"],
    ["Set-CASMailbox app@contoso.example -ImapEnabled $true -ImapEnabled $false", "specified more than once"]
  ])("%s says: %s", ([script, expected]) =>
    Effect.gen(function*() {
      const state = yield* fresh()
      const before = JSON.stringify([state.tenants, state.mailboxes])
      assert.include(errorOf(state, script), expected)
      assert.strictEqual(JSON.stringify([state.tenants, state.mailboxes]), before)
    }))

  it.effect("does nothing when a later command is unknown", () =>
    Effect.gen(function*() {
      const state = yield* fresh()
      assert.include(
        errorOf(state, "Set-TransportConfig -SmtpClientAuthenticationDisabled $false; Set-Nonsense"),
        "not recognized"
      )
      assert.strictEqual(behaviourOf(state, "scanner@contoso.example"), "smtp_auth_off_tenant")
    }))
})

describe("Get- cmdlets", () => {
  it.effect.each<[string, RegExp]>([
    [
      "Get-MailboxStatistics archive@contoso.example | fl TotalItemSize",
      /TotalItemSize : 51200 MB \(53,687,091,200 bytes\)/
    ],
    ["Get-MessageTraceV2 -SenderAddress app@contoso.example | Measure-Object", /Count : 0/],
    ["Get-InboxRule -Mailbox app@contoso.example", /^WARNING: Get-InboxRule is a cmdlet of Exchange Online/],
    [
      "Get-CASMailbox scanner@contoso.example | fl SmtpClientAuthenticationDisabled",
      /^\nSmtpClientAuthenticationDisabled :\n\n$/
    ],
    [
      "Get-CASMailbox -Identity printer@contoso.example | Format-List SmtpClientAuthenticationDisabled,ImapEnabled",
      /SmtpClientAuthenticationDisabled : True\nImapEnabled +: True/
    ],
    [
      "Connect-ExchangeOnline -Organization contoso.example\nGet-TransportConfig | fl SmtpClientAuthenticationDisabled,AllowLegacyTLSClients",
      /SmtpClientAuthenticationDisabled : True\nAllowLegacyTLSClients +: False/
    ],
    [
      "Get-User scanner@fabrikam.example | fl AuthenticationPolicy,RecipientTypeDetails",
      /AuthenticationPolicy +:\nRecipientTypeDetails : UserMailbox/
    ],
    [
      "Connect-ExchangeOnline -Organization fabrikam.example; Get-OrganizationConfig | fl DefaultAuthenticationPolicy",
      /: Block Basic Auth/
    ],
    ["Get-AuthenticationPolicy 'Block Basic Auth' | fl AllowBasicAuthSmtp", /AllowBasicAuthSmtp : False/],
    [
      "Get-CASMailbox -ResultSize Unlimited | ? {$_.SmtpClientAuthenticationDisabled -eq $true} | ft Identity",
      /\nIdentity\n-+\nprinter@contoso\.example\n\n$/
    ],
    ["Get-BlockedSenderAddress", /SenderAddress : restricted@contoso\.example/],
    ["Get-ServicePrincipal | fl AppId,Disp*", /DisplayName +: Contoso Printer Service/],
    ["Get-RecipientPermission info@contoso.example", /Trustee +: clerk@contoso\.example/],
    ["Get-MailboxPermission info@contoso.example | Select-Object User", /User : clerk@contoso\.example/],
    ["Get-Mailbox plans@contoso.example | fl MaxSendSize", /MaxSendSize : 0 MB \(256 bytes\)/],
    [
      "New-InboundConnector -Name \"R\" -ConnectorType OnPremises -SenderDomains * -SenderIPAddresses 192.0.2.1",
      /^WARNING: New-InboundConnector is a cmdlet of Exchange Online/
    ],
    ["Install-Module ExchangeOnlineManagement; Connect-ExchangeOnline", /^$/],
    [
      "# a comment\nGet-CASMailbox `\n  -Identity app@contoso.example | fl Identity # and another",
      /Identity : app@contoso\.example/
    ],
    ["Set-TransportConfig -SmtpClientAuthenticationDisabled $false -WhatIf", /^What if/]
  ])("%s", ([script, expected]) =>
    Effect.gen(function*() {
      assert.match(run(yield* fresh(), script), expected)
    }))
})

describe("PowerShell.fromScript", () => {
  it("reads quotes, lists, switches and values behind a colon", () => {
    assert.deepStrictEqual(fromScript("New-X 'it''s' \"a `\"b`\"\" -L a, \"b c\" -S -C:$false"), [[{
      name: "New-X",
      arguments: [
        { kind: "value", value: { kind: "text", text: "it's" } },
        { kind: "value", value: { kind: "text", text: "a \"b\"" } },
        { kind: "parameter", name: "L", value: undefined },
        {
          kind: "value",
          value: { kind: "list", items: [{ kind: "text", text: "a" }, { kind: "text", text: "b c" }] }
        },
        { kind: "parameter", name: "S", value: undefined },
        { kind: "parameter", name: "C", value: { kind: "boolean", value: false } }
      ]
    }]])
  })

  it("takes the dashes and quotes that word processors make", () => {
    assert.deepStrictEqual(fromScript("Get-X \u2013Identity \u201ca b\u201d"), fromScript("Get-X -Identity \"a b\""))
  })

  it.prop(
    "ends on any text, with pipelines or a CmdletError",
    [Schema.String],
    ([text]) => {
      try {
        return Array.isArray(fromScript(text))
      } catch (error) {
        return error instanceof CmdletError
      }
    }
  )
})
