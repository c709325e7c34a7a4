/**
 * Reads the text format of Prometheus 0.0.4 strictly, for tests: a line that the grammar does not know is an error.
 */

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Exposition {
  readonly help: ReadonlyMap<string, string>
  readonly type: ReadonlyMap<string, string>
  readonly samples: ReadonlyArray<Sample>
}

const unescape = (text: string): string =>
  text.replace(/\\(.)/gu, (_, letter: string) => {
    if (letter !== "n" && letter !== "\\" && letter !== "\"") throw new Error(`unknown escape \\${letter}`)
    return letter === "n" ? "\n" : letter
  })

const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\.)*)"(,|$)/uy

const labels = (text: string): Record<string, string> => {
  const found: Record<string, string> = {}
  let at = 0
  while (at < text.length) {
    label.lastIndex = at
    const match = label.exec(text)
    if (match === null) throw new Error(`no label at ${at} of {${text}}`)
    const name = match[1] ?? ""
    if (name in found) throw new Error(`label ${name} twice`)
    found[name] = unescape(match[2] ?? "")
    at = label.lastIndex
  }
  return found
}

const value = (text: string): number => {
  if (text === "NaN") return Number.NaN
  if (text === "+Inf" || text === "-Inf") return text === "+Inf" ? Infinity : -Infinity
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/u.test(text)) throw new Error(`no number: ${text}`)
  return Number(text)
}

/** Parses a whole exposition, or throws. Samples must follow their own HELP and TYPE, and no series may come twice. */
export const parse = (text: string): Exposition => {
  const [help, type] = [new Map<string, string>(), new Map<string, string>()]
  const samples: Array<Sample> = []
  const seen = new Set<string>()
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line does not end")
  let current = ""
  for (const line of text.split("\n").slice(0, -1)) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/u.exec(line)
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment
      const into = kind === "HELP" ? help : type
      if (into.has(name)) throw new Error(`${kind} of ${name} twice`)
      if (kind === "TYPE" && !["counter", "gauge"].includes(rest)) throw new Error(`type ${rest}`)
      into.set(name, rest)
      current = name
      continue
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/u.exec(line)
    if (sample === null) throw new Error(`not a line of the format: ${line}`)
    const [, name = "", inside = "", figure = ""] = sample
    if (name !== current || !help.has(name) || !type.has(name)) throw new Error(`${name} is not in its family`)
    const found = { name, labels: labels(inside), value: value(figure) }
    const key = `${name}${JSON.stringify(Object.entries(found.labels).toSorted())}`
    if (seen.has(key)) throw new Error(`series twice: ${line}`)
    seen.add(key)
    samples.push(found)
  }
  return { help, type, samples }
}

/** The value of the one series that has these labels, or `undefined`. */
export const valueOf = (
  { samples }: Exposition,
  name: string,
  wanted: Readonly<Record<string, string>> = {}
): number | undefined => {
  const found = samples.filter((one) =>
    one.name === name && Object.entries(wanted).every(([label, text]) => one.labels[label] === text)
  )
  if (found.length > 1) throw new Error(`${found.length} series of ${name}`)
  return found[0]?.value
}
