/** Every kept screen by its file name. `node packages/report/test/screens.ts` writes them, and the schemas, anew. */
import * as Appearance from "@sonde/report/Appearance"
import * as Compact from "@sonde/report/render/Compact"
import * as DiscoveryScreen from "@sonde/report/render/Discovery"
import * as ExplanationScreen from "@sonde/report/render/Explanation"
import * as Text from "@sonde/report/render/Text"
import * as Schemas from "@sonde/report/Schemas"
import { writeFileSync } from "node:fs"
import * as reports from "./reports.ts"

const ascii = { ...Appearance.plain, ascii: true }
const narrow = { ...Appearance.plain, width: 60 }

/** The screens: name and text. */
export const screens: Readonly<Record<string, () => string>> = {
  "failed": () => Text.render(reports.failed, Appearance.plain),
  "failed-piped": () => Text.render(reports.failed, Appearance.piped),
  "failed-ascii": () => Text.render(reports.failed, ascii),
  "failed-narrow": () => Text.render(reports.failed, narrow),
  "failed-color": () => Text.render(reports.failed, { ...Appearance.plain, color: true }),
  "failed-transcript": () => Text.render(reports.failed, Appearance.plain, { transcript: "all" }),
  "failed-quiet": () => Text.render(reports.failed, Appearance.plain, { quiet: true }),
  "failed-short": () => Text.render(reports.failed, Appearance.plain, { short: true }),
  "failed-short-piped": () => Text.render(reports.failed, Appearance.piped, { short: true }),
  "passed": () => Text.render(reports.passed, Appearance.plain),
  "passed-piped": () => Text.render(reports.passed, Appearance.piped),
  "passed-beside": () => Text.render(reports.beside, Appearance.plain),
  "resumed": () => Text.render(reports.resumed, Appearance.plain),
  "suspended": () => Text.render(reports.suspended, Appearance.plain),
  "hostile": () => Text.render(reports.hostile, Appearance.plain),
  "unresolved": () => Text.render(reports.unresolved, Appearance.plain),
  "surveyed": () => Text.render(reports.surveyed, Appearance.plain),
  "surveyed-short": () => Text.render(reports.surveyed, Appearance.plain, { short: true }),
  "delivered": () => Text.render(reports.delivered, Appearance.plain),
  "read-back": () => Text.render(reports.readBack, Appearance.plain),
  "read-back-piped": () => Text.render(reports.readBack, Appearance.piped),
  "compact": () =>
    [reports.failed, reports.passed, reports.suspended, reports.delivered, reports.unresolved]
      .map((report, index) => Compact.render(report, Appearance.plain, `${index + 1}`)).join(""),
  "resume-flags": () =>
    Text.render(reports.suspended, Appearance.plain, {
      transcript: "none",
      resume: "--secret env:PW",
      place: "--state runs"
    }),
  "explained": () => ExplanationScreen.render(reports.explained, Appearance.plain),
  "bounced": () => ExplanationScreen.render(reports.bounced, Appearance.plain),
  "alternatives": () => ExplanationScreen.render(reports.alternatives, Appearance.plain),
  "log": () => ExplanationScreen.render(reports.log, Appearance.plain),
  "log-top-ascii": () => ExplanationScreen.render(reports.log, ascii, { top: 1 }),
  "success": () => ExplanationScreen.render(reports.success, Appearance.plain),
  "discovered": () => DiscoveryScreen.render(reports.discovery, Appearance.plain),
  "discovered-piped": () => DiscoveryScreen.render(reports.discovery, Appearance.piped),
  "discovered-ascii": () => DiscoveryScreen.render(reports.discovery, { ...ascii, width: 60 }),
  "discovered-nowhere": () => DiscoveryScreen.render(reports.nowhere, Appearance.plain),
  "passed-discovered": () => Text.render({ ...reports.passed, discovery: reports.discovery }, Appearance.plain),
  "unknown": () => ExplanationScreen.render(reports.unknown, Appearance.plain)
}

if (import.meta.main) {
  for (const [name, screen] of Object.entries(screens)) {
    writeFileSync(new URL(`screens/${name}.txt`, import.meta.url), screen())
  }
  for (const [name, schema] of Object.entries(Schemas.all())) {
    writeFileSync(new URL(`../schemas/${name}`, import.meta.url), Schemas.text(schema))
  }
}
