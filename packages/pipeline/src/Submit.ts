/**
 * A submission, or a look into a mailbox, for its typed result, without a journal and without verdicts.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { ErrorOf } from "@sonde/domain/Errors"
import { Classifier } from "@sonde/phases/Classifier"
import * as Effect from "effect/Effect"
import { alone } from "./Alone.ts"
import type * as Fold from "./Fold.ts"
import * as Judge from "./Judge.ts"
import type { Request } from "./Options.ts"
import * as Prepare from "./Prepare.ts"
import { mailbox as read } from "./recipes/Mailbox.ts"
import { submission as submit } from "./recipes/Submission.ts"
import * as Recognition from "./Recognition.ts"

/**
 * Everything a submission can fail with: the errors of its phases, and no others.
 *
 * @category errors
 * @since 0.1.0
 */
export type SubmissionFailure = ErrorOf<
  "resolve" | "connect" | "greeting" | "ehlo" | "starttls" | "tls" | "auth" | "mail" | "rcpt" | "data"
>

/**
 * Everything reading a mailbox can fail with: the errors of its phases, and no others.
 *
 * @category errors
 * @since 0.1.0
 */
export type MailboxFailure = ErrorOf<
  "resolve" | "connect" | "greeting" | "capability" | "starttls" | "tls" | "auth" | "select" | "stat" | "list"
>

/** Runs a recipe at the endpoint of a service. */
const atEndpoint = <A, E, R>(
  request: Request,
  service: Prepare.MailService,
  recipe: (endpoint: Endpoint, history: Fold.History) => Effect.Effect<A, E, R>
) =>
  alone(
    request,
    service,
    Effect.fnUntraced(function*(history) {
      // A token has failures of its own, which are none of this.
      if (request.grant !== undefined) return yield* Effect.die(new Error("obtain the token first, and give it"))
      const state = Recognition.nothing()
      const endpoint = yield* Prepare.endpoint(request, state, service)
      const classifier = Judge.classifier({ service, endpoint }, request, state)
      return yield* Effect.provideService(recipe(endpoint, history), Classifier, classifier)
    })
  )

/**
 * Submits as far as the request says. Each error carries what was exchanged before it.
 *
 * @category running
 * @since 0.1.0
 */
export const submission = Effect.fn("Submit.submission")(function*(request: Request) {
  return yield* atEndpoint(request, "smtp-submission", (endpoint, history) =>
    // Without a journal there is none that could fail.
    Effect.catchTag(submit(Prepare.plan(request, endpoint, history)), "JournalError", Effect.die))
})

/**
 * Reads a mailbox as far as the request says, by the first of its services that reads one. Each error carries what was exchanged
 * before it.
 *
 * @category running
 * @since 0.1.0
 */
export const mailbox = Effect.fn("Submit.mailbox")(function*(request: Request) {
  const service = request.services.find((id) => id === "imap" || id === "pop3" || id === "sieve")
  if (service === undefined) return yield* Effect.die(new Error("a request without a service that reads a mailbox"))
  return yield* atEndpoint(
    request,
    service,
    (endpoint) => Effect.catchTag(read(Prepare.mailboxPlan(request, endpoint, service)), "JournalError", Effect.die)
  )
})
