/**
 * The sources of settings side by side, as HTML.
 */
import type { Discovery, SourceAnswer } from "@sonde/domain/Discovery"
import * as Endpoint from "@sonde/domain/Endpoint"
import type { PhaseState } from "@sonde/domain/Service"
import * as Phrases from "../Phrases.ts"
import { element, html, line, mark, when } from "./html.ts"

const states: Readonly<Record<SourceAnswer["state"], PhaseState>> = {
  found: "pass",
  none: "skip",
  failed: "inconclusive",
  skipped: "skip"
}

/** A line in small print. */
const small = (text: string): string => element("div", element("small", line(text)))

const row = ({ durationMillis, problems = [], source, state, text, where }: SourceAnswer): string =>
  element(
    "tr",
    element("th", `${mark(states[state])} ${source}`, { scope: "row" })
      + element("td", state === "skipped" ? "not asked" : state)
      + element(
        "td",
        [
          line(text),
          ...(state === "found" || state === "failed") && source !== "pack" ? [small(where)] : [],
          ...problems.map(small)
        ].join("")
      )
      + element("td", state === "skipped" ? "" : html(Phrases.duration(durationMillis)), { class: "time" })
  )

/** What to use and why, where sources contradict each other, what each of them said. */
export const render = ({ chosen, conflicts, sources }: Discovery): string =>
  element("h2", "Where the settings come from")
  + element(
    "section",
    when(chosen.length > 0, () =>
      element(
        "dl",
        chosen.map(({ endpoint, service, text }) =>
          element("dt", html(Phrases.service(service)))
          + element("dd", `${line(Endpoint.format(endpoint))}${small(text)}`)
        ).join("")
      ))
      + conflicts.map(({ text }) => element("p", `${mark("warn")} ${line(text)}`)).join("")
      + element(
        "table",
        element(
          "thead",
          `<tr>${
            ["Source", "State", "What it says", "Time"].map((head) => element("th", head, { scope: "col" })).join("")
          }</tr>`
        ) + element("tbody", sources.map(row).join(""))
      )
  )
