/**
 * Requests that the interface cannot read: which part is wrong and what belongs there, and never what was sent.
 *
 * Takes the place of the layer that Effect brings for the same middleware: its messages may hold the input, and the parser of JSON
 * quotes it.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as ErrorReporter from "effect/ErrorReporter"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpServerRespondable from "effect/http/HttpServerRespondable"
import type * as Layer from "effect/Layer"
import * as SchemaIssue from "effect/SchemaIssue"

/** What a schema says of itself, which is words of this project and not of the request. */
const expected = (annotations: { readonly expected?: unknown } | undefined): string =>
  typeof annotations?.expected === "string" ? `expected ${annotations.expected}` : "is not what belongs here"

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "MissingKey":
        return "is missing"
      case "UnexpectedKey":
        return "is not known here"
      case "InvalidType":
        // Made again without the input.
        return SchemaIssue.defaultLeafHook(new SchemaIssue.InvalidType(issue.ast))
      case "InvalidValue":
        return expected(issue.annotations)
      case "Forbidden":
      case "OneOf":
        return "is not what belongs here"
    }
  },
  checkHook: (issue) => expected(issue.filter.annotations)
})

/** A key as it may be told: a name that somebody mistyped, but nothing that could be a secret in the wrong place. */
const told = (segment: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof segment === "object" ? segment.key : segment
  return typeof key === "number" ? key : /^[a-z]{1,20}$/iu.test(String(key)) ? String(key) : "?"
}

/** At most so many are told of one request. */
const most = 20

/** The middleware `ProblemDetails` of the interface. */
export const layer: Layer.Layer<HttpApiMiddleware.ProblemDetails> = HttpApiMiddleware.layerSchemaErrorTransform(
  HttpApiMiddleware.ProblemDetails,
  (error) => {
    if (error.kind === "Body" || error.kind === "ResponseHeaders") {
      return Effect.andThen(
        ErrorReporter.report(Cause.fail(error)),
        HttpServerRespondable.toResponse(new HttpApiError.InternalServerErrorProblem())
      )
    }
    const slot = error.kind.toLowerCase()
    const errors = format(error.cause.issue).issues.slice(0, most).map(({ message, path }) => ({
      path: [slot, ...(path ?? []).map(told)],
      message
    }))
    return Effect.fail(new HttpApiError.BadRequestProblem({ detail: "the request cannot be read", errors }))
  }
)
