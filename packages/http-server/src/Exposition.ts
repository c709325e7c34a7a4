/**
 * The text format of Prometheus, version 0.0.4: families of samples as text.
 *
 * Pure: it knows the grammar, and nothing of mail. It writes no timestamps: a scrape is of the moment at which it is made.
 */

/** One sample. Label values may be any text. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The samples of one name, with what they mean. */
export interface Family {
  readonly name: string
  readonly type: "counter" | "gauge"
  readonly help: string
  readonly samples: ReadonlyArray<Sample>
}

const lines = (text: string): string => text.replace(/\\/gu, "\\\\").replace(/\n/gu, "\\n")

const number = (value: number): string =>
  Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf"

const sample = (name: string, { labels, value }: Sample): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${lines(text).replace(/"/gu, "\\\"")}"`)
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${number(value)}\n`
}

/** Families as text, each with its HELP and TYPE. A family without samples is left out. */
export const render = (families: ReadonlyArray<Family>): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .map(({ help, name, samples, type }) =>
      `# HELP ${name} ${lines(help)}\n# TYPE ${name} ${type}\n${samples.map((one) => sample(name, one)).join("")}`
    )
    .join("")
