/** `sonde packs list`, `show`, and `causes`. */
import * as Cause from "@sonde/domain/Cause"
import * as CausePages from "@sonde/packs/CausePages"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { missing } from "../../Failure.ts"
import type * as Flags from "../../Flags.ts"
import * as PackFiles from "../../PackFiles.ts"
import { json, quoted } from "../../Print.ts"
import { Screen } from "../../Screen.ts"
import { causePage } from "./cause.ts"
import { page } from "./page.ts"

type Places = Pick<Flags.Parsed<typeof Flags.places>, "pack" | "packs">

const known = Effect.fnUntraced(function*(input: Places) {
  const found = yield* PackFiles.found(input)
  const packs = yield* Effect.provide(Packs, Packs.layerWith(found.map(({ pack }) => pack)))
  return { packs, found }
})

const print = Effect.fnUntraced(function*(document: unknown) {
  const screen = yield* Screen
  yield* screen.out(json(document, true))
})

/** All packs, by id, with where each is from. */
export const list = Effect.fnUntraced(function*(input: Places & { readonly json: boolean }) {
  const screen = yield* Screen
  const { found, packs } = yield* known(input)
  const builtIn = new Set((yield* Effect.provide(Packs, Packs.layer)).summaries.map(({ id }) => id))
  const rows = packs.summaries.map(({ aliases, id, kind, name, version }) => {
    const own = found.findLast(({ pack }) => pack.id === id)
    return {
      id,
      name,
      kind,
      version,
      aliases,
      origin: own === undefined ? "built-in" : own.path,
      ...(own === undefined ? {} : { from: own.origin, replacesBuiltIn: builtIn.has(id) })
    }
  })
  if (input.json) return yield* print(rows)
  const wide = Math.max(20, ...rows.map(({ id }) => id.length))
  const names = Math.max(...rows.map(({ name }) => name.length))
  yield* screen.out(
    rows.map(({ id, kind, name, origin, replacesBuiltIn, version }) => {
      const from = `${origin}${replacesBuiltIn === true ? " (replaces the built-in pack)" : ""}`
      return screen.stdout.isTerminal
        ? `${id.padEnd(wide)} ${kind.padEnd(10)} ${version.padEnd(12)} ${name.padEnd(names)} ${from}\n`
        : [id, kind, version, name, from].join("\t") + "\n"
    }).join("")
  )
})

/** One pack as a page for people; with `--json` as it stands. */
export const show = Effect.fnUntraced(function*(input: Places & { readonly id: string; readonly json: boolean }) {
  const screen = yield* Screen
  const { found, packs } = yield* known(input)
  const pack = yield* packs.get(input.id)
  if (pack === undefined) {
    return yield* missing(
      `there is no pack ${quoted(input.id)}`,
      `there are ${packs.summaries.map(({ id }) => id).join(", ")}`
    )
  }
  if (input.json) return yield* print(pack)
  yield* screen.out(page(pack, found.findLast((one) => one.pack.id === pack.id)?.path))
})

/** The published list of causes, or the page of one. */
export const causes = Effect.fnUntraced(function*(
  input: { readonly id: Option.Option<string>; readonly json: boolean }
) {
  const screen = yield* Screen
  if (Option.isSome(input.id)) {
    const id = input.id.value
    if (!Cause.isCause(id)) {
      return yield* missing(`there is no cause ${quoted(id)}`, "sonde packs causes lists them all")
    }
    const found = yield* CausePages.of(id)
    if (input.json) return yield* print(found)
    return yield* screen.out(causePage(found))
  }
  if (input.json) return yield* print(Cause.all.map((id) => ({ id, meaning: Cause.meanings[id] })))
  const width = Math.max(...Cause.all.map((id) => id.length))
  yield* screen.out(
    Cause.all.map((id) =>
      screen.stdout.isTerminal ? `${id.padEnd(width)}  ${Cause.meanings[id]}\n` : `${id}\t${Cause.meanings[id]}\n`
    ).join("")
  )
})
