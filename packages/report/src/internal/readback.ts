/** A message that was found again, in a few lines: its way, what became of its header, and what its receiver says of it. */
import { type Alignment, type Authentication, FindFacts } from "@sonde/domain/FindFacts"
import type { PhaseReport, Report } from "@sonde/domain/Report"
import type { ServiceId } from "@sonde/domain/Service"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Escape from "../Escape.ts"
import * as Phrases from "../Phrases.ts"

const decode = Schema.decodeUnknownOption(FindFacts)

const aligned: Readonly<Record<Alignment, string>> = {
  strict: "aligned, the same domain",
  relaxed: "aligned, relaxed",
  none: "not aligned",
  unknown: "alignment not known"
}

const result = (
  name: string,
  { alignment, domain, result: said }: {
    readonly result: string
    readonly domain?: string
    readonly alignment?: Alignment
  }
): string =>
  [
    `${name} ${Escape.line(said)}`,
    domain === undefined ? undefined : `for ${Escape.line(domain)}`,
    // What did not pass does not count, whomever it is for.
    alignment === undefined || said !== "pass" ? undefined : `(${aligned[alignment]})`
  ].filter((part) => part !== undefined).join(" ")

const bases: Readonly<Record<NonNullable<Authentication["trusted"]>["basis"], string>> = {
  option: "as you said",
  pack: "as its pack says",
  received: "the server that received it",
  host: "a server of the recipient's"
}

const said = ({ dkim, dmarc, spf, trusted }: Authentication): string => {
  if (trusted === undefined) return "no results of the receiver: whether SPF, DKIM and DMARC passed is not known"
  const results = [
    ...(spf === undefined ? [] : [result("SPF", spf)]),
    ...dkim.map((one) => result("DKIM", one)),
    ...(dmarc === undefined ? [] : [result("DMARC", dmarc)])
  ]
  const who = trusted.authservId === undefined ? "the receiver" : Escape.line(trusted.authservId)
  return `${who} (${bases[trusted.basis]}): ${results.join("; ") || "no result of SPF, DKIM or DMARC"}`
}

const ignored = ({ arc, others }: Authentication): string | undefined => {
  const parts = [
    ...(others.length === 0
      ? []
      : [`results of ${Phrases.list(others.map((id) => id === "" ? "an unnamed server" : Escape.line(id)))}`]),
    ...(arc === 0 ? [] : [arc === 1 ? "one ARC set" : `${arc} ARC sets`])
  ]
  return parts.length === 0 ? undefined : `not counted: ${Phrases.list(parts)}`
}

const folders = { inbox: "", junk: ", the junk folder", all: ", all mail", maildrop: "" } as const

const matches = { "message-id": "its Message-ID", "header": "its X-Sonde-Run", "subject": "its subject" } as const

const about = (service: ServiceId, facts: FindFacts): ReadonlyArray<string> => {
  const { authentication, folder, foundMessageId, from, matched } = facts
  const time = (at: string) => at.slice(11, 19)
  return [
    `accepted ${time(facts.acceptedAt)}, seen ${time(facts.foundAt)} UTC by ${Phrases.services[service]}: at most ${
      Phrases.duration(facts.delayMillis)
    } on its way`,
    `in ${Escape.line(folder.name)}${folders[folder.kind]}, by ${matches[matched]}`,
    [
      from.rewritten
        ? `From rewritten to ${Escape.line(from.found.join(", ") || "nothing")}`
        : `From kept (${Escape.line(from.found.join(", "))})`,
      foundMessageId === undefined ? "Message-ID kept" : `Message-ID replaced by ${Escape.line(foundMessageId)}`
    ].join(", "),
    said(authentication),
    ignored(authentication),
    facts.deleted === undefined ? undefined : facts.deleted ? "deleted afterwards" : "not deleted"
  ].filter((line) => line !== undefined)
}

/** The lines about every service that found the message. */
export const lines = (report: Report): ReadonlyArray<ReadonlyArray<string>> =>
  report.services.flatMap(({ id, phases }) =>
    phases.flatMap((phase) =>
      phase.id === "find" && phase.facts !== undefined
        ? Option.match(decode(phase.facts), { onNone: () => [], onSome: (facts) => [about(id, facts)] })
        : []
    )
  )

/** What a phase found, in a few words; that of `find` is its folder and its time, all others are as everywhere. */
export const detail = (phase: PhaseReport, encrypted: boolean, now: string): string =>
  Option.match(phase.id === "find" ? decode(phase.facts) : Option.none(), {
    onNone: () => Phrases.detail(phase, encrypted, now),
    onSome: ({ delayMillis, folder }) =>
      `in ${Escape.line(folder.name)}, at most ${Phrases.duration(delayMillis)} on its way`
  })
