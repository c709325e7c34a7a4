/**
 * The signs of many packs made ready: folded once, and those in replies and host names found through an index.
 */
import type { Summary } from "../Recognise.ts"
import type { Recognise } from "../schema/Provider.ts"
import { fold, foldLiteral, foldName } from "../Text.ts"
import * as LiteralIndex from "./LiteralIndex.ts"

interface Literal {
  readonly text: string
  readonly weight: number
}

const literalsOf = (signs: Recognise["banners"]): ReadonlyArray<Literal> =>
  (signs ?? []).map(({ text, weight }) => ({ text: foldLiteral(text), weight }))

const suffixesOf = (signs: Recognise["hosts"]): ReadonlyArray<{ readonly suffix: string; readonly weight: number }> =>
  (signs ?? []).map(({ suffix, weight }) => ({ suffix: foldName(suffix), weight }))

/** Signs of one pack in the form in which they are compared. */
export interface Folded {
  readonly summary: Summary
  readonly domains: NonNullable<Recognise["domains"]>
  readonly mx: ReturnType<typeof suffixesOf>
  readonly banners: ReadonlyArray<Literal>
  readonly capabilities: ReadonlyArray<Literal>
}

const foldedOf = (summary: Summary): Folded => {
  const { banners, capabilities, domains, mx } = summary.recognise
  return {
    summary,
    domains: (domains ?? []).map((sign) => ({ ...sign, name: foldName(sign.name) })),
    mx: suffixesOf(mx),
    banners: literalsOf(banners),
    capabilities: literalsOf(capabilities)
  }
}

/** Weights by place of a pack. */
export type Weights = ReadonlyMap<number, number>

/** The signs of several packs. */
export interface Signs {
  readonly folded: ReadonlyArray<Folded>
  /** The heaviest sign in a reply, by place of the pack. Undefined where there is none at all. */
  readonly replies: (reply: string) => Weights | undefined
  /** The same for a folded host name. */
  readonly hosts: (host: string) => Weights | undefined
}

interface Owner {
  readonly place: number
  readonly weight: number
}

/** Collects the heaviest weight of each pack. */
const heaviest = () => {
  let weights: Map<number, number> | undefined
  return {
    add: ({ place, weight }: Owner): void => {
      weights ??= new Map()
      const found = weights.get(place)
      if (found === undefined || found < weight) weights.set(place, weight)
    },
    found: (): Weights | undefined => weights
  }
}

const make = (summaries: ReadonlyArray<Summary>): Signs => {
  const texts: Array<string> = []
  const owners: Array<Owner> = []
  const bySuffix = new Map<string, Array<Owner>>()
  for (const [place, { recognise }] of summaries.entries()) {
    for (const { text, weight } of literalsOf(recognise.replies)) {
      texts.push(text)
      owners.push({ place, weight })
    }
    for (const { suffix, weight } of suffixesOf(recognise.hosts)) {
      const found = bySuffix.get(suffix)
      if (found === undefined) bySuffix.set(suffix, [{ place, weight }])
      else found.push({ place, weight })
    }
  }
  let index: LiteralIndex.LiteralIndex | undefined
  let folded: ReadonlyArray<Folded> | undefined
  let last: { readonly reply: string; readonly weights: Weights | undefined } | undefined
  return {
    get folded() {
      return folded ??= summaries.map(foldedOf)
    },
    replies: (reply) => {
      // The same text is asked for a provider and then for software.
      if (last?.reply === reply) return last.weights
      index ??= LiteralIndex.make(texts)
      const weights = heaviest()
      index.find(fold(reply), (literal) => {
        const owner = owners[literal]
        if (owner !== undefined) weights.add(owner)
      })
      last = { reply, weights: weights.found() }
      return last.weights
    },
    hosts: (host) => {
      const weights = heaviest()
      for (let at = 0; at >= 0; at = host.indexOf(".", at) + 1 || -1) {
        for (const owner of bySuffix.get(at === 0 ? host : host.slice(at)) ?? []) weights.add(owner)
      }
      return weights.found()
    }
  }
}

const made = new WeakMap<ReadonlyArray<Summary>, Signs>()

/** The signs of these packs, made once for each list. */
export const signsOf = (summaries: ReadonlyArray<Summary>): Signs => {
  const found = made.get(summaries)
  if (found !== undefined) return found
  const signs = make(summaries)
  made.set(summaries, signs)
  return signs
}
