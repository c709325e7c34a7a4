/**
 * What is worth doing about the way to a server although the connection stood: addresses of one family that do not answer, greetings
 * and replies that keep people waiting.
 *
 * Thresholds are what programs wait for, or what servers delay by on purpose; each names its source.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { Attempt } from "@sonde/domain/Errors"
import { ConnectFacts, GreetingFacts, ResolveFacts } from "@sonde/domain/Facts"
import type { Pace, PhaseReport } from "@sonde/domain/Report"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { Finding, Remedy } from "@sonde/domain/Verdict"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/**
 * From here on a greeting is late, in milliseconds: postscreen of Postfix waits as long on purpose (`postscreen_greet_wait`,
 * postconf(5)).
 *
 * @category constants
 * @since 0.1.0
 */
export const greetingMillis = 6000

/**
 * When programs give up waiting for a greeting, in milliseconds: `greetingTimeout` of Nodemailer.
 *
 * @category constants
 * @since 0.1.0
 */
export const impatientMillis = 30_000

/**
 * From here on a reply is late, in milliseconds: the delay that Exchange has for commands it does not like (`TarpitInterval` of
 * Set-ReceiveConnector).
 *
 * @category constants
 * @since 0.1.0
 */
export const replyMillis = 5000

/**
 * A reply that comes in pieces of at most so many octets over a second or more drips: spamd(8) of OpenBSD sends one octet a second.
 *
 * @category constants
 * @since 0.1.0
 */
export const dripOctets = 4

/** Phases in which waiting is no sign of anything: a directory is asked, a message is filtered. */
const patient: ReadonlySet<PhaseId> = new Set(["auth", "data", "greeting"])

interface Place {
  readonly service: ServiceId
  readonly endpoint: Endpoint
}

const factsOf = <A>(phases: ReadonlyArray<PhaseReport>, id: PhaseId, schema: Schema.Codec<A, unknown>) =>
  phases.flatMap((phase) =>
    phase.id === id && phase.facts !== undefined
      ? Option.toArray(Schema.decodeUnknownOption(schema)(phase.facts))
      : []
  ).at(-1)

