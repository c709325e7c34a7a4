/**
 * The mailboxes that IMAP and POP3 open: folders, messages, unique identifiers and flags (RFC 9051 section 2.3).
 *
 * Bounded: 10 000 messages a folder and 64 MiB of messages in all; the oldest of the folder give way.
 *
 * @since 0.1.0
 */

/** A message in a folder. `receivedAt` is milliseconds since the epoch; `id` is unique in the store. */
export interface Stored {
  readonly id: number
  readonly uid: number
  readonly octets: Buffer
  readonly flags: Set<string>
  readonly receivedAt: number
}

/** A folder of a layout. `use` is its attribute (RFC 9051 section 7.3.1), `isRoot` one that holds no messages. */
export interface FolderPlan {
  readonly name: string
  readonly use?: string
  readonly isRoot?: boolean
}

/** A folder of one mailbox. */
export interface Folder extends FolderPlan {
  readonly uidValidity: number
  uidNext: number
  messages: ReadonlyArray<Stored>
}

const maxFolderMessages = 10_000
const maxOctets = 64 * 1024 * 1024

interface Box {
  readonly folders: ReadonlyArray<Folder>
  /** What was accepted and is still under way. */
  readonly pending: Array<{ readonly due: number; readonly folder: Folder; readonly octets: Buffer }>
  readonly watchers: Set<() => void>
}

/** All mailboxes of one service. Addresses are compared without regard to case. */
export class Mailstore {
  readonly now: () => number
  readonly #plan: ReadonlyArray<FolderPlan>
  readonly #boxes = new Map<string, Box>()
  #octets = 0
  #serial = 0

  constructor(now: () => number, plan: ReadonlyArray<FolderPlan>) {
    this.now = now
    this.#plan = plan
  }

  #box(address: string): Box {
    const key = address.toLowerCase()
    const known = this.#boxes.get(key)
    if (known !== undefined) return known
    const folders = this.#plan.map((plan, n): Folder => ({ ...plan, uidValidity: n + 1, uidNext: 1, messages: [] }))
    const box: Box = { folders, pending: [], watchers: new Set() }
    this.#boxes.set(key, box)
    return box
  }

  /** The folders of a mailbox, with everything that has arrived by now. */
  folders(address: string): ReadonlyArray<Folder> {
    const box = this.#box(address)
    const now = this.now()
    for (let n = 0; n < box.pending.length;) {
      const one = box.pending[n]
      if (one === undefined || one.due > now) n++
      else {
        box.pending.splice(n, 1)
        this.add(one.folder, one.octets, [], one.due)
      }
    }
    return box.folders
  }

  /** Puts a message into a folder at once; `undefined` when it can have no room. */
  add(folder: Folder, octets: Buffer, flags: Iterable<string>, receivedAt: number): Stored | undefined {
    const drop = (): boolean => {
      const oldest = folder.messages[0]
      if (oldest !== undefined) this.remove(folder, new Set([oldest.id]))
      return oldest !== undefined
    }
    if (folder.messages.length >= maxFolderMessages) drop()
    while (this.#octets + octets.length > maxOctets) if (!drop()) return undefined
    const stored = { id: ++this.#serial, uid: folder.uidNext++, octets, flags: new Set(flags), receivedAt }
    this.#octets += octets.length
    folder.messages = [...folder.messages, stored]
    return stored
  }

  /** Takes messages out of a folder. */
  remove(folder: Folder, ids: ReadonlySet<number>): void {
    const gone = folder.messages.filter((one) => ids.has(one.id))
    if (gone.length === 0) return
    for (const one of gone) this.#octets -= one.octets.length
    folder.messages = folder.messages.filter((one) => !ids.has(one.id))
  }

  /** Delivers a message: into the folder with that name or use, `delayMillis` from now. */
  deliver(address: string, nameOrUse: string, octets: Buffer, delayMillis = 0): void {
    const box = this.#box(address)
    const folder = box.folders.find((one) => one.name === nameOrUse || one.use === nameOrUse)
    if (folder === undefined) return
    box.pending.push({ due: this.now() + delayMillis, folder, octets })
    const tell = (): void => {
      for (const watcher of box.watchers) watcher()
    }
    if (delayMillis <= 0) tell()
    else setTimeout(tell, delayMillis).unref()
  }

  /** Calls `watcher` when something arrives for a mailbox, until the answer is called. */
  watch(address: string, watcher: () => void): () => void {
    const { watchers } = this.#box(address)
    watchers.add(watcher)
    return () => {
      watchers.delete(watcher)
    }
  }

  /** Octets of all messages of a mailbox. */
  octetsOf(address: string): number {
    return this.folders(address).flatMap((folder) => folder.messages).reduce((sum, one) => sum + one.octets.length, 0)
  }
}
