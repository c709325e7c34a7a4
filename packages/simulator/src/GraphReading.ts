/**
 * The part of Microsoft Graph that reads messages: those of a folder by two filters, and the deleting of one.
 *
 * Pure but for the mailstore. Knows the filters `internetMessageId eq '…'` and `contains(subject,'…')`, joined by `or`.
 *
 * @since 0.1.0
 */
import * as Errors from "./GraphErrors.ts"
import { json, type Reply, type Request } from "./HttpMessage.ts"
import type { Folder, Mailstore, Stored } from "./Mailstore.ts"
import { headerOf } from "./Message.ts"

/** Well-known names and the folders of the mailstore that they stand for. */
const folders: Readonly<Record<string, string>> = {
  inbox: "INBOX",
  junkemail: "\\Junk",
  sentitems: "\\Sent",
  deleteditems: "\\Trash",
  drafts: "\\Drafts"
}

const folderOf = (mail: Mailstore, address: string, name: string): Folder | undefined => {
  const use = folders[name.toLowerCase()]
  return use === undefined ? undefined : mail.folders(address).find((one) => one.name === use || one.use === use)
}

const idOf = ({ id }: Stored): string => `AAMk${Buffer.from(`message ${id}`).toString("base64")}`

type Test = (header: ReturnType<typeof headerOf>) => boolean

const unquoted = (text: string): string => text.replaceAll("''", "'")

/** The filter of a query, or `undefined` for one that is not known. */
const filterOf = (text: string): Test | undefined => {
  const tests: Array<Test> = []
  for (const part of text.split(/ or (?=(?:[^']*'[^']*')*[^']*$)/)) {
    const id = /^internetMessageId eq '((?:[^']|'')*)'$/.exec(part)?.[1]
    const subject = /^contains\(subject, ?'((?:[^']|'')*)'\)$/.exec(part)?.[1]
    if (id !== undefined) tests.push(({ messageId }) => messageId === unquoted(id))
    else if (subject !== undefined) {
      const word = unquoted(subject).toLowerCase()
      tests.push((header) => header.subject?.toLowerCase().includes(word) === true)
    } else return undefined
  }
  return (header) => tests.some((test) => test(header))
}

/** The header fields of a message, unfolded, in their order. */
const fieldsOf = (octets: Buffer): ReadonlyArray<{ readonly name: string; readonly value: string }> => {
  const text = octets.subarray(0, 65_536).toString("utf8")
  const stop = text.indexOf("\r\n\r\n")
  return (stop < 0 ? text : text.slice(0, stop)).replace(/\r\n(?=[ \t])/g, "").split("\r\n").flatMap((line) => {
    const colon = line.indexOf(":")
    return colon <= 0 ? [] : [{ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() }]
  })
}

/** The messages of a folder that a query asks for, newest first. */
export const messages = (
  mail: Mailstore,
  address: string,
  folder: string,
  query: Request["query"]
): Reply | Errors.GraphError => {
  const found = folderOf(mail, address, folder)
  if (found === undefined) return Errors.noItem
  const filter = filterOf(query.get("$filter") ?? "contains(subject,'')")
  if (filter === undefined) return Errors.badFilter
  const top = Math.min(1000, Number(query.get("$top") ?? "10") || 10)
  const selected = (query.get("$select") ?? "").split(",")
  const value = found.messages.toReversed().filter(({ octets }) => filter(headerOf(octets))).slice(0, top).map(
    (one) => {
      const { messageId, subject } = headerOf(one.octets)
      return {
        id: idOf(one),
        subject,
        receivedDateTime: new Date(one.receivedAt).toISOString().replace(/\.\d+/, ""),
        internetMessageId: messageId,
        ...(selected.includes("internetMessageHeaders") ? { internetMessageHeaders: fieldsOf(one.octets) } : {})
      }
    }
  )
  return json(200, { value })
}

/** Moves a message to the deleted items; false where there is none with that id. */
export const remove = (mail: Mailstore, address: string, id: string): boolean => {
  const trash = folderOf(mail, address, "deleteditems")
  for (const folder of mail.folders(address)) {
    const found = folder.messages.find((one) => idOf(one) === id)
    if (found === undefined) continue
    mail.remove(folder, new Set([found.id]))
    if (trash !== undefined && trash !== folder) mail.add(trash, found.octets, found.flags, found.receivedAt)
    return true
  }
  return false
}
