/**
 * What readers give: readings of a text, the most telling first.
 *
 * @since 0.1.0
 */
import type { PhaseId, Protocol, Security, ServiceId } from "@sonde/domain/Service"
import type { ErrorTag } from "../Seen.ts"

/**
 * One reading of a text. `text` has no code, no client's words and no trailing host stamp; `layer` says whether it
 * is a reply nested in another, a reply, or the whole text. The fields are those of `Seen`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Candidate {
  readonly layer: "nested" | "reply" | "whole"
  readonly text: string
  readonly protocol?: Protocol
  readonly service?: ServiceId
  readonly phase?: PhaseId
  readonly status?: "NO" | "BAD" | "BYE" | "-ERR"
  readonly code?: number | string
  readonly enhanced?: string
  readonly mechanism?: string
  readonly payload?: Readonly<Record<string, string>>
  readonly error?: ErrorTag
  readonly reason?: string
  readonly conditions?: ReadonlyArray<string>
  readonly host?: string
  readonly port?: number
  readonly security?: Security
}

/**
 * The kinds of text that are told apart, each with its reader beside this file:
 *
 * - `reply`: a reply, alone or with a program's words around it (`Client.ts`, `Reply.ts`);
 * - `stack-trace`: an exception of JavaScript, Python, Java, .NET, PHP, Go, Ruby or Rust (`StackTrace.ts`);
 * - `bounce`: a delivery status notification (RFC 3464) or a bounce in plain words (`Bounce.ts`, `Mime.ts`);
 * - `transcript`: a session as swaks, curl, openssl, telnet, Sonde or a mail library prints it (`Transcript.ts`,
 *   `OpenSsl.ts`);
 * - `report`: a report of Sonde, or the event that carries one (`Report.ts`);
 * - `json`: the body of a token endpoint, of Microsoft Graph, of a SASL error, of a program's error (`Body.ts`);
 * - `log`: two lines or more with a stamp, or a log of Exchange (`LogLine.ts`, `ExchangeLog.ts`).
 *
 * @category models
 * @since 0.1.0
 */
export type Kind = "reply" | "stack-trace" | "bounce" | "transcript" | "report" | "json" | "log"

/**
 * One of several things a text reports about: a recipient of a bounce, a service of a report. `action` is that of
 * RFC 3464 section 2.3.3.
 *
 * @category models
 * @since 0.1.0
 */
export interface Part {
  readonly recipient?: string
  readonly action?: string
  readonly service?: ServiceId
  readonly candidates: Candidates
}

/** @category models @since 0.1.0 */
export type Candidates = readonly [Candidate, ...Array<Candidate>]

/**
 * What is read from a text: candidates, innermost first, the whole text last; and the program that printed it. `parts`
 * is there where a text reports about several things, the first of which `candidates` are about. `words` are all words
 * of servers, decoded, where they differ from the text; `host` is the server that spoke; `provider` is named by the
 * text itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unwrapped {
  readonly kind: Kind
  readonly candidates: Candidates
  readonly client?: string
  readonly parts?: ReadonlyArray<Part>
  readonly words?: string
  readonly host?: string
  readonly provider?: string
}
