/**
 * Which settings follow from what the sources said, and where they contradict each other.
 *
 * The order of sources in the vocabulary decides; settings without encryption count only where nothing else is named. Pure.
 *
 * @since 0.1.0
 */
import {
  type ChosenSetting,
  type Setting,
  type SettingsConflict,
  SettingsSource,
  type SourceAnswer
} from "@sonde/domain/Discovery"
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { ServiceId } from "@sonde/domain/Service"
import { serviceIds } from "@sonde/domain/Words"

/** A source with what it names for one service, its own order kept. */
interface Voice {
  readonly source: SettingsSource
  readonly settings: ReadonlyArray<Setting>
}

const isSame = (left: Endpoint, right: Endpoint): boolean =>
  left.host === right.host && left.port === right.port && left.security === right.security

const rank = (source: SettingsSource): number => SettingsSource.literals.indexOf(source)

const voicesFor = (service: ServiceId, answers: ReadonlyArray<SourceAnswer>): ReadonlyArray<Voice> =>
  answers
    .map(({ settings, source }) => ({ source, settings: settings.filter((one) => one.service === service) }))
    .filter(({ settings }) => settings.length > 0)
    .toSorted((left, right) => rank(left.source) - rank(right.source))

const isEncrypted = ({ endpoint }: Setting): boolean => endpoint.security !== "none"

const shown = ({ host, port, security }: Endpoint): string =>
  `${format({ host, port })} (${security === "tls" ? "TLS" : security === "none" ? "no encryption" : "STARTTLS"})`

const listed = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`

const because: Readonly<Record<SettingsSource, string>> = {
  pack: "a pack knows it, with sources",
  pacc: "the domain vouches for it (PACC)",
  srv: "the domain publishes it (SRV)",
  autoconfig: "the domain publishes it (Autoconfig)",
  "autoconfig-well-known": "the domain publishes it (Autoconfig)",
  ispdb: "the ISPDB lists it",
  autodiscover: "the domain publishes it (Autodiscover)",
  "autodiscover-json": "the domain publishes it (Autodiscover)",
  "ispdb-mx": "the ISPDB lists it for whoever runs the mail exchanger",
  "autoconfig-clear": "the domain publishes it, but in clear, where anybody on the way can change it",
  spf: "a pack of the provider that the SPF record names knows it",
  mx: "the mail exchanger is there",
  guess: "a host of this customary name exists; that is a guess"
}

/**
 * The endpoint of each service that some source names, in the order of services.
 *
 * @category combinators
 * @since 0.1.0
 */
export const choose = (answers: ReadonlyArray<SourceAnswer>): ReadonlyArray<ChosenSetting> =>
  serviceIds.flatMap((service) => {
    const voices = voicesFor(service, answers)
    const first = voices.find(({ settings }) => settings.some(isEncrypted)) ?? voices[0]
    const setting = first?.settings.find(isEncrypted) ?? first?.settings[0]
    if (first === undefined || setting === undefined) return []
    const others = voices.filter(({ source }) => source !== first.source)
    const agrees = ({ settings }: Voice) => settings.some(({ endpoint }) => isSame(endpoint, setting.endpoint))
    const agree = others.filter(agrees).map(({ source }) => source)
    const differ = others.filter((voice) => !agrees(voice)).map(({ source }) => source)
    const user = setting.user ??
      others.filter(agrees).flatMap(({ settings }) => settings).find((one) =>
        one.user !== undefined && isSame(one.endpoint, setting.endpoint)
      )?.user
    const text = [
      because[first.source],
      ...(agree.length === 0 ? [] : [`${listed(agree)} ${agree.length === 1 ? "agrees" : "agree"}`]),
      ...(differ.length === 0 ? [] : [`${listed(differ)} ${differ.length === 1 ? "differs" : "differ"}`])
    ].join("; ")
    return [{
      service,
      endpoint: setting.endpoint,
      ...(user === undefined ? {} : { user }),
      source: first.source,
      agree,
      differ,
      text
    }]
  })

/**
 * The contradictions: for each service the endpoint that was chosen and those that sources name instead.
 *
 * @category combinators
 * @since 0.1.0
 */
export const conflicts = (
  answers: ReadonlyArray<SourceAnswer>,
  chosen: ReadonlyArray<ChosenSetting>
): ReadonlyArray<SettingsConflict> =>
  chosen.flatMap(({ agree, differ, endpoint, service, source }) => {
    if (differ.length === 0) return []
    const values: Array<{ endpoint: Endpoint; sources: Array<SettingsSource> }> = [
      { endpoint, sources: [source, ...agree] }
    ]
    for (const voice of voicesFor(service, answers).filter((one) => differ.includes(one.source))) {
      const named = (voice.settings.find(isEncrypted) ?? voice.settings[0])!.endpoint
      const known = values.find((value) => isSame(value.endpoint, named))
      if (known === undefined) values.push({ endpoint: named, sources: [voice.source] })
      else known.sources.push(voice.source)
    }
    const [first, ...others] = values
    const text = `${listed(first!.sources)} ${first!.sources.length === 1 ? "names" : "name"} ${
      shown(first!.endpoint)
    } for ${service}, ${
      listed(
        others.map((value) =>
          `${listed(value.sources)} ${value.sources.length === 1 ? "names" : "name"} ${shown(value.endpoint)}`
        )
      )
    }`
    return [{ service, text, values }]
  })
