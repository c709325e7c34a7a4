/**
 * A report as one HTML document: readable without JavaScript, nothing loaded from anywhere.
 *
 * The one style sheet stands in the document as `style`, so that a server can allow exactly it. Texts of packs and servers are
 * escaped twice: for the eye (`Escape`) and for HTML.
 *
 * @since 0.1.0
 */
import { actorNames } from "@sonde/domain/ActorNames"
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type { Finding, Remedy, Verdict } from "@sonde/domain/Verdict"
import * as Escape from "../Escape.ts"
import * as Exchange from "../Exchange.ts"
import { element, html, line, lines, mark, when } from "../internal/html.ts"
import * as ReadBack from "../internal/readback.ts"
import * as Shared from "../internal/shared.ts"
import * as Sources from "../internal/sources.ts"
import * as Phrases from "../Phrases.ts"
import * as Sentence from "../Sentence.ts"
import { style } from "./HtmlStyle.ts"

/**
 * What is added to a report. `note` is a sentence at the top, such as how long a copy can be read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly note?: string | undefined
}

const kinds: Readonly<Record<Remedy["kind"], string>> = {
  look: "Look first, changes nothing",
  change: "Change",
  verify: "Then",
  alternative: "Another way"
}
const order: Readonly<Record<Remedy["kind"], number>> = { look: 0, change: 1, verify: 2, alternative: 3 }

const link = (url: string): string =>
  url.startsWith("https://")
    ? element("a", line(url.slice("https://".length)), { href: url, rel: "noreferrer noopener nofollow" })
    : line(url)

const remedy = (it: Remedy): string =>
  element(
    "li",
    element("h4", kinds[it.kind] + when(it.scope !== undefined, () => ` <small>${line(it.scope ?? "")}</small>`))
      + when(it.text !== undefined, () => element("p", line(it.text ?? "")))
      + when(it.command !== undefined, () => element("pre", lines(it.command ?? ""), { tabindex: "0" }))
      + when(
        it.undo !== undefined,
        () => element("p", "Undo:") + element("pre", lines(it.undo ?? ""), { tabindex: "0" })
      )
      + when(it.url !== undefined, () => element("p", link(it.url ?? "")))
  )

const remedies = (all: ReadonlyArray<Remedy>): string =>
  when(
    all.length > 0,
    () => element("ol", all.toSorted((a, b) => order[a.kind] - order[b.kind]).map(remedy).join(""), { class: "steps" })
  )

const pair = (term: string, description: string): string => element("dt", term) + element("dd", description)

const verdict = (report: Report, it: Verdict): string =>
  element(
    "section",
    element("h3", line(it.title))
      + when(it.explanation !== "", () => element("p", line(it.explanation)))
      + element(
        "dl",
        pair("How sure", it.confidence)
          + pair("Who", line(Phrases.actor(it, report.target.domain)))
          + when(it.ruledOut.length > 0, () => pair("Ruled out", line(Phrases.list(it.ruledOut.map(Phrases.area)))))
          + when(it.notJudged.length > 0, () => pair("Not judged", line(Phrases.list(it.notJudged.map(Phrases.area)))))
          + pair("Cause", `${element("code", line(it.cause))} by the rule ${element("code", line(it.rule))}`)
      )
      + remedies(it.remedies)
      + when(it.wontHelp.length > 0, () =>
        element("p", `<strong>Will not help:</strong> ${line(it.wontHelp.join(" · "))}`))
      + when(it.facts.length > 0, () =>
        element(
          "ul",
          it.facts.map((fact) =>
            element(
              "li",
              `${line(fact.text)} <small>as of ${line(fact.asOf)}, review by ${line(fact.reviewBy)}${
                fact.stale === true ? " (past its review: check the source)" : ""
              } · ${link(fact.source)}</small>`
            )
          ).join(""),
          { class: "facts" }
        ))
  )

const finding = (it: Finding): string =>
  element(
    "section",
    element("h3", `${mark(it.state)} ${line(it.title)} <small><code>${line(it.id)}</code></small>`)
      + (it.text === undefined ? "" : Escape.lines(it.text).map((text) => element("p", html(text))).join(""))
      + (it.actor === undefined ? "" : element("p", `<strong>Who:</strong> ${line(actorNames[it.actor])}`))
      + remedies(it.remedies)
  )

const phase = (it: PhaseReport, encrypted: boolean, now: string): string =>
  element(
    "tr",
    element("th", `${mark(it.state)} ${it.id}`, { scope: "row" })
      + element("td", it.state)
      + element("td", html(ReadBack.detail(it, encrypted, now)))
      + element("td", it.durationMillis === undefined ? "" : Phrases.duration(it.durationMillis), { class: "time" })
  )

/** The certificates as they were sent, with what is wrong with them, the worst first. */
const chain = (it: ServiceReport): string => {
  const certificates = Phrases.chain(it)
  if (certificates.length === 0) return ""
  const error = it.phases.findLast(({ id }) => id === "tls")?.error
  const problems = error?._tag === "TlsError" ? error.problems ?? [] : []
  return element(
    "details",
    element("summary", "Chain as sent")
      + when(
        problems.length > 0,
        () => element("ul", problems.map(({ text }) => element("li", `The server ${line(text)}.`)).join(""))
      )
      + element(
        "ol",
        certificates.map(({ issuer, names, period, subject }) =>
          element(
            "li",
            html(subject)
              + element(
                "div",
                element(
                  "small",
                  html(`issued by ${issuer}; ${period}${names === "" ? "" : `; for ${names}`}`)
                )
              )
          )
        ).join(""),
        { class: "steps" }
      ),
    it.id === "tls" || problems.length > 0 ? { open: "" } : {}
  )
}

