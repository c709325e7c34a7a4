/**
 * The IMAP commands that follow the sign-in, and those that need none: arguments, work, reply (RFC 9051 section 6).
 *
 * @since 0.1.0
 */
import * as Fetch from "./ImapFetch.ts"
import * as Search from "./ImapSearch.ts"
import { knownFlags, Selected } from "./ImapSelected.ts"
import type { ImapSession } from "./ImapSession.ts"
import { astring, type Cursor, string, Unreadable } from "./ImapSyntax.ts"
import type { Folder } from "./Mailstore.ts"
import type { Session } from "./ReaderService.ts"

/** A command. `needs` is the state it is for. */
export interface Command {
  readonly needs: "nothing" | "sign-in" | "selected"
  readonly run: (imap: ImapSession, tag: string, cursor: Cursor) => void
}

/** Size of a mailbox in KiB, as GETQUOTA counts (15 GB at Gmail; Google's help page, V). */
const quotaKib = 15 * 1024 * 1024

const opened = (imap: ImapSession): Session => {
  if (imap.session === undefined) throw new Unreadable("not signed in")
  return imap.session
}

const chosen = (imap: ImapSession): Selected => {
  if (imap.selected === undefined) throw new Unreadable("nothing selected")
  return imap.selected
}

const foldersOf = (imap: ImapSession): ReadonlyArray<Folder> => {
  const { address, store } = opened(imap)
  return store.folders(address)
}

/** INBOX is found in any case (RFC 9051 section 5.1). */
const folderOf = (imap: ImapSession, name: string): Folder | undefined =>
  foldersOf(imap).find((folder) =>
    folder.isRoot !== true && folder.name === (name.toUpperCase() === "INBOX" ? "INBOX" : name)
  )

const done = (imap: ImapSession, tag: string, command: string, code = ""): void =>
  imap.reply(tag, `OK ${code}${imap.service.texts.done(command)}`)

const none = (run: (imap: ImapSession, tag: string) => void, needs: Command["needs"] = "nothing"): Command => ({
  needs,
  run: (imap, tag, cursor) => {
    cursor.end()
    run(imap, tag)
  }
})

const select = (command: "EXAMINE" | "SELECT"): Command => ({
  needs: "sign-in",
  run: (imap, tag, cursor) => {
    cursor.space()
    const name = cursor.astring()
    // Parameters of extensions that are not offered, such as CONDSTORE, are read and have no effect.
    if (cursor.take(" ")) cursor.list(() => cursor.atom())
    cursor.end()
    imap.selected = undefined
    const folder = folderOf(imap, name)
    const { texts } = imap.service
    if (folder === undefined) return imap.reply(tag, texts.noFolder(name))
    const { address, store } = opened(imap)
    const readOnly = command === "EXAMINE"
    const selected = imap.selected = new Selected(store, address, folder, readOnly)
    const unseen = selected.firstUnseen
    imap.send([
      `* ${selected.exists} EXISTS`,
      "* 0 RECENT",
      `* FLAGS (${knownFlags.join(" ")})`,
      `* OK [PERMANENTFLAGS (${readOnly ? "" : knownFlags.join(" ")})] Permanent flags`,
      ...(unseen === undefined ? [] : [`* OK [UNSEEN ${unseen}] Is the first unseen message`]),
      `* OK [UIDVALIDITY ${folder.uidValidity}] UIDVALIDITY value`,
      `* OK [UIDNEXT ${folder.uidNext}] The next unique identifier value`,
      ""
    ].join("\r\n"))
    imap.reply(tag, `OK ${texts.selected(command, folder.name, readOnly)}`)
  }
})

