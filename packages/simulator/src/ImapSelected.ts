/**
 * A folder as one IMAP session sees it after SELECT: its message numbers hold until the session is told otherwise
 * (RFC 9051 section 2.3.1.2 and section 7.5.1).
 *
 * @since 0.1.0
 */
import * as Fetch from "./ImapFetch.ts"
import type * as Search from "./ImapSearch.ts"
import { includes, type SequenceSet } from "./ImapSyntax.ts"
import type { Folder, Mailstore, Stored } from "./Mailstore.ts"

/** Flags a client may set. */
export const knownFlags = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$MDNSent"]

/** A message with its number. */
interface Numbered {
  readonly number: number
  readonly stored: Stored
}

/** Unique identifiers as a set, ranges drawn together. */
export const uidSet = (uids: ReadonlyArray<number>): string => {
  const ranges: Array<[number, number]> = []
  for (const uid of uids) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === uid - 1) last[1] = uid
    else ranges.push([uid, uid])
  }
  return ranges.map(([from, to]) => from === to ? `${from}` : `${from}:${to}`).join(",")
}

/** The selected folder. Every method gives the untagged lines to send. */
export class Selected {
  readonly folder: Folder
  readonly readOnly: boolean
  readonly #store: Mailstore
  readonly #address: string
  #view: ReadonlyArray<Stored>

  constructor(store: Mailstore, address: string, folder: Folder, readOnly: boolean) {
    this.#store = store
    this.#address = address
    this.folder = folder
    this.readOnly = readOnly
    this.#view = folder.messages
  }

  get exists(): number {
    return this.#view.length
  }

  /** Number of the first message that was not seen. */
  get firstUnseen(): number | undefined {
    const at = this.#view.findIndex((one) => !one.flags.has("\\Seen"))
    return at === -1 ? undefined : at + 1
  }

  /** What came and, where the command allows it, what is gone. */
  sync(mayExpunge: boolean): string {
    this.#store.folders(this.#address)
    const known = new Set(this.#view.map((one) => one.id))
    const there = new Set(this.folder.messages.map((one) => one.id))
    let text = ""
    if (mayExpunge) {
      for (let n = this.#view.length; n > 0; n--) {
        const one = this.#view[n - 1]
        if (one !== undefined && !there.has(one.id)) text += `* ${n} EXPUNGE\r\n`
      }
      this.#view = this.#view.filter((one) => there.has(one.id))
    }
    const fresh = this.folder.messages.filter((one) => !known.has(one.id))
    if (fresh.length === 0) return text
    this.#view = [...this.#view, ...fresh]
    return `${text}* ${this.#view.length} EXISTS\r\n* 0 RECENT\r\n`
  }

  #of(set: SequenceSet, byUid: boolean): ReadonlyArray<Numbered> {
    const last = byUid ? this.#view.at(-1)?.uid ?? 0 : this.#view.length
    return this.#view.flatMap((stored, n) =>
      includes(set, byUid ? stored.uid : n + 1, last) ? [{ number: n + 1, stored }] : []
    )
  }

  /** Whether a set names a number that no message has; unique identifiers may be without one. */
  isOutside(set: SequenceSet): boolean {
    const most = this.#view.length
    return set.flat().some((number) => number === 0 || (number !== Infinity && number > most)) || most === 0
  }

  fetch(set: SequenceSet, byUid: boolean, asked: ReadonlyArray<Fetch.Item>): string {
    const items = byUid && !asked.includes(Fetch.uid) ? [Fetch.uid, ...asked] : asked
    const marks = !this.readOnly && items.some((item) => item.marksSeen)
    return this.#of(set, byUid).map(({ number, stored }) => {
      const changes = marks && !stored.flags.has("\\Seen")
      if (changes) stored.flags.add("\\Seen")
      return Fetch.answer(number, stored, changes && !items.includes(Fetch.flags) ? [...items, Fetch.flags] : items)
    }).join("")
  }

  search(test: Search.Test, byUid: boolean): string {
    const place = { last: this.#view.length, lastUid: this.#view.at(-1)?.uid ?? 0 }
    const found = this.#view.flatMap((stored, n) =>
      test(new Fetch.Message(stored), { ...place, number: n + 1 }) ? [byUid ? stored.uid : n + 1] : []
    )
    return `* SEARCH${found.map((number) => ` ${number}`).join("")}\r\n`
  }

  /** `mode` is `+`, `-` or empty, which replaces. */
  store(set: SequenceSet, byUid: boolean, mode: string, flags: ReadonlyArray<string>, silent: boolean): string {
    const settable = flags.flatMap((flag) => knownFlags.find((one) => one.toLowerCase() === flag.toLowerCase()) ?? flag)
      .filter((flag) => flag !== "\\Recent").slice(0, 32)
    return this.#of(set, byUid).map(({ number, stored }) => {
      if (mode === "") stored.flags.clear()
      for (const flag of settable) {
        if (mode === "-") stored.flags.delete(flag)
        else if (stored.flags.size < 32) stored.flags.add(flag)
      }
      return silent ? "" : Fetch.answer(number, stored, byUid ? [Fetch.flags, Fetch.uid] : [Fetch.flags])
    }).join("")
  }

  /** Takes out what is marked deleted; with `set` only of those. */
  expunge(set: SequenceSet | undefined): string {
    const ids = (set === undefined ? this.#view : this.#of(set, true).map(({ stored }) => stored)).filter((one) =>
      one.flags.has("\\Deleted")
    ).map((one) => one.id)
    this.#store.remove(this.folder, new Set(ids))
    return this.sync(true)
  }

  /** Copies to another folder. `code` is the COPYUID response code (RFC 9051 section 7.1). */
  copy(set: SequenceSet, byUid: boolean, to: Folder): { readonly code: string; readonly ids: ReadonlySet<number> } {
    const chosen = this.#of(set, byUid)
    const pairs = chosen.flatMap(({ stored }) => {
      const made = this.#store.add(to, stored.octets, stored.flags, stored.receivedAt)
      return made === undefined ? [] : [[stored, made] as const]
    })
    const [from, into] = [pairs.map(([one]) => one.uid), pairs.map(([, one]) => one.uid)]
    return {
      code: pairs.length === 0 ? "" : `[COPYUID ${to.uidValidity} ${uidSet(from)} ${uidSet(into)}] `,
      ids: new Set(pairs.map(([one]) => one.id))
    }
  }

  /** Takes these messages out, as MOVE does with what it has copied. */
  take(ids: ReadonlySet<number>): string {
    this.#store.remove(this.folder, ids)
    return this.sync(true)
  }
}
