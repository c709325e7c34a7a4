/**
 * What FETCH tells of a message (RFC 9051 section 7.5.2), as far as looking for one needs it: its identifier, when it arrived, and
 * one section of it.
 *
 * Pure. A section is text as UTF-8 reads it; where its octets end is the business of `Literals`.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import type { Response } from "./Response.ts"
import { itemsOf, textOf, type Value } from "./Value.ts"

/**
 * A message. `uid` is absent where the server was not asked or did not say; `receivedAt` is its internal date in milliseconds since
 * the epoch; `section` is the content of the first section that came.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fetched {
  readonly number: number
  readonly uid: number | undefined
  readonly receivedAt: number | undefined
  readonly section: string | undefined
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

/**
 * An internal date (RFC 9051 section 9, `date-time`), such as `17-Jul-1996 02:44:25 -0700`, in milliseconds since the epoch.
 *
 * @category decoding
 * @since 0.1.0
 */
export const millisFromText = (text: string): number | undefined => {
  const match = /^[ \d]?(\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/.exec(text)
  const month = months.findIndex((name) => name.toLowerCase() === match?.[2]?.toLowerCase())
  if (match === null || month < 0) return undefined
  const [hour, minute, second, zoneHours, zoneMinutes] = [4, 5, 6, 8, 9].map((group) => Number(match[group])) as [
    number,
    number,
    number,
    number,
    number
  ]
  const day = Number(text.slice(0, text.indexOf("-")))
  const zone = (zoneHours * 60 + zoneMinutes) * 60_000 * (match[7] === "-" ? -1 : 1)
  return Date.UTC(Number(match[3]), month, day, hour, minute, second) - zone
}

/**
 * A moment as an internal date, in UTC; the milliseconds of its second are lost.
 *
 * @category encoding
 * @since 0.1.0
 */
export const millisToText = (millis: number): string => {
  const { day, hour, minute, month, second, year } = DateTime.toPartsUtc(DateTime.makeUnsafe(millis))
  const two = (value: number) => `${value}`.padStart(2, "0")
  return `${two(day)}-${months[month - 1]}-${year} ${[hour, minute, second].map(two).join(":")} +0000`
}

const numberOf = (value: Value | undefined): number | undefined => {
  const text = textOf(value)
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

/**
 * A message of a FETCH response, or `undefined` for another response.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromResponse = (response: Response): Fetched | undefined => {
  if (response._tag !== "Untagged" || response.name !== "FETCH" || response.number === undefined) return undefined
  const items = itemsOf(response.values[0])
  const valueOf = (is: (name: string) => boolean): Value | undefined => {
    const index = items.findIndex((item, place) => place % 2 === 0 && is(textOf(item)?.toUpperCase() ?? ""))
    return index < 0 ? undefined : items[index + 1]
  }
  const section = valueOf((name) => name.startsWith("BODY["))
  return {
    number: response.number,
    uid: numberOf(valueOf((name) => name === "UID")),
    receivedAt: millisFromText(textOf(valueOf((name) => name === "INTERNALDATE")) ?? ""),
    section: section === undefined ? undefined : textOf(section) ?? ""
  }
}

/**
 * The FETCH response of a message; `name` is that of its section, without `BODY` and brackets.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toResponse = ({ number, receivedAt, section, uid }: Fetched, name = "HEADER"): Response => ({
  _tag: "Untagged",
  name: "FETCH",
  number,
  values: [{
    list: [
      ...(uid === undefined ? [] : [{ atom: "UID" }, { atom: `${uid}` }]),
      ...(receivedAt === undefined ? [] : [{ atom: "INTERNALDATE" }, { string: millisToText(receivedAt) }]),
      ...(section === undefined ? [] : [{ atom: `BODY[${name}]` }, { string: section }])
    ]
  }]
})
