/**
 * What a run came to, as one sentence, and what was sent in its course.
 *
 * @since 0.1.0
 */
import type { Report, ServiceReport } from "@sonde/domain/Report"
import type { Outcome } from "@sonde/domain/Service"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Escape from "./Escape.ts"
import * as Exchange from "./Exchange.ts"
import * as Phrases from "./Phrases.ts"

/**
 * Marks and words of outcomes: never one without the other.
 *
 * @category words
 * @since 0.1.0
 */
export const outcomes: Readonly<Record<Outcome, { readonly mark: string; readonly word: string }>> = {
  pass: { mark: "✓", word: "works" },
  warn: { mark: "!", word: "works, with a warning" },
  fail: { mark: "✗", word: "does not work" },
  inconclusive: { mark: "?", word: "could not tell" }
}

/**
 * How far a service that did not fail has come: `signs in; recipient accepted, then reset`.
 *
 * @category words
 * @since 0.1.0
 */
export const reached = (service: ServiceReport): string => {
  if (service.id === "posture") return service.outcome === "pass" ? "nothing to change" : "things to improve"
  const passed = (id: string) =>
    service.phases.some((phase) => phase.id === id && (phase.state === "pass" || phase.state === "restored"))
  if (service.id === "token") return passed("token") ? "was obtained" : passed("claims") ? "was read" : "answers"
  const tried = service.phases.some(({ facts, id }) => id === "send" && facts?.["dry"] === true)
  return [
    passed("select") || passed("stat")
      ? "signs in, opens the mailbox"
      : passed("list")
      ? "signs in, lists the scripts"
      : passed("auth")
      ? "signs in"
      : passed("mailbox")
      ? "opens the mailbox for sending"
      : passed("tls")
      ? "answers with verified TLS"
      : "answers",
    service.phases.some((phase) => phase.because === "no_credential") ? "sign-in was not tried" : undefined,
    passed("data") || (passed("send") && !tried)
      ? "one message was accepted"
      : tried
      ? "a message would be taken, none was sent"
      : passed("rcpt")
      ? "recipient accepted, then reset"
      : passed("mail")
      ? "sender accepted, then reset"
      : undefined
  ].filter((part) => part !== undefined).join("; ")
}

/**
 * The first verdict in words, or where the run stopped when no rule names a cause, or what was reached.
 *
 * @category formatting
 * @since 0.1.0
 */
export const ofReport = (report: Report): string => {
  const first = report.verdicts[0]
  if (first !== undefined && report.outcome !== "pass") return Escape.line(first.title)
  for (const service of report.services) {
    const stopped = Exchange.stoppedAt(service)
    const found = report.findings.find(({ service: of, state }) => of === service.id && state === stopped?.state)
    if (stopped?.error === undefined && found !== undefined) return Escape.line(found.title)
    if (stopped !== undefined) {
      const said = stopped.error === undefined
        ? Phrases.detail(stopped, true, report.startedAt)
        : Escape.line(stopped.error.message)
      return `${Phrases.service(service.id)} stopped at ${stopped.id}: ${said}`
    }
  }
  const tried = report.services.filter((service) => service.phases.some((phase) => phase.state !== "skip"))
  return tried.length === 0
    ? "Nothing was tried"
    : tried.map((service) => `${Phrases.service(service.id)}: ${reached(service)}`).join(" · ")
}

/**
 * What was sent in the course of a run.
 *
 * @category formatting
 * @since 0.1.0
 */
export const sent = (report: Report): string =>
  report.delivered
    ? "1 message was sent"
    : report.services.some((service) => service.phases.some((phase) => phase.error?._tag === "DeliveryInDoubt"))
    ? "a message may have been sent"
    : "nothing was sent"

/**
 * Who has to act, as a clause: `needs an Exchange administrator of contoso.example`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const needs = (verdict: Verdict, domain: string | undefined): string => `needs ${Phrases.actor(verdict, domain)}`