const service = (it: ServiceReport, now: string): string => {
  const { endpoint } = it
  const tls = it.phases.findIndex(({ id }) => id === "tls")
  const rows = it.phases.map((one, index) => phase(one, tls >= 0 && index > tls, now)).join("")
  const place = endpoint === undefined ? "" : ` <small>${line(`${endpoint.host}:${endpoint.port}`)}</small>`
  return element(
    "section",
    element("h3", `${html(Phrases.service(it.id))}${place}`)
      + element(
        "table",
        element(
          "thead",
          "<tr><th scope=\"col\">Step</th><th scope=\"col\">State</th><th scope=\"col\">What it found</th>"
            + "<th scope=\"col\">Time</th></tr>"
        ) + element("tbody", rows)
      )
      + chain(it)
  )
}

const spoken = (report: Report, it: TranscriptLine): string => {
  const unexpected = Exchange.isUnexpected(report, it)
  const said = Exchange.challenge(it)
  const text = `${`${it.n}`.padStart(4)} ${Exchange.mark(it, unexpected).padEnd(3)} ${Escape.line(it.text)}${
    said === undefined ? "" : `  "${said}"`
  }`
  return unexpected ? element("mark", html(text)) : html(text)
}

/**
 * The whole document. The report is shown as it is: redact it before.
 *
 * @category rendering
 * @since 0.1.0
 */
export const render = (whole: Report, options: Options = {}): string => {
  const report = Shared.once(whole)
  const now = report.resumedAt ?? report.startedAt
  const { mark: sign, word } = Sentence.outcomes[report.outcome]
  const title = Sentence.ofReport(report)
  const changed = report.services.flatMap((one) => one.phases.flatMap((it) => Phrases.change(it, now) ?? []))
  const about = [
    report.provider === undefined
      ? undefined
      : `pack ${report.provider.id} ${report.provider.packVersion}`,
    Phrases.settingsFrom(report),
    `run ${report.run}`,
    report.resumedAt === undefined
      ? `started ${report.startedAt}`
      : `started ${report.startedAt}, again ${report.resumedAt}`,
    `took ${Phrases.duration(report.durationMillis)}`,
    Sentence.sent(report)
  ].filter((part) => part !== undefined)
  const body = [
    when(options.note !== undefined, () => element("p", line(options.note ?? ""), { class: "note" })),
    element(
      "header",
      element(
        "p",
        line(report.target.input) +
          when(report.provider !== undefined, () => ` → ${line(report.provider?.name ?? "")}`),
        {
          class: "target"
        }
      )
        + element("h1", `<span class="mark ${report.outcome}" aria-hidden="true">${sign}</span> ${html(title)}`)
        + element("p", `${word}${report.state === "suspended" ? "; suspended, can be resumed" : ""}`)
        + changed.map((text) => element("p", line(text))).join("")
    ),
    when(
      report.verdicts.length > 0,
      () => element("h2", "What to do") + report.verdicts.map((it) => verdict(report, it)).join("")
    ),
    when(
      report.services.length > 0,
      () => element("h2", "Steps") + report.services.map((it) => service(it, now)).join("")
    ),
    report.discovery === undefined ? "" : Sources.render(report.discovery),
    ...ReadBack.lines(report).map((texts) =>
      element("h2", "Read back") + texts.map((text) => element("p", html(text))).join("")
    ),
    when(
      report.findings.length > 0,
      () => element("h2", "Findings") + report.findings.map(finding).join("")
    ),
    when(report.transcript.length > 0, () =>
      element(
        "details",
        element("summary", "Conversation")
          + element("pre", report.transcript.map((it) => spoken(report, it)).join("\n"), { tabindex: "0" })
      )),
    element("footer", element("p", line(about.join(" · "))))
  ].join("\n")
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${html(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}
