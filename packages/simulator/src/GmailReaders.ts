/**
 * IMAP and POP3 as Gmail speaks them: the rules, and the words with where each was seen. Marks as in `Transcripts.ts`.
 *
 * Of Gmail's capabilities those are offered that are spoken here: COMPRESS, ENABLE, CONDSTORE, ESEARCH, UTF8, LIST-EXTENDED
 * and LIST-STATUS are left out. A message is in one folder; it is not shown again under All Mail.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import type { GmailState, LiveAccount } from "./GmailState.ts"
import { tokenChallenge } from "./GmailTranscripts.ts"
import type { Denial, Imap, Pop3, Service, Session } from "./ReaderService.ts"
import type { Credential } from "./Sasl.ts"

/**
 * Every behaviour of an account over IMAP or POP3 and what it means.
 *
 * @category models
 * @since 0.1.0
 */
export const meanings = {
  ok: "Signs in and opens the mailbox.",
  bad_credentials: "The password is wrong, or is the account's own (NO [AUTHENTICATIONFAILED] Invalid credentials).",
  app_password_required: "2-Step Verification is on (NO [ALERT] Application-specific password required).",
  web_login_required: "Google wants a sign-in in the web browser first (NO [WEBALERT ...] Web login required.).",
  temporary_auth_failure: "Sign-in fails for the moment (NO [UNAVAILABLE]; -ERR [SYS/TEMP]).",
  token_refused: "The token is unknown, expired, of another scope or another account's (a challenge, then NO).",
  imap_off_account: "IMAP is off in the account's settings (NO [ALERT] Your account is not enabled for IMAP use.).",
  imap_off_domain: "The administrator switched IMAP off (NO [ALERT] IMAP access is disabled for your domain.).",
  pop_off_account: "POP is off in the account's settings (-ERR [SYS/PERM] after the sign-in, at STAT).",
  too_many_connections: "Too many connections at one time (NO [ALERT] Too many simultaneous connections.).",
  bandwidth_exceeded: "The bandwidth is used up (NO [OVERQUOTA] after the sign-in)."
} as const

/** The name of a behaviour. */
export type Behaviour = keyof typeof meanings

/** A protocol that reads. */
export type Protocol = "imap" | "pop3"

interface Words {
  readonly imap: Denial
  readonly pop3: Denial
}

/** Field reports (T), but for those of POP marked otherwise. */
const denials: Readonly<Record<Exclude<Behaviour, "bandwidth_exceeded" | "ok" | "pop_off_account">, Words>> = {
  bad_credentials: {
    imap: { text: "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)" },
    // U.
    pop3: { text: "-ERR [AUTH] Username and password not accepted." }
  },
  app_password_required: {
    imap: {
      text:
        "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)"
    },
    pop3: {
      text: "-ERR [AUTH] Application-specific password required: https://support.google.com/accounts/answer/185833"
    }
  },
  web_login_required: {
    imap: {
      before: [
        "NO [WEBALERT https://accounts.google.com/signin/continue?sarp=1&scc=1&plt=fake-AKgnsbt] Web login required."
      ],
      text:
        "NO [ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)"
    },
    pop3: { text: "-ERR [AUTH] Web login required: https://support.google.com/mail/answer/78754" }
  },
  temporary_auth_failure: {
    // U.
    imap: { text: "NO [UNAVAILABLE] Temporary System Error (Failure)" },
    pop3: { text: "-ERR [SYS/TEMP] Temporary system problem. Please try again later." }
  },
  token_refused: {
    imap: {
      challenge: tokenChallenge.slice(4),
      text: "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"
    },
    pop3: { challenge: tokenChallenge.slice(4), text: "-ERR [AUTH] Username and password not accepted." }
  },
  imap_off_account: {
    imap: {
      text:
        "NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)"
    },
    pop3: { text: "" }
  },
  imap_off_domain: {
    imap: {
      text:
        "NO [ALERT] IMAP access is disabled for your domain. Please contact your domain administrator for questions about this feature. (Failure)"
    },
    pop3: { text: "" }
  },
  too_many_connections: {
    imap: { text: "NO [ALERT] Too many simultaneous connections. (Failure)" },
    // U.
    pop3: { text: "-ERR [IN-USE] Too many simultaneous connections." }
  }
}

const popOff =
  "-ERR [SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access."
const overQuota = "NO [OVERQUOTA] Account exceeded command or bandwidth limits."

/** What a credential meets, and the account it opens. */
const enter = (
  state: GmailState,
  protocol: Protocol,
  credential: Credential
): { readonly behaviour: Behaviour; readonly account?: LiveAccount } => {
  const result = credential.kind === "password"
    ? state.withPassword(credential.user, credential.password)
    : state.withToken(credential.user, credential.token)
  if ("gate" in result) {
    const { gate } = result
    if (gate === "bad_credentials" || gate === "app_password_required" || gate === "web_login_required") {
      return { behaviour: gate }
    }
    return { behaviour: gate.startsWith("token_") ? "token_refused" : "temporary_auth_failure" }
  }
  if (protocol === "imap" && result.imap !== "on") {
    return { behaviour: result.imap === "off" ? "imap_off_account" : "imap_off_domain" }
  }
  if (result.readers + result.openConnections >= result.connections) return { behaviour: "too_many_connections" }
  const later = protocol === "pop3"
    ? result.pop === "off" ? "pop_off_account" : "ok"
    : result.bandwidthExceeded
    ? "bandwidth_exceeded"
    : "ok"
  return { behaviour: later, account: result }
}

