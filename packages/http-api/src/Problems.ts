/**
 * What can be wrong with a request: problem details (RFC 9457 section 3) with the typed error inside.
 *
 * The body of each is `application/problem+json` with `type`, `title`, `status`, `detail` and, in `error`, an object whose
 * `_tag` names the error and whose other fields a program can act on. Clients get the classes back.
 *
 * @since 0.1.0
 */
import { JournalError } from "@sonde/domain/Errors"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as Schema from "effect/Schema"

/** The URI of a kind of problem. It names, and is not there to be fetched. */
const kind = <const Name extends string>(name: Name) => `urn:sonde:problem:${name}` as const

/**
 * An option that cannot be meant, or that this server does not take. `option` is the name in the body, `remedy` what to write
 * instead.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidOption extends HttpApiError.Problem<InvalidOption>()("InvalidOption", {
  type: kind("invalid-option"),
  status: 400,
  title: "An option cannot be meant"
}, {
  error: Schema.Struct({
    _tag: Schema.Literal("InvalidOption"),
    option: Schema.String,
    problem: Schema.String,
    remedy: Schema.String
  })
}) {}

/**
 * A target, port or recipient that this server does not contact.
 *
 * @category errors
 * @since 0.1.0
 */
export class TargetDenied extends HttpApiError.Problem<TargetDenied>()("TargetDenied", {
  type: kind("target-denied"),
  status: 422,
  title: "This server does not contact that target"
}, {
  error: Schema.Struct({
    _tag: Schema.Literal("TargetDenied"),
    /** The option at fault: `target`, `host`, `port`, `to`. */
    option: Schema.String,
    reason: Schema.Literals(["Address", "Port", "Recipient", "Name"])
  })
}) {}

/**
 * Too much at once: the server takes no more for now. `scope` says what is full; the header `Retry-After` says the same
 * as `retryAfterMillis`, in seconds.
 *
 * - `queue`: every place is taken and as many wait as may wait
 * - `client`, `target`: this client started, or this target was the object of, too many runs in the last minute
 * - `sign-in`: somebody signed in there a moment ago, and a second sign-in could lock the account
 *
 * @category errors
 * @since 0.1.0
 */
export class TooManyRuns extends HttpApiError.Problem<TooManyRuns>()("TooManyRuns", {
  type: kind("too-many-runs"),
  status: 429,
  title: "Too many runs"
}, {
  error: Schema.Struct({
    _tag: Schema.Literal("TooManyRuns"),
    scope: Schema.Literals(["queue", "client", "target", "sign-in"]),
    retryAfterMillis: Schema.Int
  })
}) {}

/**
 * The request names nobody that this server knows: a bearer token is missing, wrong or revoked (RFC 6750 section 3.1).
 *
 * @category errors
 * @since 0.1.0
 */
export class Unauthorized extends HttpApiError.Problem<Unauthorized>()("Unauthorized", {
  type: kind("unauthorized"),
  status: 401,
  title: "A bearer token is required"
}, {
  error: Schema.Struct({ _tag: Schema.Literal("Unauthorized") })
}) {}

/**
 * The request comes from a page, or under a name, that this server does not belong to.
 *
 * @category errors
 * @since 0.1.0
 */
export class Forbidden extends HttpApiError.Problem<Forbidden>()("Forbidden", {
  type: kind("forbidden"),
  status: 403,
  title: "This request is not allowed"
}, {
  error: Schema.Struct({ _tag: Schema.Literal("Forbidden"), header: Schema.Literals(["Host", "Origin"]) })
}) {}

/**
 * The body or the header of the request is larger than this server reads.
 *
 * @category errors
 * @since 0.1.0
 */
export class TooLarge extends HttpApiError.Problem<TooLarge>()("TooLarge", {
  type: kind("too-large"),
  status: 413,
  title: "The request is too large"
}, {
  error: Schema.Struct({ _tag: Schema.Literal("TooLarge"), maxOctets: Schema.Int })
}) {}

/**
 * There is no such run, share link or pack.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotFound extends HttpApiError.Problem<NotFound>()("NotFound", {
  type: kind("not-found"),
  status: 404,
  title: "There is no such thing"
}, {
  error: Schema.Union([
    JournalError,
    Schema.Struct({
      _tag: Schema.Literal("NotFound"),
      what: Schema.Literals(["pack", "share", "page"]),
      id: Schema.String
    })
  ])
}) {}

/**
 * The run is being worked on at this moment; wait for its end.
 *
 * @category errors
 * @since 0.1.0
 */
export class RunLocked extends HttpApiError.Problem<RunLocked>()("RunLocked", {
  type: kind("run-locked"),
  status: 409,
  title: "The run is being worked on"
}, {
  error: JournalError
}) {}

/**
 * What the server keeps cannot be written or read: the state folder is full, read-only or damaged, or the database is away.
 *
 * @category errors
 * @since 0.1.0
 */
export class JournalFailed extends HttpApiError.Problem<JournalFailed>()("JournalFailed", {
  type: kind("journal"),
  status: 503,
  title: "Runs cannot be kept at the moment"
}, {
  error: JournalError
}) {}

/**
 * The server stops, or has no place to keep runs; ask again in a moment.
 *
 * @category errors
 * @since 0.1.0
 */
export class Stopping extends HttpApiError.Problem<Stopping>()("Stopping", {
  type: kind("stopping"),
  status: 503,
  title: "The server is stopping"
}, {
  error: Schema.Struct({ _tag: Schema.Literal("Stopping") })
}) {}