/** A pattern with its wildcards as a regular expression: `%` stops at the hierarchy separator. */
const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${
      pattern.slice(0, 200).replace(/[*%]{2,}/g, (run) => run.includes("*") ? "*" : "%")
        .replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("%", "[^/]*")
    }$`,
    "i"
  )

const list = (command: "LIST" | "LSUB" | "XLIST"): Command => ({
  needs: "sign-in",
  run: (imap, tag, cursor) => {
    cursor.space()
    const reference = cursor.astring()
    cursor.space()
    const pattern = cursor.pattern()
    cursor.end()
    if (pattern === "") imap.send(`* ${command} (\\Noselect) "/" ""\r\n`)
    else {
      const folders = foldersOf(imap)
      const wanted = matcher(reference + pattern)
      const shown = folders.filter(({ name }) => wanted.test(name))
      imap.send(
        shown.map(({ isRoot, name, use }) => {
          const hasChildren = folders.some((other) => other.name.startsWith(`${name}/`))
          const attributes = [
            hasChildren ? "\\HasChildren" : "\\HasNoChildren",
            ...(isRoot === true ? ["\\Noselect"] : []),
            ...(use === undefined ? [] : [use])
          ]
          return `* ${command} (${attributes.join(" ")}) "/" ${imap.service.isGmail ? string(name) : astring(name)}\r\n`
        }).join("")
      )
    }
    done(imap, tag, command)
  }
})

const counts = (folder: Folder): Readonly<Record<string, number>> => ({
  MESSAGES: folder.messages.length,
  RECENT: 0,
  UIDNEXT: folder.uidNext,
  UIDVALIDITY: folder.uidValidity,
  UNSEEN: folder.messages.filter((one) => !one.flags.has("\\Seen")).length
})

const status: Command = {
  needs: "sign-in",
  run: (imap, tag, cursor) => {
    cursor.space()
    const name = cursor.astring()
    cursor.space()
    const wanted = cursor.list(() => cursor.atom().toUpperCase())
    cursor.end()
    const folder = folderOf(imap, name)
    if (folder === undefined) return imap.reply(tag, imap.service.texts.noFolder(name))
    const known = counts(folder)
    if (wanted.some((item) => !Object.hasOwn(known, item))) throw new Unreadable("no such item")
    imap.send(`* STATUS ${astring(folder.name)} (${wanted.map((item) => `${item} ${known[item]}`).join(" ")})\r\n`)
    done(imap, tag, "STATUS")
  }
}

const quota = (command: "GETQUOTA" | "GETQUOTAROOT"): Command => ({
  needs: "sign-in",
  run: (imap, tag, cursor) => {
    const root = imap.service.texts.quotaRoot
    if (root === undefined) return imap.reply(tag, imap.service.texts.badCommand)
    cursor.space()
    const name = cursor.astring()
    cursor.end()
    const { address, store } = opened(imap)
    if (command === "GETQUOTAROOT") {
      if (folderOf(imap, name) === undefined) return imap.reply(tag, imap.service.texts.noFolder(name))
      imap.send(`* QUOTAROOT ${string(name)} ${string(root)}\r\n`)
    } else if (name !== root) return imap.reply(tag, imap.service.texts.noFolder(name))
    imap.send(`* QUOTA ${string(root)} (STORAGE ${Math.ceil(store.octetsOf(address) / 1024)} ${quotaKib})\r\n`)
    done(imap, tag, command)
  }
})

const append: Command = {
  needs: "sign-in",
  run: (imap, tag, cursor) => {
    cursor.space()
    const name = cursor.astring()
    cursor.space()
    let flags: ReadonlyArray<string> = []
    if (cursor.text[cursor.at] === "(") {
      flags = cursor.list(() => cursor.flag())
      cursor.space()
    }
    // The time given is read over: a message has the time it came here.
    cursor.match(/"[ \d]\d-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}" /y)
    const octets = Buffer.from(cursor.string(), "latin1")
    cursor.end()
    const folder = folderOf(imap, name)
    if (folder === undefined) return imap.reply(tag, `NO [TRYCREATE]${imap.service.texts.noFolder(name).slice(2)}`)
    const { store } = opened(imap)
    const stored = store.add(folder, octets, flags.slice(0, 32), store.now())
    if (stored === undefined) return imap.reply(tag, imap.service.texts.tooLarge)
    imap.send(imap.selected?.sync(true) ?? "")
    done(imap, tag, "APPEND", `[APPENDUID ${folder.uidValidity} ${stored.uid}] `)
  }
}

const fetch = (byUid: boolean): Command => ({
  needs: "selected",
  run: (imap, tag, cursor) => {
    cursor.space()
    const set = cursor.sequenceSet()
    cursor.space()
    const items = Fetch.itemsOf(cursor, imap.service.isGmail)
    cursor.end()
    const selected = chosen(imap)
    imap.send(selected.sync(false))
    if (!byUid && selected.isOutside(set)) throw new Unreadable("no such message")
    imap.send(selected.fetch(set, byUid, items))
    done(imap, tag, "FETCH")
  }
})

const search = (byUid: boolean): Command => ({
  needs: "selected",
  run: (imap, tag, cursor) => {
    cursor.space()
    const { charset, test } = Search.keysOf(cursor)
    if (charset !== "US-ASCII" && charset !== "UTF-8") return imap.reply(tag, imap.service.texts.badCharset)
    const selected = chosen(imap)
    imap.send(selected.sync(false) + selected.search(test, byUid))
    done(imap, tag, "SEARCH")
  }
})

const store = (byUid: boolean): Command => ({
  needs: "selected",
  run: (imap, tag, cursor) => {
    cursor.space()
    const set = cursor.sequenceSet()
    const [, mode, silent] = cursor.match(/ ([+-]?)FLAGS(\.SILENT)? /iy) ?? []
    if (mode === undefined) throw new Unreadable("expected FLAGS")
    const flags = cursor.text[cursor.at] === "("
      ? cursor.list(() => cursor.flag())
      : cursor.text.slice(cursor.at).split(" ")
    const selected = chosen(imap)
    if (selected.readOnly) return imap.reply(tag, imap.service.texts.refused)
    if (!byUid && selected.isOutside(set)) throw new Unreadable("no such message")
    imap.send(selected.store(set, byUid, mode, flags, silent !== undefined))
    done(imap, tag, "STORE")
  }
})

const copy = (command: "COPY" | "MOVE", byUid: boolean): Command => ({
  needs: "selected",
  run: (imap, tag, cursor) => {
    cursor.space()
    const set = cursor.sequenceSet()
    cursor.space()
    const name = cursor.astring()
    cursor.end()
    const selected = chosen(imap)
    const folder = folderOf(imap, name)
    if (folder === undefined) return imap.reply(tag, `NO [TRYCREATE]${imap.service.texts.noFolder(name).slice(2)}`)
    if (command === "MOVE" && selected.readOnly) return imap.reply(tag, imap.service.texts.refused)
    if (!byUid && selected.isOutside(set)) throw new Unreadable("no such message")
    const { code, ids } = selected.copy(set, byUid, folder)
    if (command === "COPY") return done(imap, tag, "COPY", code)
    imap.send((code === "" ? "" : `* OK ${code.trim()}\r\n`) + selected.take(ids))
    done(imap, tag, "MOVE")
  }
})

const expunge = (byUid: boolean): Command => ({
  needs: "selected",
  run: (imap, tag, cursor) => {
    const set = byUid ? (cursor.space(), cursor.sequenceSet()) : undefined
    cursor.end()
    const selected = chosen(imap)
    if (selected.readOnly) return imap.reply(tag, imap.service.texts.refused)
    imap.send(selected.expunge(set))
    done(imap, tag, "EXPUNGE")
  }
})

const leave = (command: "CLOSE" | "UNSELECT"): Command =>
  none((imap, tag) => {
    if (command === "CLOSE" && imap.selected?.readOnly === false) imap.selected.expunge(undefined)
    imap.selected = undefined
    done(imap, tag, command)
  }, "selected")

const noop = (command: "CHECK" | "NOOP", needs: Command["needs"]): Command =>
  none((imap, tag) => {
    imap.send(imap.selected?.sync(true) ?? "")
    done(imap, tag, command)
  }, needs)

/** The folders of a mailbox are fixed. */
const refused: Command = { needs: "sign-in", run: (imap, tag) => imap.reply(tag, imap.service.texts.refused) }

const subscription = (command: "SUBSCRIBE" | "UNSUBSCRIBE"): Command => ({
  needs: "sign-in",
  run: (imap, tag) => done(imap, tag, command)
})

/** Commands by name; UID commands with their prefix. */
export const all: Readonly<Record<string, Command>> = {
  CAPABILITY: none((imap, tag) => {
    imap.send(`* CAPABILITY ${imap.capabilities}\r\n`)
    imap.reply(tag, `OK ${imap.service.texts.capability}`)
  }),
  NOOP: noop("NOOP", "nothing"),
  LOGOUT: none((imap, tag) => imap.logout(tag)),
  ID: {
    needs: "nothing",
    run: (imap, tag, cursor) => {
      cursor.space()
      if (cursor.match(/NIL$/iy) === undefined) cursor.list(() => cursor.nstring())
      cursor.end()
      imap.send(`* ID ${imap.service.id}\r\n`)
      done(imap, tag, "ID")
    }
  },
  NAMESPACE: none((imap, tag) => {
    imap.send("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n")
    done(imap, tag, "NAMESPACE")
  }, "sign-in"),
  SELECT: select("SELECT"),
  EXAMINE: select("EXAMINE"),
  LIST: list("LIST"),
  LSUB: list("LSUB"),
  XLIST: list("XLIST"),
  STATUS: status,
  GETQUOTA: quota("GETQUOTA"),
  GETQUOTAROOT: quota("GETQUOTAROOT"),
  APPEND: append,
  CREATE: refused,
  DELETE: refused,
  RENAME: refused,
  SUBSCRIBE: subscription("SUBSCRIBE"),
  UNSUBSCRIBE: subscription("UNSUBSCRIBE"),
  IDLE: none((imap, tag) => imap.wait(tag), "sign-in"),
  CHECK: noop("CHECK", "selected"),
  CLOSE: leave("CLOSE"),
  UNSELECT: leave("UNSELECT"),
  EXPUNGE: expunge(false),
  SEARCH: search(false),
  FETCH: fetch(false),
  STORE: store(false),
  COPY: copy("COPY", false),
  MOVE: copy("MOVE", false),
  "UID EXPUNGE": expunge(true),
  "UID SEARCH": search(true),
  "UID FETCH": fetch(true),
  "UID STORE": store(true),
  "UID COPY": copy("COPY", true),
  "UID MOVE": copy("MOVE", true)
}
