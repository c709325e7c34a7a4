/**
 * What the server refused with, as a problem of the page.
 *
 * Reads the problems of the interface (RFC 9457 section 3), and the status where something before the server answered.
 */
import type * as Problems from "@sonde/http-api/Problems"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import { defect, offline, type Problem, unauthorized } from "./Problem.ts"

const scopes: Readonly<Record<Problems.TooManyRuns["error"]["scope"], string>> = {
  queue: "Every place of this server is taken.",
  client: "You started many runs in the last minute.",
  target: "This target was checked often in the last minute.",
  "sign-in": "Somebody signed in there a moment ago, and a second sign-in could lock the account."
}

const missing = (title: string): Problem => ({
  kind: "missing",
  title,
  text: "It may have been deleted, or the address is not complete.",
  again: false
})

/** The wait that `Retry-After` asks for (RFC 9110 section 10.2.3), where it is in seconds. */
const retryAfter = (headers: Headers): number | undefined => {
  const text = headers.get("retry-after")
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined
}

const ofStatus = (status: number, wait: number | undefined): Problem => {
  switch (status) {
    case 401:
      return unauthorized
    case 403:
      return {
        kind: "refused",
        title: "This request is not allowed",
        text:
          "The page was opened under a name that the server does not know as its own. Open it under the server's own name.",
        again: false
      }
    case 404:
      return missing("There is no such page")
    case 413:
      return {
        kind: "refused",
        title: "That is too much text",
        text: "The server reads no request of this size.",
        again: false
      }
    case 429:
      return {
        kind: "busy",
        title: "Too many requests",
        text: "Wait a moment.",
        again: true,
        afterMillis: wait ?? 5000
      }
    case 502:
    case 503:
    case 504:
      return offline
    default:
      return defect(`The server answered with status ${status}. Its log tells more.`)
  }
}

/** What the typed errors of the interface hold. */
type Refused =
  | Problems.InvalidOption["error"]
  | Problems.JournalFailed["error"]
  | Problems.NotFound["error"]
  | Problems.Stopping["error"]
  | Problems.TargetDenied["error"]
  | Problems.TooManyRuns["error"]
  | Problems.Unauthorized["error"]

const isObject = (it: unknown): it is object => typeof it === "object" && it !== null

/** The typed error inside of problem details, where there is one. */
const refused = (body: unknown): Refused | undefined =>
  isObject(body) && "error" in body && isObject(body.error) && "_tag" in body.error
    ? body.error as Refused
    : undefined

const journal = (status: number, reason: string): Problem => {
  switch (status) {
    case 404:
      return missing("There is no such run")
    case 409:
      return {
        kind: "locked",
        title: "This run is being worked on",
        text: "Wait for its end, then try again.",
        again: true
      }
    default:
      return {
        kind: "unable",
        title: "Runs cannot be kept at the moment",
        text: `The state folder of the server: ${Escape.line(Phrases.reason(reason))}.`,
        again: true
      }
  }
}

/** The problem that an answer which is no success tells of; `body` is its JSON, where it had some. */
export const fromAnswer = (status: number, headers: Headers, body: unknown): Problem => {
  const error = refused(body)
  switch (error?._tag) {
    case "Unauthorized":
      return unauthorized
    case "NotFound":
      return missing(error.what === "page" ? "There is no such run" : `There is no such ${Escape.line(error.what)}`)
    case "JournalError":
      return journal(status, error.reason)
    case "InvalidOption":
      return {
        kind: "refused",
        title: Escape.line(`${error.option} ${error.problem}`),
        text: Escape.line(error.remedy),
        again: false,
        option: error.option.replace(/^--/, "")
      }
    case "TargetDenied": {
      const detail = isObject(body) && "detail" in body && typeof body.detail === "string" ? body.detail : undefined
      return {
        kind: "refused",
        title: "This server does not contact that",
        text: Escape.line(detail ?? `${error.option}: ${error.reason}`),
        again: false,
        option: error.option
      }
    }
    case "TooManyRuns":
      return {
        kind: "busy",
        title: "Too many runs",
        text: scopes[error.scope],
        again: true,
        afterMillis: error.retryAfterMillis
      }
    case "Stopping":
      return {
        kind: "unable",
        title: "The server is stopping",
        text: "It takes no more runs. Ask again in a moment.",
        again: true
      }
    default:
      return ofStatus(status, retryAfter(headers))
  }
}

/** What an error says that nobody expected, fit to be shown. */
export const saidBy = (error: unknown): string =>
  error instanceof Error ? Escape.line(error.message) : "Something broke that should not."
