/**
 * Keeps references to RFCs in one form and the index of them honest.
 *
 * Every `RFC nnnn` in `packages/` must stand in `rfc-index.json`; an RFC whose status is `yes` or `partial` must be cited
 * with its section by a source file; and a reference must be written `RFC 5321 section 4.2.1` (or `RFC 7208 erratum 5436`).
 * Does not know whether a section exists or says what is claimed.
 *
 *     node scripts/check-rfc.ts
 */
import { files, finish, lineOf, read } from "./internal/workspace.ts"

interface Entry {
  readonly title: string
  /** Whether the standard is followed: wholly, in the cited sections, or only mentioned. */
  readonly status: "yes" | "partial" | "no"
}

/**
 * Text with everything that is not prose blanked out, at unchanged offsets: in code only comments stay, in Markdown
 * code and links go. What a server said, or a name in code, is not a reference.
 */
const prose = (path: string, text: string): string => {
  const blank = (part: string): string => part.replace(/[^\n]/g, " ")
  const withoutLinks = (part: string): string => part.replace(/\bhttps?:\/\/[^\s)>\]"]+/g, blank)
  if (path.endsWith(".md")) return withoutLinks(text.replace(/```[\s\S]*?```|`[^`\n]*`/g, blank))
  if (/\.ya?ml$/.test(path)) {
    return withoutLinks(text.replace(/^.*$/gm, (line) => /^\s*#/.test(line) ? line : blank(line)))
  }
  const token = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  let kept = ""
  let end = 0
  for (const match of text.matchAll(token)) {
    kept += blank(text.slice(end, match.index))
    kept += match[0].startsWith("/") ? match[0].replace(/`[^`\n]*`/g, blank) : blank(match[0])
    end = match.index + match[0].length
  }
  return withoutLinks(kept + blank(text.slice(end)))
}

const index = JSON.parse(read("scripts/rfc-index.json")) as Readonly<Record<string, Entry>>
const problems: Array<string> = []
const cited = new Set<string>()
let citations = 0

const numbers = Object.keys(index)
if (numbers.join() !== numbers.toSorted((a, b) => Number(a) - Number(b)).join()) {
  problems.push("scripts/rfc-index.json: not in the order of the numbers")
}
for (const [number, entry] of Object.entries(index)) {
  if (!/^[1-9]\d*$/.test(number) || entry.title.trim() === "" || !["yes", "partial", "no"].includes(entry.status)) {
    problems.push(`scripts/rfc-index.json: ${number} needs a title and a status of yes, partial or no`)
  }
}

for (const path of files("packages", (name) => /\.(?:ts|tsx|mts|mjs|md|ya?ml)$/.test(name))) {
  const text = read(path)
  const scanned = prose(path, text)
  const here = (offset: number): string => `${path}:${lineOf(text, offset)}`

  for (const match of scanned.matchAll(/\bRFC[ \n*/]+(\d+)\b/g)) {
    if (index[match[1] ?? ""] === undefined) {
      problems.push(`${here(match.index)}: RFC ${match[1]} is not in scripts/rfc-index.json`)
    }
  }
  // A comment may break its line anywhere, so blanks, line ends and the comment's own stars count as one blank.
  for (
    const match of scanned.matchAll(
      /\bRFC\s+(?:\*\s+|\/\/\s+)?(\d+)\s+(?:\*\s+|\/\/\s+)?(?:section\s+(?:\*\s+|\/\/\s+)?[\dA-Z]|erratum\s+\d)/g
    )
  ) {
    citations++
    if (/^packages\/[^/]+\/src\//.test(path)) cited.add(match[1] ?? "")
  }
  for (
    const [pattern, advice] of [
      [/\bRFC[-_]?\d+/gi, "write a blank before the number"],
      [/\b(?:rfc|Rfc) +\d+/g, "write RFC in capitals"],
      [
        /\bRFC +\d+[,;:]? *(?:§+|[Ss]ec\.|[Ss]ect\.|[Ss]ections\b|Section\b|[Cc]hapter\b|#)/g,
        "write RFC 5321 section 4.2.1"
      ],
      [/\bRFC +\d+[,;:] +section\b/g, "no comma before section"],
      [/(?:§ *\d|\b[Ss]ection +\d[\d.]*),? +of +RFC\b/g, "write RFC 5321 section 4.2.1"]
    ] as const
  ) {
    for (const match of scanned.matchAll(pattern)) {
      problems.push(`${here(match.index)}: "${match[0]}" is no reference in our form: ${advice}`)
    }
  }
}

for (const [number, entry] of Object.entries(index)) {
  if (entry.status !== "no" && !cited.has(number)) {
    problems.push(`scripts/rfc-index.json: RFC ${number} is "${entry.status}", but no source cites a section of it`)
  }
}

finish(problems, `${citations} references to sections of ${cited.size} RFCs`)
