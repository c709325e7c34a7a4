/**
 * A token that two services of a report tell of, told once.
 *
 * Graph has phases of its own for the token and its claims, and a run with a token has the service `token` beside. Where that is
 * one and the same token, a reader needs to see it once.
 */
import type { Report, ServiceReport } from "@sonde/domain/Report"
import type { ServiceId } from "@sonde/domain/Service"

/** Those that the service `token` obtains its token for, if any of them is there; Graph then has another. */
const others: ReadonlySet<ServiceId> = new Set(["smtp-submission", "imap", "pop3", "sieve"])

const isUneventful = new Set(["pass", "restored", "skip"])

/** Graph without the phases that the service `token` has told already; as it is, where nothing else of it would be left. */
const without = (graph: ServiceReport, token: ServiceReport): ServiceReport => {
  const told = new Map(token.phases.map(({ id, state }) => [id, state]))
  const phases = graph.phases.filter(({ id, state }) => !isUneventful.has(state) || told.get(id) !== state)
  return phases.some(({ state }) => state !== "skip") ? { ...graph, phases } : graph
}

/** The report with each phase of a shared token once. */
export const once = (report: Report): Report => {
  const { services } = report
  const token = services.find(({ id }) => id === "token")
  if (token === undefined) return report
  // A token that was given is the same everywhere.
  const wasGiven = token.phases.some(({ because, id, state }) =>
    id === "token" && state === "skip" && because === "until"
  )
  if (!wasGiven && services.some(({ id }) => others.has(id))) return report
  return { ...report, services: services.map((one) => one.id === "graph" ? without(one, token) : one) }
}
