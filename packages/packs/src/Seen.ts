/**
 * What was seen of a failure: the only input of matching.
 *
 * A phase fills it from its typed error, `Unwrap.ts` from a pasted text. A field that is absent is unknown.
 *
 * @since 0.1.0
 */
import type { PhaseError } from "@sonde/domain/Errors"
import type { PhaseId, PhaseState, Protocol, Security, ServiceId } from "@sonde/domain/Service"

/**
 * The tag of a typed error.
 *
 * @category models
 * @since 0.1.0
 */
export type ErrorTag = PhaseError["_tag"]

/**
 * What became of the phases of another service of the same run.
 *
 * @category models
 * @since 0.1.0
 */
export type ServicesSeen = { readonly [S in ServiceId]?: { readonly [P in PhaseId]?: PhaseState } }

/**
 * What was seen. `text` is the text of the reply or error without its code (with it is harmless), lines separated by
 * `\n`. `code` is an SMTP or HTTP number, an IMAP or POP3 response code, or the provider's own code. `status` is
 * that of IMAP and POP3. `conditions` are further reasons (all that failed in a certificate). `payload` is the
 * decoded SASL error, `claim` the name of a claim that is wrong, `token` whom a token stands for. `mailboxDomain` and `host` are compared without case.
 *
 * @category models
 * @since 0.1.0
 */
export interface Seen {
  readonly service?: ServiceId | undefined
  readonly protocol?: Protocol | undefined
  readonly phase?: PhaseId | undefined
  readonly error?: ErrorTag | undefined
  readonly reason?: string | undefined
  readonly conditions?: ReadonlyArray<string> | undefined
  readonly status?: string | undefined
  readonly code?: number | string | undefined
  readonly enhanced?: string | undefined
  readonly text: string
  readonly mechanism?: string | undefined
  readonly claim?: string | undefined
  readonly token?: "app" | "opaque" | "user" | undefined
  readonly payload?: Readonly<Record<string, string>> | undefined
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly security?: Security | undefined
  readonly provider?: string | undefined
  readonly audience?: string | undefined
  readonly mailboxDomain?: string | undefined
  readonly services?: ServicesSeen | undefined
}
