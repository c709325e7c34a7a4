/**
 * Reads Authentication-Results (RFC 8601 section 2.2) and ARC-Authentication-Results (RFC 8617 section 4.1.1).
 *
 * Pure: the value of an unfolded header field in, plain data out. Whose word it is and what it is worth is for `Trust` and `Judge`.
 *
 * Strict: every part behind the first is a method with a result. Tolerant, because large receivers do it: no authserv-id at all,
 * properties without a type (`action=none`), a semicolon at the end.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * A property that was looked at, such as `header.d=example.com`. `ptype` is empty where it has none; `value` is without quotes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Property {
  readonly ptype: string
  readonly property: string
  readonly value: string
}

/**
 * The result of one method. Words are in lower case; `version` is absent where it is not said.
 *
 * @category models
 * @since 0.1.0
 */
export interface MethodResult {
  readonly method: string
  readonly version?: number
  readonly result: string
  readonly reason?: string
  readonly properties: ReadonlyArray<Property>
}

/**
 * What one header field says. `authservId` is in lower case, absent where the field does not begin with one; `results` is empty for
 * `none`.
 *
 * @category models
 * @since 0.1.0
 */
export interface AuthenticationResults {
  readonly authservId?: string
  readonly version?: number
  readonly results: ReadonlyArray<MethodResult>
}

/**
 * A field that cannot be read. `part` is the offending part, cut to 100 characters.
 *
 * @category errors
 * @since 0.1.0
 */
export class AuthenticationResultsError extends Data.TaggedError("AuthenticationResultsError")<{
  readonly problem: "empty" | "no-method" | "unclosed" | "no-instance"
  readonly part: string
}> {}

const fail = (problem: AuthenticationResultsError["problem"], part: string) =>
  Result.fail(new AuthenticationResultsError({ problem, part: part.trim().slice(0, 100) }))

/** The parts between semicolons without their comments (RFC 5322 section 3.2.2); `undefined` where quotes or comments do not close. */
const partsOf = (text: string): ReadonlyArray<string> | undefined => {
  const parts: Array<string> = [""]
  let depth = 0
  let quoted = false
  const add = (piece: string): void => {
    parts[parts.length - 1] += piece
  }
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === "\\" && (quoted || depth > 0)) {
      at += 1
      if (quoted) add(character + text.charAt(at))
    } else if (quoted) {
      quoted = character !== "\""
      add(character)
    } else if (character === "(") depth += 1
    else if (depth > 0) {
      // A comment stands where white space may.
      if (character === ")" && --depth === 0) add(" ")
    } else if (character === ";") parts.push("")
    else {
      quoted = character === "\""
      add(character)
    }
  }
  return quoted || depth > 0 ? undefined : parts
}

/** RFC 2045 section 5.1: a token, or a quoted string. */
const identity = /^\s*([^\s()<>@,;:\\"/[\]?=]+|"(?:[^"\\]|\\[^])*")(?:\s+(\d{1,9}))?\s*$/u

const assignment = /([a-z0-9_-]+)(?:\s*([./])\s*([a-z0-9_-]+))?\s*=\s*((?:"(?:[^"\\]|\\[^])*")?[^\s"]*)/giu

const unquoted = (text: string): string =>
  text.replaceAll(/"((?:[^"\\]|\\[^])*)"/gu, (_, inside: string) => inside.replaceAll(/\\([^])/gu, "$1"))

/** One method with its result, reason and properties. */
const methodOf = (part: string): MethodResult | undefined => {
  const [first, ...others] = part.matchAll(assignment)
  if (first === undefined || part.slice(0, first.index).trim() !== "" || first[2] === "." || first[4] === "") {
    return undefined
  }
  // The version of the method stands behind a slash.
  const version = first[2] === "/" && /^\d{1,9}$/u.test(first[3] ?? "") ? Number(first[3]) : undefined
  let reason: string | undefined
  const properties: Array<Property> = []
  for (const [, name = "", sign, property, value = ""] of others) {
    if (sign === undefined && name.toLowerCase() === "reason") reason ??= unquoted(value)
    else {
      properties.push({
        ptype: sign === undefined ? "" : name.toLowerCase(),
        property: (property ?? name).toLowerCase(),
        value: unquoted(value)
      })
    }
  }
  return {
    method: first[1]!.toLowerCase(),
    ...(version === undefined ? {} : { version }),
    result: first[4]!.toLowerCase(),
    ...(reason === undefined ? {} : { reason }),
    properties
  }
}

/**
 * Reads the value of an Authentication-Results field.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromText = (text: string): Result.Result<AuthenticationResults, AuthenticationResultsError> => {
  const parts = partsOf(text)
  if (parts === undefined) return fail("unclosed", text)
  if (parts.every((part) => part.trim() === "")) return fail("empty", text)
  const named = identity.exec(parts[0]!)
  const results: Array<MethodResult> = []
  for (const part of named === null ? parts : parts.slice(1)) {
    if (part.trim() === "" || part.trim().toLowerCase() === "none") continue
    const found = methodOf(part)
    if (found === undefined) return fail("no-method", part)
    results.push(found)
  }
  return Result.succeed({
    ...(named === null ? {} : { authservId: unquoted(named[1]!).toLowerCase() }),
    ...(named?.[2] === undefined ? {} : { version: Number(named[2]) }),
    results
  })
}

/**
 * Reads the value of an ARC-Authentication-Results field, which begins with the number of its set.
 *
 * @category decoding
 * @since 0.1.0
 */
export const arcFromText = (
  text: string
): Result.Result<AuthenticationResults & { readonly instance: number }, AuthenticationResultsError> => {
  const match = /^\s*i\s*=\s*(\d{1,2})\s*;/u.exec(text)
  return match === null
    ? fail("no-instance", text)
    : Result.map(fromText(text.slice(match[0].length)), (read) => ({ ...read, instance: Number(match[1]) }))
}

const token = /^[^\u0000-\u0020()<>@,;:\\"/[\]?=\u007f-\uffff]+$/u
const bare = /^[^\s();"\\]+$/u

const spoken = (value: string, isBare: RegExp): string =>
  isBare.test(value) ? value : `"${value.replaceAll(/["\\]/gu, "\\$&")}"`

/**
 * Writes the value of a field.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toText = ({ authservId, results, version }: AuthenticationResults): string => {
  const head = authservId === undefined
    ? []
    : [`${spoken(authservId, token)}${version === undefined ? "" : ` ${version}`}`]
  const parts = results.map(({ method, properties, reason, result, version: of }) =>
    [
      `${method}${of === undefined ? "" : `/${of}`}=${result}`,
      ...(reason === undefined ? [] : [`reason=${spoken(reason, token)}`]),
      ...properties.map(({ property, ptype, value }) =>
        `${ptype === "" ? property : `${ptype}.${property}`}=${spoken(value, bare)}`
      )
    ].join(" ")
  )
  return [...head, ...(parts.length === 0 ? ["none"] : parts)].join("; ")
}
