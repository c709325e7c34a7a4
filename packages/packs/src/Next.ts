/**
 * The one further fact that would settle an explanation, and what to run for it.
 *
 * It is built from what tells the rules apart: first something that the asker may know (a mechanism, a phase, the
 * provider), then what the best cause says to look at. Nothing is made up: where neither is there, there is none.
 *
 * @since 0.1.0
 */
import type { Next } from "@sonde/domain/Explanation"
import type { Verdict } from "@sonde/domain/Verdict"
import type { Hit, Wanting } from "./Match.ts"
import { quote } from "./Placeholder.ts"
import { isFree } from "./read/Secret.ts"
import type { When } from "./schema/Rule.ts"
import { list } from "./schema/values.ts"
import type { Seen } from "./Seen.ts"

/** Longest reply that is repeated within a command, in characters. */
const maxRepeated = 160

const repeated = ({ code, enhanced, text }: Seen): string => {
  const numbers = [code, enhanced].filter((part) => part !== undefined && part !== "").join(" ")
  const before = numbers === "" || text === "" ? numbers : `${numbers} `
  if (!isFree(before, text)) return "-"
  const whole = before + text
  return (whole.length <= maxRepeated && !/[\n\r]/u.test(whole) ? quote(whole, "sh") : undefined) ?? "-"
}

const command = (flag: string, value: string, seen: Seen): string =>
  `sonde explain --${flag} ${quote(value, "sh") ?? "VALUE"} ${repeated(seen)}`

/** What may be known besides the text, and the flag that tells it. */
const questions: { readonly [N in Wanting["unknown"]]?: { readonly what: string; readonly flag?: string } } = {
  mechanism: { what: "Which mechanism was used to sign in", flag: "mechanism" },
  host: { what: "Which server said it", flag: "host" },
  port: { what: "Which port it was", flag: "port" },
  security: { what: "Whether the connection was encrypted, and how" },
  audience: { what: "Whether the mailbox is a personal or a business one" },
  mailboxDomain: { what: "The domain of the mailbox" },
  payload: { what: "What the server said of the token, in the line before it refused" }
}

const speaks = (values: ReadonlyArray<string>, title: string): string =>
  `${values.slice(0, 3).join(" or ")} speaks for "${title}"`

const valuesOf = (when: When, name: Wanting["unknown"]): ReadonlyArray<string> => {
  const value = name === "payload" ? Object.values(when.payload ?? {})[0] : name === "services" ? undefined : when[name]
  return list<string | number>(value).map(String)
}

/** The state of another service that speaks for a rule. */
const service = ({ rule: { title, when } }: Wanting, seen: Seen): Next | undefined => {
  const [evidence] = Object.entries(when.services ?? {})
  if (evidence === undefined) return undefined
  const [other, { phase, state }] = evidence
  return {
    text: `Whether ${other} comes through "${phase}" for the same mailbox: ${speaks(list(state), title)}`,
    command: `sonde check ${
      seen.mailboxDomain === undefined ? "MAILBOX" : `MAILBOX@${seen.mailboxDomain}`
    } --only ${other} --secret prompt`,
    shell: "sh"
  }
}

/** What another rule would want to know, or what the fitting rules take for granted. */
const apart = (hits: ReadonlyArray<Hit>, wanted: ReadonlyArray<Wanting>, seen: Seen): Next | undefined => {
  for (const one of wanted) {
    if (one.unknown === "services") return service(one, seen)
    const question = questions[one.unknown]
    const values = valuesOf(one.rule.when, one.unknown)
    const [value] = values
    if (question === undefined || value === undefined) continue
    const text = `${question.what}: ${speaks(values, one.rule.title)}`
    return question.flag === undefined ? { text } : { text, command: command(question.flag, value, seen), shell: "sh" }
  }
  const phases = hits.map(({ rule }) => list<string>(rule.when.phase))
  const [first] = phases.flat()
  if (seen.phase !== undefined || first === undefined || phases.every((each) => each.join() === phases[0]?.join())) {
    return undefined
  }
  const each = hits.flatMap(({ rule }, index) => {
    const values = phases[index] ?? []
    return values.length === 0 ? [] : [speaks(values, rule.title)]
  })
  return { text: `Which command was answered: ${each.join(", ")}`, command: command("phase", first, seen), shell: "sh" }
}

const look = (verdicts: ReadonlyArray<Verdict>): Next | undefined => {
  for (const { remedies } of verdicts) {
    const found = remedies.find(({ command: run, kind }) => kind === "look" && run !== undefined) ??
      remedies.find(({ kind, text }) => kind === "look" && text !== undefined)
    if (found === undefined) continue
    return {
      text: found.text ?? "What this shows",
      ...(found.command === undefined ? {} : { command: found.command }),
      ...(found.shell === undefined ? {} : { shell: found.shell })
    }
  }
  return undefined
}

/**
 * What would settle it. `hits` are the rules that the verdicts come from, best first; `wanted` are rules of other causes
 * that want to know one thing more; `proven` says that the provider is known. Undefined where one cause is certain, and
 * where nothing is known that would help.
 *
 * @category combinators
 * @since 0.1.0
 */
export const next = (
  hits: ReadonlyArray<Hit>,
  wanted: ReadonlyArray<Wanting>,
  verdicts: ReadonlyArray<Verdict>,
  seen: Seen,
  proven: boolean
): Next | undefined => {
  const [best] = verdicts
  if (best?.confidence === "certain" && verdicts.length === 1) return undefined
  const packs = new Set(hits.map(({ packId }) => packId))
  const foreign = !proven && packs.size > 1
    ? {
      text: "Which provider it was: several word it so",
      command: command("provider", "ID", seen),
      shell: "sh" as const
    }
    : undefined
  const fact = apart(hits, wanted, seen) ?? foreign
  return fact ?? (best === undefined ? unknown(seen, proven) : look(verdicts))
}

const unknown = (seen: Seen, proven: boolean): Next | undefined => {
  if (seen.error !== undefined || seen.text === "") return undefined
  if (seen.code === undefined && seen.enhanced === undefined) {
    return { text: "The whole reply of the server, with its code" }
  }
  return proven
    ? undefined
    : { text: "Which provider or server software it was", command: command("provider", "ID", seen), shell: "sh" }
}
