/**
 * FETCH: which items are asked for, and what a message answers (RFC 9051 section 6.4.5 and section 7.5.2; those of
 * RFC 3501 section 6.4.5 too; X-GM items as Gmail's page on its extensions has them, V).
 *
 * @since 0.1.0
 */
import { type Cursor, dateTime, literal, nstring, Unreadable } from "./ImapSyntax.ts"
import type { Stored } from "./Mailstore.ts"
import { envelope, type Part, partsOf, type Section, section, structure } from "./MimeParts.ts"

/** One item. `label` is what stands before its value in the answer. */
export interface Item {
  readonly label: string
  readonly marksSeen: boolean
  readonly value: (message: Message) => string
}

/** A message with its parts read on first use. */
export class Message {
  readonly stored: Stored
  #parts: Part | undefined

  constructor(stored: Stored) {
    this.stored = stored
  }

  get parts(): Part {
    return this.#parts ??= partsOf(this.stored.octets)
  }
}

const item = (label: string, value: Item["value"], marksSeen = false): Item => ({ label, value, marksSeen })

export const uid = item("UID", ({ stored }) => String(stored.uid))
export const flags = item("FLAGS", ({ stored }) => `(${[...stored.flags].join(" ")})`)

/** A number for a message that stays as long as the message does, as Gmail gives one. */
const gmailId = ({ stored }: Message): string => String(1_780_000_000_000_000_000n + BigInt(stored.id))

const whole = (what: Section["what"]) => ({ parts }: Message): string =>
  literal(section(parts, { path: [], what, fields: [] }) ?? "")

const simple: Readonly<Record<string, Item>> = {
  UID: uid,
  FLAGS: flags,
  INTERNALDATE: item("INTERNALDATE", ({ stored }) => dateTime(stored.receivedAt)),
  ENVELOPE: item("ENVELOPE", ({ parts }) => envelope(parts)),
  BODY: item("BODY", ({ parts }) => structure(parts, false)),
  BODYSTRUCTURE: item("BODYSTRUCTURE", ({ parts }) => structure(parts, true)),
  RFC822: item("RFC822", whole(""), true),
  "RFC822.SIZE": item("RFC822.SIZE", ({ stored }) => String(stored.octets.length)),
  "RFC822.HEADER": item("RFC822.HEADER", whole("HEADER")),
  "RFC822.TEXT": item("RFC822.TEXT", whole("TEXT"), true)
}

const gmail: Readonly<Record<string, Item>> = {
  "X-GM-MSGID": item("X-GM-MSGID", gmailId),
  "X-GM-THRID": item("X-GM-THRID", gmailId),
  "X-GM-LABELS": item("X-GM-LABELS", () => "()")
}

const macros: Readonly<Record<string, ReadonlyArray<string>>> = {
  FAST: ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
  ALL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
  FULL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"]
}

const kinds = ["HEADER.FIELDS.NOT", "HEADER.FIELDS", "HEADER", "TEXT", "MIME"] as const

const body = (cursor: Cursor, peek: boolean): Item => {
  const start = cursor.at
  const path: Array<number> = []
  for (let found = cursor.match(/(\d{1,4})\.?/y); found !== undefined; found = cursor.match(/(\d{1,4})\.?/y)) {
    if (found[1] === "0" || path.length >= 20) throw new Unreadable("no such part")
    path.push(Number(found[1]))
  }
  const word = cursor.match(/HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME/iy)?.[0]?.toUpperCase()
  const what = kinds.find((kind) => kind === word) ?? ""
  let fields: ReadonlyArray<string> = []
  if (what === "HEADER.FIELDS" || what === "HEADER.FIELDS.NOT") {
    cursor.space()
    fields = cursor.list(() => cursor.astring())
  }
  const text = cursor.text.slice(start, cursor.at)
  cursor.expect("]")
  const range = cursor.match(/<(\d{1,10})\.(\d{1,10})>/y)
  const [from, count] = [Number(range?.[1] ?? 0), Number(range?.[2] ?? Infinity)]
  return item(
    `BODY[${text.toUpperCase()}]${range === undefined ? "" : `<${from}>`}`,
    ({ parts }) => {
      const found = section(parts, { path, what, fields })
      return found === undefined ? nstring(undefined) : literal(found.slice(from, from + count))
    },
    !peek
  )
}

const one = (cursor: Cursor, isGmail: boolean): Item => {
  const start = cursor.match(/BODY(\.PEEK)?\[/iy)
  if (start !== undefined) return body(cursor, start[1] !== undefined)
  const name = cursor.atom().toUpperCase()
  const found = Object.hasOwn(simple, name)
    ? simple[name]
    : isGmail && Object.hasOwn(gmail, name)
    ? gmail[name]
    : undefined
  if (found === undefined) throw new Unreadable(`no item ${name}`)
  return found
}

/** Reads the items of a FETCH command. */
export const itemsOf = (cursor: Cursor, isGmail: boolean): ReadonlyArray<Item> => {
  const macro = cursor.match(/(?:FAST|ALL|FULL)(?=$)/iy)?.[0]?.toUpperCase()
  if (macro !== undefined) return (macros[macro] ?? []).flatMap((name) => simple[name] ?? [])
  return cursor.text[cursor.at] === "(" ? cursor.list(() => one(cursor, isGmail)) : [one(cursor, isGmail)]
}

/** The answer of one message. */
export const answer = (number: number, stored: Stored, items: ReadonlyArray<Item>): string => {
  const message = new Message(stored)
  return `* ${number} FETCH (${items.map(({ label, value }) => `${label} ${value(message)}`).join(" ")})\r\n`
}