/** The behaviour of an account with this credential. */
export const behaviourOf = (state: GmailState, protocol: Protocol, credential: Credential): Behaviour =>
  enter(state, protocol, credential).behaviour

const sessionOf = (state: GmailState, account: LiveAccount, obstacle: string | undefined): Session => {
  account.readers++
  let isOpen = true
  return {
    address: account.address,
    store: state.mail,
    obstacle: () => obstacle,
    ended: () => undefined,
    release: () => {
      if (isOpen) account.readers--
      isOpen = false
    }
  }
}

const service = (state: GmailState, protocol: Protocol): Service => ({
  mechanisms: ["PLAIN", "XOAUTH2", "OAUTHBEARER"],
  signIn: (credential) => {
    const { account, behaviour } = enter(state, protocol, credential)
    if (account !== undefined) {
      const obstacle = behaviour === "pop_off_account"
        ? popOff
        : behaviour === "bandwidth_exceeded"
        ? overQuota
        : undefined
      return sessionOf(state, account, obstacle)
    }
    return denials[behaviour as keyof typeof denials][protocol]
  },
  countSignIn: (name) => state.countSignIn(name),
  refusalMillis: 0,
  oldTls: undefined
})

const mark = (): string => `${randomBytes(6).toString("hex")}mb${randomBytes(4).readUInt32BE()}ejb`

/** IMAP of Gmail (captures 2015 to 2026, T). */
export const imap = (state: GmailState): Imap => ({
  ...service(state, "imap"),
  greeting: (peer) => `Gimap ready for requests from ${peer} ${mark()}`,
  capabilities: (_isSecured, isSignedIn) =>
    isSignedIn
      ? "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS MOVE LITERAL- SPECIAL-USE APPENDLIMIT=35651584"
      : "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 AUTH=PLAIN AUTH=OAUTHBEARER",
  tellsCapabilities: true,
  isGmail: true,
  id:
    "(\"name\" \"GImap\" \"vendor\" \"Google, Inc.\" \"support-url\" \"https://support.google.com/mail\" \"version\" \"gmail_imap_220520.08_p0\" \"remote-host\" \"127.0.0.1\")",
  texts: {
    done: (command) =>
      command === "IDLE"
        ? "IDLE terminated (Success)"
        : command === "SEARCH"
        ? "SEARCH completed (Success)"
        : command === "LOGOUT"
        ? "73 good day (Success)"
        : "Success",
    capability: `Thats all she wrote! ${mark()}`,
    signedIn: (_command, address) => `${address} authenticated (Success)`,
    selected: (_command, name, readOnly) => `[READ-${readOnly ? "ONLY" : "WRITE"}] ${name} selected. (Success)`,
    noFolder: (name) => `NO [NONEXISTENT] Unknown Mailbox: ${name} (Failure)`,
    badCommand: `BAD Unknown command ${mark()}`,
    badArgument: "BAD Could not parse command",
    badState: "BAD Unknown command in this state",
    signInFirst: "BAD Not authenticated",
    cancelled: "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
    tooLarge: "NO [TOOBIG] Message too large. (Failure)",
    startTls: "OK Begin TLS negotiation now.",
    bye: "LOGOUT Requested",
    idle: "idling",
    tooManyErrors: "Too many invalid commands",
    timeout: "Session expired, please login again",
    quotaRoot: "",
    badCharset: "NO [BADCHARSET (US-ASCII UTF-8)] The specified charset is not supported. (Failure)",
    refused: "NO [CANNOT] The folders of this mailbox are fixed. (Failure)"
  }
})

/** POP3 of Gmail (captures, T; success texts U). */
export const pop3 = (state: GmailState): Pop3 => ({
  ...service(state, "pop3"),
  greeting: (peer) => `Gpop ready for requests from ${peer} ${mark()}`,
  capabilities: () => [
    "USER",
    "RESP-CODES",
    "EXPIRE 0",
    "LOGIN-DELAY 300",
    "TOP",
    "UIDL",
    "X-GOOGLE-RICO",
    "SASL PLAIN XOAUTH2 OAUTHBEARER"
  ],
  takesInitial: true,
  texts: {
    ok: "+OK",
    user: "+OK send PASS",
    signedIn: () => "+OK Welcome.",
    capability: "+OK Capability list follows",
    startTls: "+OK Begin TLS negotiation.",
    badCommand: "-ERR bad command",
    badState: "-ERR bad command",
    badResponse: "-ERR malformed command",
    noMessage: "-ERR no such message",
    protocolError: "-ERR bad command",
    bye: "+OK Farewell.",
    timeout: "-ERR Timeout"
  }
})
