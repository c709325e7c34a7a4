/** `sonde packs new`: a pack to begin with. */
import { Packs } from "@sonde/packs/Packs"
import * as Scaffold from "@sonde/packs/Scaffold"
import { Id } from "@sonde/packs/schema/Scalar"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { usage } from "../../Failure.ts"
import * as Files from "../../Files.ts"
import { quoted, shellQuoted } from "../../Print.ts"
import { note, Screen } from "../../Screen.ts"

/** What `sonde packs new` was given. */
interface Input {
  readonly name: string
  readonly kind: "provider" | "software" | undefined
  readonly out: string | undefined
  readonly force: boolean
}

const isId = Schema.is(Id)

/** How long the sources of a new pack count as read, in days. */
const reviewDays = 180

/** The id that was probably meant by a name: `Acme Mail` is acme-mail. */
const idOf = (name: string): string =>
  name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(
    /^-+|-+$/g,
    ""
  ).slice(0, 64)

/** Writes a pack that has no mistakes, and tells how to go on. */
export const create = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const { name: id } = input
  if (!isId(id)) {
    const meant = idOf(id)
    return yield* usage(
      `${quoted(id)} is no id: an id has lower-case letters, digits and hyphens, at most 64`,
      meant === "" ? "name it after the provider, such as acme-mail" : `try "sonde packs new ${meant}"`
    )
  }
  const path = input.out ?? `${id}.yaml`
  const now = yield* DateTime.now
  const text = Scaffold.scaffold({
    id,
    kind: input.kind ?? "provider",
    today: DateTime.formatIsoDateUtc(now),
    reviewBy: DateTime.formatIsoDateUtc(DateTime.add(now, { days: reviewDays })),
    schema: "pack.schema.json"
  })
  yield* Files.write(path, text, input.force)
  const replaced = (yield* Effect.provide(Packs, Packs.layer)).summaries.find((pack) => pack.id === id)
  if (replaced !== undefined) {
    yield* note(`there is a built-in pack ${id} (${replaced.name}); yours replaces the whole of it where it is used`)
  }
  yield* note(`${path} is written: a pack without mistakes. Put in what is true, and go on with`)
  yield* screen.out(
    [
      `sonde packs lint ${shellQuoted(path)}`,
      `sonde packs test ${shellQuoted(path)}`,
      `sonde packs explain "${Scaffold.example}" --pack ${shellQuoted(path)}`
    ].map((line) => `${line}\n`).join("")
  )
})
