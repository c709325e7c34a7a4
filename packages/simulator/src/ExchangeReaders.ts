/**
 * IMAP and POP3 as Exchange Online speaks them: the words, with where each was seen, and what a gate of `Readers.ts` sounds
 * like. Marks as in `Transcripts.ts`.
 *
 * QUOTA is not offered, as there. LIST names the inbox INBOX.
 *
 * @since 0.1.0
 */
import { enter, type Protocol, type Refusal } from "./Readers.ts"
import type { Denial, Imap, Pop3, Service, Session } from "./ReaderService.ts"
import type { Credential } from "./Sasl.ts"
import type { State } from "./State.ts"

/** After the first command of a session whose mailbox does not open (public threads 2016 to 2025, T). */
const notConnected = "User is authenticated but not connected."
/** Public reports of 2026, T. */
const basicDisabled = "Basic authentication is disabled."
/** U: known, but not found again in public. */
const unavailable = "Server Unavailable. 15"
/** Public threads, T; that too many sessions end so is U. */
const closed = "Connection is closed. 13"
/** U: known, but not found again in public. */
const invalidated = "Session invalidated - AccessTokenExpired"
const oldTls =
  "TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit https://aka.ms/popimap_tls."
const imapBye = "Microsoft Exchange Server IMAP4 server signing off."
const popBye = "+OK Microsoft Exchange Server POP3 server signing off."
/** Microsoft's page on OAuth for POP, V; the one for a password, T (wording U). */
const popFailed = "-ERR Authentication failure: unknown user name or bad password."
const popLogonFailed = "-ERR Logon failure: unknown user name or bad password."

const frontends = ["LO2P123CA0233.GBRP123", "SY5P282CA0097.AUSP282", "FR3P281CA0157.DEUP281", "SI2PR01CA0042.apcprd01"]

/** The name of the frontend in UTF-16LE and Base64, as behind every greeting (captures 2016 to 2025, T). */
const stamp = (state: State): string => {
  const serial = Number.parseInt(state.sessionId().slice(-8), 16)
  const name = `${frontends[serial % frontends.length] ?? "LO2P123CA0233.GBRP123"}.PROD.OUTLOOK.COM`
  return `[${Buffer.from(name, "utf16le").toString("base64")}]`
}

/** What stands against a mailbox once somebody is in it. */
const sessionOf = (
  state: State,
  protocol: Protocol,
  entry: Exclude<ReturnType<typeof enter>, Refusal>
): Session => {
  const { gate, mailbox, token } = entry
  const status = protocol === "imap" ? "BAD" : "-ERR"
  state.signedIn(mailbox, "readers")
  let isOpen = true
  return {
    address: mailbox.address,
    store: state.mail,
    obstacle: () => {
      if (gate !== undefined) return `${status} ${notConnected}`
      const backoff = protocol === "imap" ? state.backoffOf(mailbox) : 0
      return backoff > 0
        ? `BAD Request is throttled. Suggested Backoff Time: ${Math.ceil(backoff)} milliseconds`
        : undefined
    },
    ended: () => {
      const end = gate === "throttled_sessions"
        ? closed
        : token !== undefined && state.isExpired(token)
        ? invalidated
        : undefined
      return end === undefined || protocol === "imap" ? end : `-ERR ${end}`
    },
    release: () => {
      if (isOpen) mailbox.readers--
      isOpen = false
    }
  }
}

const isNamed = (state: State, { user }: Credential): boolean => {
  const account = state.mailboxOf(user)
  return account !== undefined && state.tenantOf(account).imapPopBasicAuth === "named"
}

const denialOf = (
  state: State,
  protocol: Protocol,
  { refused }: Refusal,
  credential: Credential,
  command: "AUTHENTICATE" | "LOGIN"
): Denial => {
  const isImap = protocol === "imap"
  if (refused === "service_unavailable") return { text: `${isImap ? "NO" : "-ERR"} ${unavailable}` }
  if (refused === "basic_auth_retired" && isNamed(state, credential)) {
    return isImap
      ? { text: `NO ${basicDisabled}`, closing: imapBye }
      : { text: `-ERR ${basicDisabled}`, closing: "" }
  }
  return { text: isImap ? `NO ${command} failed.` : command === "LOGIN" ? popLogonFailed : popFailed }
}

const service = (state: State, protocol: Protocol): Service => ({
  // LOGIN is not offered; that it is taken is U.
  mechanisms: ["PLAIN", "XOAUTH2", "LOGIN"],
  signIn: (credential, command) => {
    const entry = enter(state, protocol, credential)
    return "refused" in entry
      ? denialOf(state, protocol, entry, credential, command)
      : sessionOf(state, protocol, entry)
  },
  countSignIn: (name) => state.countSignIn(name),
  refusalMillis: state.authRefusalMillis,
  oldTls
})

/** IMAP of Exchange Online. Capabilities as in captures of 2020 to 2022 (T). */
export const imap = (state: State): Imap => ({
  ...service(state, "imap"),
  greeting: () => `The Microsoft Exchange IMAP4 service is ready. ${stamp(state)}`,
  capabilities: (isSecured, isSignedIn) =>
    isSignedIn
      ? "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+"
      : isSecured
      ? "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
      : "IMAP4 IMAP4rev1 LOGINDISABLED STARTTLS SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+",
  tellsCapabilities: false,
  isGmail: false,
  id: "(\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\" \"version\" \"15.20\")",
  texts: {
    done: (command) => command === "ID" ? "ID completed" : `${command} completed.`,
    capability: "CAPABILITY completed.",
    signedIn: (command) => `${command} completed.`,
    selected: (command, _name, readOnly) => `[READ-${readOnly ? "ONLY" : "WRITE"}] ${command} completed.`,
    noFolder: (name) => `NO ${name} doesn't exist.`,
    badCommand: "BAD Command Error. 12",
    badArgument: "BAD Command Argument Error. 11",
    badState: "BAD Command received in Invalid state.",
    signInFirst: "BAD Command received in Invalid state.",
    cancelled: "NO AUTHENTICATE failed.",
    tooLarge: "NO Maximum size of appendable message has been exceeded",
    startTls: "OK Begin TLS negotiation now.",
    bye: imapBye,
    idle: "IDLE accepted, awaiting DONE command.",
    tooManyErrors: closed,
    timeout: "Connection is closed. 14",
    quotaRoot: undefined,
    badCharset: "NO [BADCHARSET (US-ASCII UTF-8)] The specified charset is not supported.",
    refused: "NO The folders of this mailbox are fixed."
  }
})

/** POP3 of Exchange Online. Capabilities as in a capture of 2021-09-02 (T). The token comes on a line of its own (V). */
export const pop3 = (state: State): Pop3 => ({
  ...service(state, "pop3"),
  greeting: () => `The Microsoft Exchange POP3 service is ready. ${stamp(state)}`,
  capabilities: (isSecured) => isSecured ? ["TOP", "UIDL", "SASL PLAIN XOAUTH2", "USER"] : ["TOP", "UIDL", "STLS"],
  takesInitial: false,
  texts: {
    ok: "+OK",
    user: "+OK",
    signedIn: (how) => how === "LOGIN" ? "+OK User successfully logged on." : "+OK User successfully authenticated.",
    capability: "+OK",
    startTls: "+OK Begin TLS negotiation.",
    badCommand: "-ERR Protocol error. 14",
    badState: "-ERR Command is not valid in this state.",
    badResponse: popFailed,
    noMessage: "-ERR The message number is not valid.",
    protocolError: "-ERR Protocol error. Connection is closed. 10",
    bye: popBye,
    timeout: "-ERR Connection is closed. 14"
  }
})
