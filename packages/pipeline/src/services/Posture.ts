/**
 * The posture of a domain as a service of a run. It is no conversation with one server, so a report shows no endpoint of it; errors
 * that come before anything is known name the domain's port 25.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { SpfFacts } from "@sonde/domain/PostureFacts"
import { Packs } from "@sonde/packs/Packs"
import type { Receiver, Selector } from "@sonde/phases/Posture"
import * as Effect from "effect/Effect"
import type { Request } from "../Options.ts"
import { order, posture, type PosturePlan } from "../recipes/Posture.ts"
import { type Attempt, settled } from "../ServiceRun.ts"
import type { Definition } from "./Definition.ts"

const service = "posture" as const

const endpointOf = ({ domain, options }: Request): Endpoint => ({
  protocol: "smtp",
  host: domain ?? options.target,
  port: 25,
  security: "opportunistic"
})

const quoted = (text: string): string => /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** The command that checks once more, with what decides about the findings. */
const again = (
  domain: string,
  { connectTo, dns, family, from, ip, proxy, selector, source }: Request["options"]
): string =>
  [
    "sonde posture",
    domain,
    ...(selector ?? []).map((name) => `--selector ${quoted(name)}`),
    ...(ip === undefined ? [] : [`--ip ${quoted(ip)}`]),
    ...(from === undefined ? [] : [`--from ${quoted(from)}`]),
    ...(dns === undefined ? [] : [`--dns ${quoted(dns)}`]),
    ...(proxy === undefined ? [] : [`--proxy ${quoted(proxy)}`]),
    ...(family === undefined ? [] : [`--ipv${family}`]),
    ...(source === undefined ? [] : [`--source ${quoted(source)}`]),
    ...(connectTo ?? []).map((pin) => `--connect-to ${quoted(pin)}`)
  ].join(" ")

const within = (name: string, parent: string): boolean => name === parent || name.endsWith(`.${parent}`)

/** Selectors of packs: of the provider, and of those through whom the SPF record says that the domain sends. */
const selectorsOf = (
  summaries: Packs["Service"]["summaries"],
  provider: string | undefined,
  spf: SpfFacts
): ReadonlyArray<Selector> => {
  const included = spf.branches.map(({ domain }) => domain.toLowerCase().replace(/\.$/, ""))
  return summaries.flatMap(({ id, name, sending }) =>
    id === provider || (sending?.spf ?? []).some((known) => included.some((one) => within(one, known)))
      ? (sending?.dkim ?? []).map((selector): Selector => ({ selector, source: "pack", provider: name }))
      : []
  )
}

const receiversOf = Effect.gen(function*() {
  const packs = yield* Packs
  const found: Array<Receiver> = []
  for (const { id, name, sending } of packs.summaries) {
    if (sending?.bulk === undefined) continue
    const { perDay, requires, source } = sending.bulk
    const from = (yield* packs.get(id))?.sources?.[source]
    if (from !== undefined) found.push({ pack: id, name, perDay, asOf: from.asOf, source: from.url, requires })
  }
  return found
})

const planOf = Effect.fnUntraced(
  function*({ recorder, request, state }: Attempt): Effect.fn.Return<PosturePlan, never, Packs> {
    const { summaries } = yield* Packs
    const { options, pins } = request
    const domain = request.domain ?? options.target
    const from = options.from ?? request.mailbox
    const address = options.ip
    const mailbox = from ?? `postmaster@${domain}`
    const helo = options.ehlo ?? mailbox.slice(mailbox.lastIndexOf("@") + 1)
    return {
      input: {
        domain,
        // From most desks port 25 is closed; whoever asks for the posture by name has it tried.
        way: { pins, server: options.dns, ca: options.ca, ehlo: options.ehlo, recorder, dials: !request.isOpen },
        ...(address === undefined ? {} : { sender: { address, from: mailbox, helo } })
      },
      subject: { domain, again: again(domain, options) },
      selectors: (options.selector ?? []).map((selector) => ({ selector, source: "option" })),
      packs: (spf) => selectorsOf(summaries, state.provider?.id, spf),
      spfDomain: options.from?.slice(options.from.lastIndexOf("@") + 1),
      receivers: yield* receiversOf,
      isBeside: request.isOpen
    }
  }
)

const run = Effect.fnUntraced(function*(attempt: Attempt) {
  yield* posture(yield* planOf(attempt))
})

/**
 * The posture as the runner knows it.
 *
 * @category models
 * @since 0.1.0
 */
export const definition = {
  id: service,
  signsIn: false,
  supposed: endpointOf,
  find: (request) => Effect.succeed(endpointOf(request)),
  order: () => order,
  settled: (attempt, endpoint) => settled(attempt, { service, endpoint, order }),
  run
} as const satisfies Definition<unknown>