const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`

const familyOf = (address: string): 4 | 6 => address.includes(":") ? 6 : 4

const became: Readonly<Partial<Record<Attempt["result"], string>>> = {
  Refused: "refuses the connection: nothing listens there, or a firewall says so",
  Timeout: "does not answer: a firewall drops what is sent there, or the address is wrong",
  Reset: "resets the connection: something on the way, or the server, does not want it"
}

const unanswered = ({ endpoint, service }: Place, attempt: Attempt): Finding => {
  const family = familyOf(attempt.address)
  const other = family === 6 ? 4 : 6
  const record = family === 6 ? "AAAA" : "A"
  const look: Remedy = {
    kind: "look",
    text: "Try it bare, also from another network; on the server see what listens.",
    command: `nc -${family} -vz -w 10 ${endpoint.host} ${attempt.port}`,
    shell: "sh"
  }
  return {
    id: `ipv${family}_not_answering`,
    state: "warn",
    service,
    title: `${format(endpoint)} answers over IPv${other} and not over IPv${family}`,
    text: `${attempt.address} ${became[attempt.result] ?? "takes no connection"} (after ${
      seconds(attempt.durationMillis)
    }). Programs that try it first wait that long before they go on, and those that have IPv${family} alone cannot connect.`,
    actor: "mail-admin",
    remedies: [
      look,
      {
        kind: "change",
        text:
          `Let the service listen on ${attempt.address} and the firewall let port ${attempt.port} through, or take its ${record} record away.`,
        scope: "the server"
      },
      { kind: "alternative", text: `Until then use IPv${other} alone: -${other} here, and its like in other programs.` }
    ]
  }
}

const families = (phases: ReadonlyArray<PhaseReport>, place: Place): ReadonlyArray<Finding> => {
  const connect = factsOf(phases, "connect", ConnectFacts)
  // What stands in this machine's own table, or was pinned, is nothing that others see.
  const published = factsOf(phases, "resolve", ResolveFacts)?.source === "dns"
  if (!published || connect?.family === undefined || connect.proxy !== undefined) return []
  const others = connect.attempts.filter(({ address, result }) =>
    familyOf(address) !== connect.family && result !== "Abandoned" && result !== "AddressDenied"
  )
  // One that answers is enough: the family works.
  if (others.length === 0 || others.some(({ result }) => result === "Connected")) return []
  const failed = others.find(({ result }) => became[result] !== undefined)
  if (failed !== undefined) return [unanswered(place, failed)]
  const family = connect.family === 4 ? 6 : 4
  return [{
    id: "family_not_judged",
    state: "pass",
    service: place.service,
    title: `This machine has no way to IPv${family} addresses, so that of ${format(place.endpoint)} is not judged`,
    text: `${
      others[0]?.address
    } was tried and there is no route to it from here. Try from a network with IPv${family}.`,
    remedies: []
  }]
}

/** Whether a reply came octet by octet. */
const drips = (
  { octets, segments, waitMillis, wholeMillis }: Pick<Pace, "octets" | "segments" | "waitMillis" | "wholeMillis">
) => segments > 2 && octets <= segments * dripOctets && wholeMillis - waitMillis >= 1000

const greeting = (phases: ReadonlyArray<PhaseReport>, place: Place): ReadonlyArray<Finding> => {
  const facts = factsOf(phases, "greeting", GreetingFacts)
  const pace = phases.findLast(({ id }) => id === "greeting")?.pace
  if (facts?.wholeMillis === undefined || facts.firstOctetMillis === undefined) return []
  const isDripping = pace !== undefined && drips(pace)
  if (facts.wholeMillis < greetingMillis && !isDripping) return []
  const where = format(place.endpoint)
  return [{
    id: "greeting_slow",
    state: "warn",
    service: place.service,
    title: isDripping
      ? `${where} sends its greeting octet by octet, over ${seconds(facts.wholeMillis - facts.firstOctetMillis)}`
      : `${where} greets only after ${seconds(facts.wholeMillis)}`,
    text: `${
      isDripping
        ? "That is what a tarpit does to those it takes for senders of spam."
        : "A server does so on purpose, to unmask programs that do not wait, or because it looks up the name of who connects and that look-up hangs."
    } RFC 5321 section 4.5.3.2.1 grants a greeting 5 minutes; ${
      facts.wholeMillis >= impatientMillis
        ? "programs such as Nodemailer have given up by then (30 s)"
        : "programs such as Nodemailer give up after 30 s"
    }.`,
    actor: "mail-admin",
    remedies: [
      {
        kind: "look",
        text:
          "Does the address that connects have a name in the DNS, and do other addresses wait as long? In Postfix see postscreen_greet_wait and smtpd_client_restrictions, in Exim the delay in acl_smtp_connect.",
        command: "dig -x ADDRESS",
        shell: "dns"
      },
      {
        kind: "change",
        text: "Exempt those who sign in, or repair the look-up; clients wait at least 30 s.",
        scope: "the server"
      }
    ]
  }]
}

const replies = (phases: ReadonlyArray<PhaseReport>, place: Place): ReadonlyArray<Finding> => {
  const slow = phases.flatMap(({ id, pace, state }) =>
    state === "pass" && !patient.has(id) && pace !== undefined && (pace.wholeMillis >= replyMillis || drips(pace))
      ? [{ id, pace }]
      : []
  )
  const [worst] = slow.toSorted((left, right) => right.pace.wholeMillis - left.pace.wholeMillis)
  if (worst === undefined) return []
  const { command, wholeMillis } = worst.pace
  const isDripping = slow.some(({ pace }) => drips(pace))
  return [{
    id: "replies_slow",
    state: "warn",
    service: place.service,
    title: `${format(place.endpoint)} ${isDripping ? "sends replies octet by octet" : "answers late"}: ${
      seconds(wholeMillis)
    } for ${command.split(" ")[0] ?? "a command"}`,
    text: `Slow in ${slow.map(({ id, pace }) => `${id} (${seconds(pace.wholeMillis)})`).join(", ")}. ${
      isDripping
        ? "That is what a tarpit does to those it takes for senders of spam."
        : "Exchange delays by 5 s on purpose what it does not like (TarpitInterval), Postfix by smtpd_error_sleep_time after errors; else a look-up behind the server hangs."
    } RFC 5321 section 4.5.3.2 grants most replies 5 minutes; many programs wait less.`,
    actor: "mail-admin",
    remedies: [
      { kind: "look", text: "Is it slow from other addresses, too? The log of the server shows what it waits for." },
      {
        kind: "change",
        text: "Take the client off the tarpit, or repair what the server looks up.",
        scope: "the server"
      }
    ]
  }]
}

/**
 * What is found of every service whose connection stood.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ofService = (phases: ReadonlyArray<PhaseReport>, place: Place): ReadonlyArray<Finding> => [
  ...families(phases, place),
  ...greeting(phases, place),
  ...replies(phases, place)
]
