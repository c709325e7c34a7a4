/** As many packs as there will be, with made-up words: what speed and indexes are tested with. */
import type { Pack } from "@sonde/packs/Pack"
import { pack, rule } from "./fixtures.ts"

/** Numbers that look random and are the same each time. */
export const dice = (seed: number): (sides: number) => number => {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * sides)
  }
}

const words =
  ("mailbox tenant policy sender quota relay blocked unknown disabled greylisted authentication unsuccessful rejected " +
    "message recipient access denied server temporarily unavailable too many connections from your address please try " +
    "again later see https help for more information error user account is not allowed to send mail this the has been")
    .split(" ")

/** A sentence of five to twelve words, some of them numbers. */
export const sentence = (roll: (sides: number) => number): string =>
  Array.from(
    { length: 5 + roll(8) },
    () => roll(9) === 0 ? `${roll(900)}` : words[roll(words.length)]
  ).join(" ")

const some = <A>(roll: (sides: number) => number, values: ReadonlyArray<A>): A | undefined =>
  values[roll(values.length)]

const conditions = (roll: (sides: number) => number): Record<string, unknown> => {
  const code = roll(3) === 0 ? { code: some(roll, [550, 535, 421, "5yz", "4yz", [550, 554]]) } : {}
  const phase = roll(4) === 0 ? { phase: some(roll, ["auth", "mail", "rcpt"]), service: "smtp-submission" } : {}
  const kind = roll(12)
  if (kind < 6) return { ...code, ...phase, text: sentence(roll) }
  if (kind < 8) return { ...code, ...phase, anyText: [sentence(roll), sentence(roll)] }
  if (kind === 8) return { ...code, ...phase, text: [sentence(roll), "is not"], notText: "later" }
  if (kind === 9) return { ...phase, enhanced: some(roll, ["5.7.*", "5.1.1", "4.*", ["5.7.1", "5.7.139"]]), ...code }
  if (kind === 10) return { ...phase, pattern: `${words[roll(words.length)]} [a-z]+ ${words[roll(words.length)]}` }
  return { ...phase, code: some(roll, [550, 535, "5yz", 452]) }
}

/** Packs of all kinds with `rules` rules in all; a part of `sentences` is what they look for. */
export const manyPacks = (count: number, rules: number): ReadonlyArray<Pack> => {
  const roll = dice(7)
  return Array.from({ length: count }, (_, number) =>
    pack({
      id: `p${number}`,
      kind: number % 10 === 0 ? "generic" : number % 4 === 0 ? "software" : "provider",
      recognise: {
        hosts: [{ suffix: `mail${number}.example`, weight: 60 }],
        replies: [
          { text: `host mail${number}.example`, weight: 60 },
          { text: sentence(roll), weight: 30 },
          { text: sentence(roll), weight: 30 }
        ]
      },
      rules: Array.from(
        { length: Math.ceil(rules / count) },
        (_, at) =>
          rule(`r${at}`, {
            when: conditions(roll),
            cause: at % 2 === 0 ? "policy_rejected" : "bad_credentials",
            confidence: some(roll, ["certain", "likely", "possible"]),
            explanation: `${sentence(roll)}, {host}.`,
            remedies: [
              { kind: "look", text: `${sentence(roll)}.`, command: "dig {host}", shell: "sh" },
              { kind: "change", text: `${sentence(roll)}.` }
            ]
          })
      )
    }))
}
