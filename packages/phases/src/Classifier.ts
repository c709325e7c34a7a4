/**
 * Which typed error a refusal is, where its code alone does not tell.
 *
 * That a provider says `554 5.2.252` after DATA when it means that Send As is missing is knowledge, and knowledge
 * is data. Phases ask this reference before they fall back to what the code alone means. By default nothing is
 * known.
 *
 * @since 0.1.0
 */
import type { Reply } from "@sonde/domain/Reply"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import * as Context from "effect/Context"

/**
 * A refusal as a phase sees it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Refusal {
  readonly service: ServiceId
  readonly phase: PhaseId
  readonly reply: Reply
  readonly mechanism?: string | undefined
}

/**
 * The error a refusal stands for. A phase ignores an error that it may not fail with, and keeps a reply of 400 to 499
 * inconclusive: it is `Throttled` or `TemporaryFailure`.
 *
 * @category models
 * @since 0.1.0
 */
export type Classified =
  | {
    readonly error: "Throttled"
    readonly scope: "connection" | "mailbox" | "tenant" | "address"
    readonly retryAfterMillis: number
  }
  | {
    readonly error:
      | "TemporaryFailure"
      | "SendAsDenied"
      | "SenderRejected"
      | "RecipientRejected"
      | "MessageRejected"
      | "AuthRejected"
  }

/**
 * Tells what a refusal is, or `undefined` where nothing is known of it.
 *
 * @category references
 * @since 0.1.0
 */
export const Classifier = Context.Reference<(refusal: Refusal) => Classified | undefined>(
  "@sonde/phases/Classifier",
  { defaultValue: () => () => undefined }
)
