/**
 * Spans without what may not leave this machine.
 *
 * Of a failure only the kind is told (`error.type` of the OpenTelemetry semantic conventions): messages of errors quote
 * servers, and servers quote mailboxes. Of a request neither the query nor the path is told, since the path of a share is a key
 * to it; `http.route` stands for both.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

const kept = (key: string): boolean => !["url.full", "url.path", "url.query"].includes(key)

/** The kind of a failure: its tag, or the name of the class. */
const kindOf = (cause: Cause.Cause<unknown>): string => {
  const error = Option.getOrElse(Cause.findErrorOption(cause), () => Cause.squash(cause))
  if (typeof error !== "object" || error === null) return "Unknown"
  if ("_tag" in error && typeof error._tag === "string") return error._tag
  return error instanceof Error ? error.name : "Unknown"
}

/** A failure of which only the kind is left. */
class Kind extends Error {
  constructor(kind: string) {
    super(kind)
    this.name = kind
    this.stack = kind
  }
}

class Scrubbed implements Tracer.Span {
  readonly _tag = "Span"
  readonly #inner: Tracer.Span

  constructor(inner: Tracer.Span) {
    this.#inner = inner
    const phase = /^Phase\.(.+)$/u.exec(inner.name)?.[1]
    if (phase !== undefined) inner.attribute("sonde.phase", phase)
  }

  get name() {
    return this.#inner.name
  }
  get spanId() {
    return this.#inner.spanId
  }
  get traceId() {
    return this.#inner.traceId
  }
  get parent() {
    return this.#inner.parent
  }
  get annotations() {
    return this.#inner.annotations
  }
  get status() {
    return this.#inner.status
  }
  get attributes() {
    return this.#inner.attributes
  }
  get links() {
    return this.#inner.links
  }
  get sampled() {
    return this.#inner.sampled
  }
  get kind() {
    return this.#inner.kind
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return this.#inner.end(endTime, exit)
    const kind = kindOf(exit.cause)
    this.#inner.attribute("error.type", kind)
    this.#inner.end(endTime, Exit.die(new Kind(kind)))
  }

  attribute(key: string, value: unknown): void {
    if (kept(key)) this.#inner.attribute(key, value)
  }

  /** Events of a span would be the log of the run, which is exported as logs; here they could repeat a server. */
  event(): void {}

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.#inner.addLinks(links)
  }
}

/** A tracer whose spans tell only what may leave this machine. */
export const scrub = (tracer: Tracer.Tracer): Tracer.Tracer =>
  Tracer.make({
    span: (options) => new Scrubbed(tracer.span(options)),
    ...(tracer.context === undefined ? {} : { context: tracer.context })
  })
