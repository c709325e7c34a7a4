/**
 * Cmdlets for who is in a group, and who has a licence: what an administrator does for a mailbox that a program is kept from, or
 * that is none yet.
 *
 * Groups are the names that mailboxes have in `memberOf`. Licences are one kind: Exchange Online or none.
 *
 * @since 0.1.0
 */
import { type Effect, equal, fail, notFound, type Row, type Session, text } from "./AdminSession.ts"
import type { LiveMailbox } from "./State.ts"

const recipientRow = (mailbox: LiveMailbox): Row => ({
  Identity: mailbox.address,
  PrimarySmtpAddress: mailbox.address,
  RecipientTypeDetails: mailbox.shared ? "SharedMailbox" : mailbox.licensed ? "UserMailbox" : "MailUser"
})

/** A group of the organisation: one that a mailbox is in, or that a policy names. */
const groupOf = (session: Session, name: string): string => {
  const known = session.tenants.flatMap((tenant) => tenant.applicationAccessPolicies.map(({ scope }) => scope))
  return [...session.mailboxes().flatMap(({ memberOf }) => memberOf), ...known].find((group) => equal(group, name)) ??
    notFound(name)
}

/** Effects by the proper name of the cmdlet. */
export const effects: Readonly<Record<string, Effect>> = {
  "Get-Recipient": (session, parameters) =>
    (parameters.get("Identity") === undefined ? session.mailboxes() : [session.mailbox(parameters.get("Identity"))])
      .map(recipientRow),
  "Add-DistributionGroupMember": (session, parameters) => {
    const group = groupOf(session, text(parameters.get("Identity")))
    const mailbox = session.mailbox(parameters.get("Member"))
    if (mailbox.memberOf.some((one) => equal(one, group))) {
      fail(`The recipient "${mailbox.address}" is already a member of the group "${group}".`)
    }
    mailbox.memberOf.push(group)
    return undefined
  },
  "Remove-DistributionGroupMember": (session, parameters) => {
    const group = groupOf(session, text(parameters.get("Identity")))
    const mailbox = session.mailbox(parameters.get("Member"))
    if (!mailbox.memberOf.some((one) => equal(one, group))) notFound(mailbox.address)
    mailbox.memberOf = mailbox.memberOf.filter((one) => !equal(one, group))
    return undefined
  },
  "Get-MgUserLicenseDetail": (session, parameters) =>
    session.mailbox(parameters.get("UserId")).licensed ? [{ SkuPartNumber: "EXCHANGESTANDARD" }] : [],
  "Set-MgUserLicense": (session, parameters) => {
    const mailbox = session.mailbox(parameters.get("UserId"))
    const names = (name: string) => /[\w-]{3,}/.test(text(parameters.get(name)))
    if (names("AddLicenses")) mailbox.licensed = true
    else if (names("RemoveLicenses")) mailbox.licensed = false
    return undefined
  }
}
