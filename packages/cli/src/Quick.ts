/**
 * Command lines of `sonde explain` that need no command tree: they hold nothing but flags it has, with plain values.
 *
 * Whatever is not plain (help, an unknown flag, a flag twice, a word that may be the value of a switch) is left to the
 * tree, which alone judges. A test compares what both make of a line.
 */
import type { Input } from "./run/explain.ts"

const texts = ["protocol", "phase", "provider", "mechanism", "host", "port", "log", "top", "format", "packs"] as const
const toggles = ["batch", "json", "transcript", "quiet", "short"] as const

const color = ["auto", "always", "never"] as const
const redact = ["secrets", "personal"] as const
const failOn = ["warning", "failure"] as const
const exitCodes = ["sysexits", "simple", "plugin"] as const

const among = <A extends string>(words: ReadonlyArray<A>, word: string | undefined): A | undefined =>
  words.find((one) => one === word)

/** A value that is taken for nothing else. */
const isPlain = (value: string | undefined): value is string =>
  value !== undefined && value !== "" && !value.startsWith("-")

/** Words after a switch that may be meant as its value. */
const isSwitch = (word: string): boolean => /^(?:true|false|1|0|y|n|yes|no|on|off)$/iu.test(word)

/** What `sonde explain` was given; undefined where the command tree has to judge. `words` is what stands after it. */
export const explain = (words: ReadonlyArray<string>): Input | undefined => {
  const text: Array<string> = []
  const pack: Array<string> = []
  const values = new Map<string, string>()
  const on = new Set<string>()
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ""
    if (word === "-" || !word.startsWith("-")) {
      text.push(word)
      continue
    }
    const [, name = "", given] = /^--([a-z-]+)(?:=(.*))?$/su.exec(word) ?? []
    if (among(toggles, name) !== undefined) {
      const next = words[at + 1]
      if (given !== undefined || on.has(name) || (next !== undefined && isSwitch(next))) return undefined
      on.add(name)
      continue
    }
    const value = given ?? words[++at]
    if (!isPlain(value)) return undefined
    if (name === "pack") pack.push(value)
    else if (values.has(name)) return undefined
    else values.set(name, value)
  }
  const names: ReadonlyArray<string> = [...texts, "color", "redact", "fail-on", "exit-codes"]
  if ([...values.keys()].some((name) => !names.includes(name))) return undefined
  const chosen = {
    color: among(color, values.get("color")),
    redact: among(redact, values.get("redact")),
    failOn: among(failOn, values.get("fail-on")),
    exitCodes: among(exitCodes, values.get("exit-codes"))
  }
  if (
    Object.values(chosen).filter((one) => one !== undefined).length <
      values.size - texts.filter((one) => values.has(one)).length
  ) {
    return undefined
  }
  return {
    text,
    protocol: values.get("protocol"),
    phase: values.get("phase"),
    provider: values.get("provider"),
    mechanism: values.get("mechanism"),
    host: values.get("host"),
    port: values.get("port"),
    batch: on.has("batch"),
    log: values.get("log"),
    top: values.get("top"),
    format: values.get("format"),
    json: on.has("json"),
    transcript: on.has("transcript"),
    quiet: on.has("quiet"),
    short: on.has("short"),
    ...chosen,
    pack,
    packs: values.get("packs")
  }
}
