/**
 * Handlers of the group `knowledge`: texts explained, settings looked for, packs for reading.
 */
import { Api } from "@sonde/http-api/Api"
import { Client } from "@sonde/http-api/Authorization"
import type { PackPage, PackRule } from "@sonde/http-api/KnowledgeApi"
import { NotFound } from "@sonde/http-api/Problems"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Desk } from "./Desk.ts"
import { Intake } from "./Intake.ts"
import { countingRefusals, Metrics } from "./Metrics.ts"

type Pack = NonNullable<Effect.Success<ReturnType<Sonde["Service"]["pack"]>>>
type Rule = NonNullable<Pack["rules"]>[number]

const words = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(words).join(" or ")
    : typeof value === "object" && value !== null
    ? Object.entries(value).map(([key, inner]) => `${key}: ${words(inner)}`).join(", ")
    : String(value)

/** What a source says, with its date; a source that a rule names and the pack does not have is left out. */
const facts = (pack: Pack, names: ReadonlyArray<string> | undefined): PackRule["facts"] =>
  (names ?? []).flatMap((name) => {
    const source = pack.sources?.[name]
    return source === undefined ? [] : [{
      text: source.title,
      asOf: source.asOf,
      source: source.url,
      reviewBy: source.reviewBy ?? pack.reviewBy
    }]
  })

const ruleOf = (pack: Pack, rule: Rule): PackRule => ({
  id: rule.id,
  cause: rule.cause,
  title: rule.title,
  explanation: rule.explanation ?? "",
  actor: rule.actor,
  confidence: rule.confidence,
  when: Object.entries(rule.when).map(([name, value]) => ({ name, value: words(value) })),
  remedies: rule.remedies ?? [],
  wontHelp: rule.wontHelp ?? [],
  facts: facts(pack, rule.sources)
})

const limitOf = (pack: Pack, { id, per, sources, text, unit, value }: NonNullable<Pack["limits"]>[number]) => {
  const source = facts(pack, sources)[0]?.source
  return {
    text: text ?? `${id.replaceAll("-", " ")}: ${value} ${unit}${per === undefined ? "" : ` per ${per}`}`,
    ...(source === undefined ? {} : { source })
  }
}

/** A pack for reading. */
export const page = (pack: Pack): PackPage => ({
  id: pack.id,
  name: pack.name,
  kind: pack.kind,
  version: pack.version,
  aliases: pack.aliases ?? [],
  reviewBy: pack.reviewBy,
  endpoints: (pack.endpoints ?? []).map(({ host, note, port, security, service }) => ({
    service,
    host,
    port,
    security,
    ...(note === undefined ? {} : { note })
  })),
  limits: (pack.limits ?? []).map((limit) => limitOf(pack, limit)),
  rules: (pack.rules ?? []).map((rule) => ruleOf(pack, rule))
})

/** The group. */
export const layer = HttpApiBuilder.group(
  Api,
  "knowledge",
  Effect.fnUntraced(function*(handlers) {
    const sonde = yield* Sonde
    const desk = yield* Desk
    const intake = yield* Intake
    const metrics = yield* Metrics
    return handlers
      .handle("discover", ({ payload }) =>
        Effect.gen(function*() {
          const { name } = yield* Client
          const { offline = false, ...body } = payload
          return yield* desk.discover(yield* intake.check(body), offline, name)
        }).pipe(countingRefusals, Effect.provideService(Metrics, metrics)))
      .handle("explain", ({ payload }) => sonde.explain(payload))
      .handle(
        "packs",
        () =>
          Effect.map(
            sonde.packs,
            (packs) =>
              packs.map(({ aliases, id, kind, name, version }) => ({ id, name, kind, version, aliases: aliases ?? [] }))
          )
      )
      .handle("pack", ({ params }) =>
        Effect.flatMap(sonde.pack(params.id), (pack) =>
          pack === undefined
            ? Effect.fail(
              new NotFound({
                detail: "there is no such pack; GET /v1/packs lists those there are",
                error: { _tag: "NotFound", what: "pack", id: params.id.slice(0, 64) }
              })
            )
            : Effect.succeed(page(pack))))
  })
)
