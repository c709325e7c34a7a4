/**
 * Lines of a given width: wrapping, columns, commands that stay one command when wrapped, colour.
 */
import type { Appearance } from "../Appearance.ts"

const sgr = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** A colour or weight. */
export type Style = keyof typeof sgr

/** Puts a style around text where colours are wanted. */
export const paint = (look: Appearance, style: Style, text: string): string =>
  look.color && text !== "" ? `\u001b[${sgr[style]}m${text}\u001b[0m` : text

const ascii: Readonly<Record<string, string>> = {
  "→": "->",
  "·": "-",
  "…": "...",
  "×": "x",
  "‹": "<",
  "›": ">",
  "“": "\"",
  "”": "\"",
  "’": "'",
  "‘": "'",
  "–": "-",
  "—": "-",
  "✓": "ok",
  "✗": "FAIL",
  "\u00a0": " ",
  "\u202f": " "
}

/** Replaces our own marks and punctuation where the terminal has only ASCII; other characters become `?`. */
export const toAscii = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- the range of ASCII
  text.replaceAll(/[^\u0000-\u007f]/gu, (found) => ascii[found] ?? "?")

/** Columns a text takes: one for each character, two for wide East Asian ones, none for combining marks. */
export const columns = (text: string): number => {
  let sum = 0
  for (const point of text) {
    const code = point.codePointAt(0) ?? 0
    if (/\p{Mn}/u.test(point)) continue
    sum += code >= 0x1100 &&
        /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
          .test(point)
      ? 2
      : 1
  }
  return sum
}

/** Pads to a width, never cuts. */
export const pad = (text: string, width: number): string => text + " ".repeat(Math.max(width - columns(text), 0))

/** Breaks a text at blanks so that no line is wider than `width`; a word that is too wide is broken
 * where it must, except a URL. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  if (columns(text) <= width) return [text]
  const out: Array<string> = []
  let current = ""
  const push = (word: string) => {
    let rest = word
    // An address that is broken cannot be opened any more.
    while (columns(rest) > width && !rest.includes("://")) {
      const points = Array.from(rest)
      let take = Math.min(width, points.length)
      while (take > 1 && columns(points.slice(0, take).join("")) > width) take--
      out.push(points.slice(0, take).join(""))
      rest = points.slice(take).join("")
    }
    current = rest
  }
  for (const word of text.split(/ +/)) {
    if (current === "") push(word)
    else if (columns(current) + 1 + columns(word) <= width) current += ` ${word}`
    else {
      out.push(current)
      push(word)
    }
  }
  if (current !== "") out.push(current)
  return out
}

/** A block under a label: the first line beside it, the others under the first. Nothing is wrapped off a terminal. */
export const labelled = (
  look: Appearance,
  label: string,
  text: string,
  indent = 2,
  column = 14
): ReadonlyArray<string> => {
  const head = pad(" ".repeat(indent) + label, column)
  const start = columns(head)
  const rows = look.terminal ? wrap(text, Math.max(look.width - start, 20)) : [text]
  return rows.map((row, index) => (index === 0 ? head : " ".repeat(start)) + row)
}

/** A paragraph with an indent. */
export const paragraph = (look: Appearance, text: string, indent = 2): ReadonlyArray<string> =>
  (look.terminal ? wrap(text, Math.max(look.width - indent, 20)) : [text]).map((row) => " ".repeat(indent) + row)

/** The words of a command, quoted parts whole; a parameter and its value stay together. */
const tokens = (command: string): ReadonlyArray<string> => {
  const words = command.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\{[^{}]*\}|[^\s"'{}]|[{}"'])+/g) ?? []
  const joined: Array<string> = []
  for (const word of words) {
    const last = joined.at(-1)
    if (last !== undefined && /^--?[A-Za-z][\w-]*$/.test(last) && !word.startsWith("-") && word !== "|") {
      joined[joined.length - 1] = `${last} ${word}`
    } else joined.push(word)
  }
  return joined
}

/**
 * A command in as many lines as it needs, still one command when pasted: PowerShell continues after `|` or a backtick,
 * a shell after a backslash. Other texts are not broken.
 */
export const command = (
  look: Appearance,
  text: string,
  shell: string | undefined,
  indent = 6
): ReadonlyArray<string> => {
  const margin = " ".repeat(indent)
  const source = text.split("\n")
  if (!look.terminal || (shell !== "powershell" && shell !== "sh")) return source.map((row) => margin + row)
  const sign = shell === "powershell" ? " `" : " \\"
  const width = look.width - indent
  return source.flatMap((row) => {
    if (columns(row) <= width || row.includes("#")) return [margin + row]
    const parts = stages(row).flatMap((stage, index) => {
      const lines = fill(stage, width - (index === 0 ? 0 : 2) - sign.length, width - 2 - sign.length)
      return lines.map((text, at) => ({ text, ends: at === lines.length - 1 }))
    })
    // A pipe sign ends the line before it, where PowerShell and shells both continue by themselves.
    return parts.map((part, index) => {
      const end = index === parts.length - 1 ? "" : part.ends ? " |" : sign
      return margin + (index === 0 ? "" : "  ") + part.text + end
    })
  })
}

/** The commands of a pipeline, each as its tokens. */
const stages = (row: string): ReadonlyArray<ReadonlyArray<string>> => {
  const out: Array<Array<string>> = [[]]
  for (const token of tokens(row)) {
    if (token === "|") out.push([])
    else out.at(-1)?.push(token)
  }
  return out
}

const fill = (words: ReadonlyArray<string>, first: number, others: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let current = ""
  for (const word of words) {
    const room = lines.length === 0 ? first : others
    if (current === "") current = word
    else if (columns(current) + 1 + columns(word) <= room) current += ` ${word}`
    else {
      lines.push(current)
      current = word
    }
  }
  return [...lines, current]
}
