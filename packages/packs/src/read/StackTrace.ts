/**
 * Takes the frames out of a stack trace: their line numbers look like reply codes, and none of them says anything.
 *
 * @since 0.1.0
 */

// One expression for each language, all of them for one line.
const frames: ReadonlyArray<RegExp> = [
  // Java, .NET
  /^\s{0,40}\.\.\. [0-9]+ (?:more|common frames omitted)/u,
  /^\s{0,40}--- End of (?:stack trace|inner exception)/u,
  // Python; the line of source follows
  /^\s{0,40}(?:\| )?File "[^"]{1,500}", line [0-9]+/u,
  /^\s{0,40}Traceback \(most recent call last\)/u,
  // PHP
  /^\s{0,40}#[0-9]{1,4} (?:\S|\{main\})/u,
  // Go
  /^\s{1,40}\S{1,500}\.go:[0-9]+(?: \+0x[0-9a-f]+)?$/u,
  /^goroutine [0-9]+ \[/u,
  // Ruby
  /^\s{0,40}(?:from )?\S{1,500}\.rb:[0-9]+:in [`'][^']{1,200}'$/u
]

// Java, JavaScript, .NET and Rust: `at` and a name with its arguments or its place; "at least" is none.
const at = /^\s{0,40}at (?:async |new )?(\S{1,500})(.{0,300})/u
const placeOfName = /:[0-9]+\)?$/u
const placeBehind = /^ (?:\[as |\((?:[^)]{0,250}:[0-9]|<anonymous>|native|index [0-9])|in \S{1,250}:line [0-9])/u

// Asked first of the whole text, because most have no frame: how each of the lines above begins or what is in it.
const might =
  /^[^\S\n]{0,40}(?:at |\.\.\. [0-9]|--- End of |\| File "|File "|Traceback \(|#[0-9])|^goroutine [0-9]|\.go:[0-9]|\.rb:[0-9]/mu

const isFrame = (line: string): boolean => {
  const [, name, behind] = at.exec(line) ?? []
  if (name !== undefined && behind !== undefined) {
    return name.includes("(") || placeOfName.test(name) || placeBehind.test(behind)
  }
  return frames.some((frame) => frame.test(line))
}

// What stands before the message on the first line of a Ruby, PHP or Go error.
const place =
  /^(?:\S{1,500}\.rb:[0-9]+:in [`'][^']{1,200}': |\S{1,500}\.go:[0-9]+: )|(?: in| at) \S{1,500}\.php(?:\([0-9]+\)|:[0-9]+)(?=$|:| )/gu

const python = /^\s{0,40}(?:\| )?File "/u

/** Longest line that can be a frame, in characters. */
const maxFrame = 2000

/**
 * The text without its frames, and whether it had any. Line ends must be `\n`. Of a text without line ends nothing is
 * taken.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutFrames = (text: string): { readonly text: string; readonly found: boolean } => {
  if (!text.includes("\n") || !might.test(text)) return { text, found: false }
  const kept: Array<string> = []
  let found = false
  let sourceOf: number | undefined
  for (const line of text.split("\n")) {
    const indent = line.length < maxFrame ? line.search(/\S/u) : -1
    // Python shows the line of source, and marks in it, below the frame and deeper than it.
    if (sourceOf !== undefined && indent > sourceOf) continue
    sourceOf = undefined
    if (line.length < maxFrame && isFrame(line)) {
      found = true
      if (python.test(line)) sourceOf = indent
      // Node closes the frames with the fields of the error, `at f (x.js:1:2) {`.
      if (line.endsWith("{")) kept.push("{")
      continue
    }
    kept.push(line)
  }
  if (!found) return { text, found }
  return { text: kept.map((line) => line.length < maxFrame ? line.replace(place, " ") : line).join("\n"), found }
}
