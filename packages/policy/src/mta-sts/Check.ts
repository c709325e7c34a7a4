/**
 * Looks up the MTA-STS record of a domain and fetches its policy (RFC 8461 section 3).
 *
 * @since 0.1.0
 */
import type { MtaStsFacts } from "@sonde/domain/PostureFacts"
import type { HttpError, HttpResponse } from "@sonde/net/Http"
import { Http } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Ask from "../Ask.ts"
import type { Reach } from "../Reach.ts"
import { candidates } from "../Reach.ts"
import * as Record from "./Record.ts"

const path = "/.well-known/mta-sts.txt"

type Fetched = Pick<MtaStsFacts, "fetch" | "policy" | "policyProblem">

const failed = (url: string, error: HttpError): Fetched => {
  switch (error._tag) {
    case "HttpTlsFailed":
      return { fetch: { url, state: "untrusted", reason: error.conditions[0], conditions: error.conditions } }
    case "DialFailed":
    case "HttpFailed":
      return { fetch: { url, state: "unanswered", reason: error.reason } }
  }
}

const answered = (url: string, { body, headers, status }: HttpResponse): Fetched => {
  const contentType = headers["content-type"]
  const fetch = {
    url,
    state: "answered" as const,
    status,
    ...(contentType === undefined ? {} : { contentType })
  }
  // RFC 8461 section 3.3: redirects are not followed.
  if (status !== 200) return { fetch }
  const policy = Record.policyFromText(body)
  return Result.isSuccess(policy)
    ? { fetch, policy: policy.success }
    : { fetch, policyProblem: policy.failure.problem }
}

/** Fetches the policy from the host of its own (RFC 8461 section 3.3). */
const fetch = Effect.fnUntraced(function*(
  domain: string,
  reach: Reach
): Effect.fn.Return<Fetched, never, Http | Resolver> {
  const host = `mta-sts.${domain}`
  const url = `https://${host}${path}`
  const http = yield* Http
  const addresses = yield* candidates(reach, { host, port: 443 })
  if (addresses.length === 0) return { fetch: { url, state: "unanswered", reason: "NoAddress" } }
  return yield* Effect.match(
    http.request({
      service: reach.service ?? "posture",
      endpoint: { protocol: "http", host, port: 443, security: "tls" },
      addresses,
      method: "GET",
      path,
      ca: reach.ca,
      timeoutMillis: reach.timeoutMillis,
      recorder: reach.recorder
    }),
    {
      onFailure: (error) => failed(url, error),
      onSuccess: (response) => answered(url, response)
    }
  )
})

/**
 * Establishes the facts. The policy is fetched where there is one record that can be read.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = Effect.fn("MtaSts.survey")(function*(
  domain: string,
  reach: Reach
): Effect.fn.Return<MtaStsFacts, never, Http | Resolver> {
  const options = { server: reach.server, timeoutMillis: reach.timeoutMillis }
  const asked = yield* Ask.ask(`_mta-sts.${domain}`, "TXT", options)
  const records = Ask.recordsOf(asked).filter(Record.isMtaSts)
  const head = { domain, lookup: Ask.lookupOf(asked), records }
  const [text, ...more] = records
  if (text === undefined || more.length > 0) return head
  const id = Record.idFromText(text)
  if (Result.isFailure(id)) return { ...head, problem: id.failure.problem }
  return { ...head, id: id.success, ...(yield* fetch(domain, reach)) }
})
