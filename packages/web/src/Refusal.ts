/**
 * What the typed client failed with, as a problem of the page.
 *
 * Reads the problems of the interface (RFC 9457 section 3) and what a browser says when nothing answers.
 */
import { JournalError } from "@sonde/domain/Errors"
import * as Problems from "@sonde/http-api/Problems"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import * as HttpClientError from "effect/http/HttpClientError"
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
const retryAfter = (headers: Readonly<Record<string, string | undefined>>): number | undefined => {
  const text = headers["retry-after"]
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined
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

/** The problem behind whatever a request failed with, defects included. */
export const fromError = (error: unknown): Problem => {
  if (error instanceof Problems.Unauthorized) return unauthorized
  if (error instanceof Problems.NotFound) {
    return missing(
      error.error instanceof JournalError || error.error.what === "page"
        ? "There is no such run"
        : `There is no such ${error.error.what}`
    )
  }
  if (error instanceof Problems.InvalidOption) {
    const { option, problem, remedy } = error.error
    return {
      kind: "refused",
      title: Escape.line(`${option} ${problem}`),
      text: Escape.line(remedy),
      again: false,
      option: option.replace(/^--/, "")
    }
  }
  if (error instanceof Problems.TargetDenied) {
    const { option, reason } = error.error
    return {
      kind: "refused",
      title: "This server does not contact that",
      text: Escape.line(error.detail ?? `${option}: ${reason}`),
      again: false,
      option
    }
  }
  if (error instanceof Problems.TooManyRuns) {
    const { retryAfterMillis, scope } = error.error
    return { kind: "busy", title: "Too many runs", text: scopes[scope], again: true, afterMillis: retryAfterMillis }
  }
  if (error instanceof Problems.RunLocked) {
    return {
      kind: "locked",
      title: "This run is being worked on",
      text: "Wait for its end, then try again.",
      again: true
    }
  }
  if (error instanceof Problems.JournalFailed) {
    return {
      kind: "unable",
      title: "Runs cannot be kept at the moment",
      text: `The state folder of the server: ${Escape.line(Phrases.reason(error.error.reason))}.`,
      again: true
    }
  }
  if (error instanceof Problems.Stopping) {
    return {
      kind: "unable",
      title: "The server is stopping",
      text: "It takes no more runs. Ask again in a moment.",
      again: true
    }
  }
  if (error instanceof HttpClientError.HttpClientError) {
    return error.response === undefined ? offline : ofStatus(error.response.status, retryAfter(error.response.headers))
  }
  return defect(error instanceof Error ? Escape.line(error.message) : "Something broke that should not.")
}
