/** A pack as a page for people: how to connect and sign in, dates, limits, which way to send fits, what is judged. */
import type { Pack } from "@sonde/packs/Pack"
import * as Escape from "@sonde/report/Escape"

/** Words broken into lines of at most 80 columns, the first behind `label`, the others below its end. */
export const paragraph = (label: string, text: string): string => {
  const indent = " ".repeat(label.length)
  const lines: Array<string> = []
  let line = label
  for (const word of Escape.line(text).split(/\s+/)) {
    if (line.trim() !== "" && line !== label && line.length + 1 + word.length > 80) {
      lines.push(line)
      line = indent + word
    } else {
      line += line === label || line === indent ? word : ` ${word}`
    }
  }
  return `${[...lines, line].join("\n")}\n`
}

const section = (title: string, body: ReadonlyArray<string>): string =>
  body.length === 0 ? "" : `\n${title}\n${body.join("")}`

const listed = (value: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : typeof value === "string" ? [value] : value

/** Names of sources with their dates, as they stand behind a statement. */
const dated = (pack: Pack, keys: ReadonlyArray<string> | undefined): string => {
  const dates = (keys ?? []).flatMap((key) => {
    const source = pack.sources?.[key]
    return source === undefined ? [] : [`${source.title}, ${source.asOf}`]
  })
  return dates.length === 0 ? "" : ` (${dates.join("; ")})`
}

const endpoints = (pack: Pack): ReadonlyArray<string> =>
  (pack.endpoints ?? []).flatMap((one) => [
    paragraph(
      "  ",
      `${one.service}  ${one.host}:${one.port}  ${one.security}${
        one.audience === undefined
          ? ""
          : `  ${[one.audience, one.cloud].filter((word) => word !== undefined).join(", ")}`
      }`
    ),
    ...(one.note === undefined ? [] : [paragraph("    ", one.note)])
  ])

const signIn = (pack: Pack): ReadonlyArray<string> => {
  const about = pack.signIn
  if (about === undefined) return []
  return [
    ...(about.userNameText === undefined ? [] : [paragraph("  user name     ", about.userNameText)]),
    ...(about.methods ?? []).flatMap((method) => [
      paragraph(`  ${method.id.padEnd(13)} `, `${method.text ?? ""}${dated(pack, method.sources)}`),
      ...listed(method.how).map((step, index) => paragraph(`    ${index + 1} `, step)),
      ...(method.who === undefined ? [] : [paragraph("    who can       ", method.who)]),
      ...(method.blockedBy === undefined ? [] : [paragraph("    blocked by    ", listed(method.blockedBy).join("; "))])
    ])
  ]
}

const limits = (pack: Pack): ReadonlyArray<string> =>
  (pack.limits ?? []).map((limit) =>
    paragraph(
      "  ",
      `${limit.id}: ${limit.value} ${limit.unit}${limit.per === undefined ? "" : ` per ${limit.per}`}${
        limit.checked === true ? ", checked before sending" : ""
      }${limit.backOff === undefined ? "" : `, wait ${limit.backOff}`}${
        limit.text === undefined ? "" : `. ${limit.text}`
      }${dated(pack, limit.sources)}`
    )
  )

const decisions = (pack: Pack): ReadonlyArray<string> =>
  (pack.decisions ?? []).flatMap((one) => [
    paragraph("  ", one.situation),
    paragraph("    first   ", one.first),
    ...(one.second === undefined ? [] : [paragraph("    second  ", one.second)]),
    ...(one.avoid === undefined ? [] : [paragraph("    avoid   ", one.avoid)]),
    ...(one.why === undefined ? [] : [paragraph("    why     ", one.why)])
  ])

/** The page. `origin` is the file of a pack that is not built in. */
export const page = (pack: Pack, origin?: string): string => {
  const aliases = pack.aliases === undefined || pack.aliases.length === 0 ? "" : `, also ${pack.aliases.join(", ")}`
  return paragraph("", `${pack.name} (${pack.kind} ${pack.id}${aliases})`)
    + `version ${pack.version}, to be reviewed by ${pack.reviewBy}\n`
    + (origin === undefined ? "" : `read from ${Escape.line(origin)}\n`)
    + section("Endpoints", endpoints(pack))
    + section("Not offered", (pack.notOffered ?? []).map((one) => paragraph(`  ${one.port}  `, one.why)))
    + section("Sign-in", signIn(pack))
    + section(
      "Dates",
      (pack.signIn?.timeline ?? []).map((one) => paragraph(`  ${one.date}  `, `${one.text}${dated(pack, one.sources)}`))
    )
    + section("Limits", limits(pack))
    + section("Which way to send", decisions(pack))
    + section("Advice", (pack.advice ?? []).map((one) => paragraph("  - ", `${one.text}${dated(pack, one.sources)}`)))
    + section(
      "Judged before connecting",
      (pack.preflight ?? []).map((rule) => paragraph("  ", `${rule.cause}  ${rule.id}: ${rule.title}`))
    )
    + section("Rules", (pack.rules ?? []).map((rule) => paragraph("  ", `${rule.cause}  ${rule.id}: ${rule.title}`)))
}
