/**
 * What a provider gives the conversations of IMAP and POP3: its words, its rules for signing in, its mailboxes.
 *
 * @since 0.1.0
 */
import type { Mailstore } from "./Mailstore.ts"
import type { Credential, Mechanism } from "./Sasl.ts"

/** A mailbox that was opened by a sign-in. */
export interface Session {
  readonly address: string
  readonly store: Mailstore
  /** What every command is refused with instead of being done; `undefined` as long as there is nothing against it. */
  readonly obstacle: () => string | undefined
  /** What the session ends with, asked after the sign-in and before each command; `undefined` lets it go on. */
  readonly ended: () => string | undefined
  /** The client is gone. */
  readonly release: () => void
}

/** A sign-in that was not taken. `text` is the reply after the tag, or after nothing at POP3, whole. */
export interface Denial {
  readonly text: string
  /** Lines before the reply, whole. */
  readonly before?: ReadonlyArray<string>
  /** What the client is told before the connection is closed; empty closes without a word. */
  readonly closing?: string
  /** The challenge, in Base64, that the client answers before it hears the reply. */
  readonly challenge?: string
}

/** What is asked of every provider. `command` is the client's word for the sign-in. */
export interface Service {
  readonly mechanisms: ReadonlyArray<Mechanism>
  readonly signIn: (credential: Credential, command: "AUTHENTICATE" | "LOGIN") => Session | Denial
  readonly countSignIn: (name: string) => void
  /** How long a refused sign-in is kept waiting, in milliseconds. */
  readonly refusalMillis: number
  /** What an old TLS is told, whole; `undefined` takes it. */
  readonly oldTls: string | undefined
}

/** Tells the two results of a sign-in apart. */
export const isDenial = (result: Denial | Session): result is Denial => "text" in result

/** What IMAP takes on top. Texts are without tag and line end. */
export interface Imap extends Service {
  readonly greeting: (peer: string) => string
  readonly capabilities: (isSecured: boolean, isSignedIn: boolean) => string
  /** Whether the capabilities are told unasked with a sign-in. */
  readonly tellsCapabilities: boolean
  readonly isGmail: boolean
  readonly id: string
  readonly texts: {
    readonly done: (command: string) => string
    readonly capability: string
    readonly signedIn: (command: string, address: string) => string
    readonly selected: (command: string, name: string, readOnly: boolean) => string
    readonly noFolder: (name: string) => string
    readonly badCommand: string
    readonly badArgument: string
    readonly badState: string
    readonly signInFirst: string
    readonly cancelled: string
    readonly tooLarge: string
    readonly startTls: string
    readonly bye: string
    readonly idle: string
    readonly tooManyErrors: string
    readonly timeout: string
    readonly quotaRoot: string | undefined
    readonly badCharset: string
    readonly refused: string
  }
}

/** What POP3 takes on top. Texts are whole lines without line end. */
export interface Pop3 extends Service {
  readonly greeting: (peer: string) => string
  readonly capabilities: (isSecured: boolean) => ReadonlyArray<string>
  /** Whether AUTH takes an initial response. */
  readonly takesInitial: boolean
  readonly texts: {
    readonly ok: string
    readonly user: string
    readonly signedIn: (how: "AUTHENTICATE" | "LOGIN") => string
    readonly capability: string
    readonly startTls: string
    readonly badCommand: string
    readonly badState: string
    readonly badResponse: string
    readonly noMessage: string
    readonly protocolError: string
    readonly bye: string
    readonly timeout: string
  }
}
