/**
 * The signs of many packs made ready: names and texts in which packs are recognised, found through an index of each kind.
 */
import { once } from "@sonde/domain/Once"
import type { Summary } from "../Recognise.ts"
import type { Recognise } from "../schema/Provider.ts"
import { fold, foldLiteral, foldName } from "../Text.ts"
import * as LiteralIndex from "./LiteralIndex.ts"

/** Weights by place of a pack. */
type Weights = ReadonlyMap<number, number>

/** The heaviest sign of each pack, by its place, in names or texts of one kind. Undefined where there is none at all. */
type Finder = (found: ReadonlyArray<string>) => Weights | undefined

/** The signs of several packs, by kind. Nothing that is looked through needs to be folded. */
export interface Signs {
  readonly domains: Finder
  readonly mx: Finder
  readonly hosts: Finder
  readonly banners: Finder
  readonly capabilities: Finder
  readonly replies: Finder
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

interface Name {
  readonly name: string
  readonly weight: number
  /** Whether names below it count too. */
  readonly below: boolean
}

/** Looks names up, and where they are below a name, that one. */
const names = (packs: ReadonlyArray<ReadonlyArray<Name>>): Finder => {
  const owners = new Map<string, Array<Owner & Name>>()
  for (const [place, signs] of packs.entries()) {
    for (const sign of signs) {
      const name = foldName(sign.name)
      const found = owners.get(name)
      if (found === undefined) owners.set(name, [{ ...sign, place }])
      else found.push({ ...sign, place })
    }
  }
  return (found) => {
    const weights = heaviest()
    for (const one of found) {
      const name = foldName(one)
      for (let at = 0; at >= 0; at = name.indexOf(".", at) + 1 || -1) {
        for (const owner of owners.get(at === 0 ? name : name.slice(at)) ?? []) {
          if (at === 0 || owner.below) weights.add(owner)
        }
      }
    }
    return weights.found()
  }
}

const suffixes = (signs: Recognise["hosts"] = []): ReadonlyArray<Name> =>
  signs.map(({ suffix, weight }) => ({ name: suffix, weight, below: true }))

/** Looks for texts within others. */
const texts = (packs: ReadonlyArray<Recognise["banners"]>): Finder => {
  const owners = packs.flatMap((signs = [], place) => signs.map(({ text, weight }) => ({ text, weight, place })))
  const index = LiteralIndex.make(owners.map(({ text }) => foldLiteral(text)))
  return (found) => {
    const weights = heaviest()
    for (const text of found) {
      const count = index.find(fold(text))
      for (let at = 0; at < count; at++) {
        const owner = owners[index.found[at] ?? 0]
        if (owner !== undefined) weights.add(owner)
      }
    }
    return weights.found()
  }
}

/** Each kind is made ready when it is first looked for. */
const late = (make: () => Finder): Finder => {
  const made = once(make)
  let last: { readonly text: string; readonly weights: Weights | undefined } | undefined
  return (found) => {
    const [text] = found
    if (text === undefined) return undefined
    if (found.length > 1) return made()(found)
    // The same text is asked for a provider and then for software.
    return (last?.text === text ? last : last = { text, weights: made()(found) }).weights
  }
}

const make = (summaries: ReadonlyArray<Summary>): Signs => {
  const kind = <A>(of: (recognise: Recognise) => A): ReadonlyArray<A> => summaries.map(({ recognise }) => of(recognise))
  return {
    domains: late(() =>
      names(
        kind(({ domains = [] }) =>
          domains.map(({ name, subdomains, weight }) => ({ name, weight, below: subdomains === true }))
        )
      )
    ),
    mx: late(() => names(kind(({ mx }) => suffixes(mx)))),
    hosts: late(() => names(kind(({ hosts }) => suffixes(hosts)))),
    banners: late(() => texts(kind(({ banners }) => banners))),
    capabilities: late(() => texts(kind(({ capabilities }) => capabilities))),
    replies: late(() => texts(kind(({ replies }) => replies)))
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
