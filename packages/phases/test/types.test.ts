/**
 * The error channel of each phase is its row of the contract, in both directions.
 *
 * The table is written out here and not computed from the one in `domain`. The compiler holds the types to it when the
 * tests are type-checked; the test below holds the values to it.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import { PhaseId } from "@sonde/domain/Service"
import type { Authenticate } from "@sonde/phases/Authenticate"
import type { Capabilities } from "@sonde/phases/Capabilities"
import type { Claims } from "@sonde/phases/Claims"
import type { Connect } from "@sonde/phases/Connect"
import type { Ehlo } from "@sonde/phases/Ehlo"
import type { Find, FindFailure } from "@sonde/phases/Find"
import type { GraphMailbox } from "@sonde/phases/GraphMailbox"
import type { GraphSend } from "@sonde/phases/GraphSend"
import type { Greeting } from "@sonde/phases/Greeting"
import type { List } from "@sonde/phases/List"
import type { Logout } from "@sonde/phases/Logout"
import type { MailFrom } from "@sonde/phases/MailFrom"
import type { Metadata } from "@sonde/phases/Metadata"
import type * as Posture from "@sonde/phases/Posture"
import type { Quit } from "@sonde/phases/Quit"
import type { RcptTo } from "@sonde/phases/RcptTo"
import type { Resolve } from "@sonde/phases/Resolve"
import type { Select } from "@sonde/phases/Select"
import type { SendData } from "@sonde/phases/SendData"
import type { StartTls } from "@sonde/phases/StartTls"
import type { Stat } from "@sonde/phases/Stat"
import type { Tls } from "@sonde/phases/Tls"
import type { Token } from "@sonde/phases/Token"
import type * as Effect from "effect/Effect"

const anywhere = ["ProtocolError", "Throttled", "TemporaryFailure"] as const
const inSession = [...anywhere, "ConnectionLost", "PhaseTimeout"] as const

const inRequest = ["ResolveError", "ConnectError", "TlsError", ...inSession] as const

const contract = {
  resolve: ["ResolveError", ...anywhere],
  connect: ["ConnectError", ...anywhere],
  greeting: ["GreetingError", "ConnectionLost", ...anywhere],
  ehlo: inSession,
  capability: inSession,
  starttls: ["StartTlsError", ...inSession],
  tls: ["TlsError", ...inSession],
  versions: anywhere,
  auth: ["AuthUnavailable", "AuthRejected", ...inSession],
  mail: ["SendAsDenied", "SenderRejected", ...inSession],
  rcpt: ["SendAsDenied", "RecipientRejected", ...inSession],
  data: [
    "SendAsDenied",
    "SenderRejected",
    "RecipientRejected",
    "MessageRejected",
    "DeliveryInDoubt",
    ...inSession
  ],
  select: ["MailboxUnavailable", ...inSession],
  stat: ["MailboxUnavailable", ...inSession],
  list: ["MailboxUnavailable", ...inSession],
  logout: inSession,
  quit: inSession,
  metadata: inRequest,
  token: ["TokenRejected", ...inRequest],
  claims: ["TokenRejected", ...anywhere],
  mailbox: ["MailboxUnavailable", "ApiError", ...inRequest],
  send: [
    "SendAsDenied",
    "SenderRejected",
    "RecipientRejected",
    "MessageRejected",
    "DeliveryInDoubt",
    "ApiError",
    ...inRequest
  ],
  find: ["MailboxUnavailable", "ApiError", ...inRequest],
  // What is not answered here is a fact, so these phases have no error.
  mx: [],
  spf: [],
  dkim: [],
  dmarc: [],
  "mta-sts": [],
  "tls-rpt": [],
  dane: [],
  bimi: [],
  bulk: []
} as const satisfies Record<PhaseId, ReadonlyArray<Errors.ErrorTag>>

type Row<P extends PhaseId> = InstanceType<typeof Errors.errors[typeof contract[P][number]]>

/** Whether two unions have the same members. */
type Equal<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false

type ErrorOfService<S extends { readonly run: (...input: never) => unknown }> = ReturnType<S["run"]> extends
  Effect.Effect<infer _A, infer E, infer _R> ? E : never

declare const sendData: SendData["Service"]
declare const graphSend: GraphSend["Service"]
type GraphSendError = ReturnType<typeof graphSend.run<never>> extends Effect.Effect<infer _A, infer E> ? E : never
declare const find: Find["Service"]
type FindError = ReturnType<typeof find.run<FindFailure>> extends Effect.Effect<infer _A, infer E> ? E : never
type SendDataError = ReturnType<typeof sendData.run<never>> extends Effect.Effect<infer _A, infer E> ? E : never

/** What each service declares against its row. */
const services: {
  readonly resolve: Equal<ErrorOfService<Resolve["Service"]>, Row<"resolve">>
  readonly connect: Equal<ErrorOfService<Connect["Service"]>, Row<"connect">>
  readonly greeting: Equal<ErrorOfService<Greeting["Service"]>, Row<"greeting">>
  readonly ehlo: Equal<ErrorOfService<Ehlo["Service"]>, Row<"ehlo">>
  readonly starttls: Equal<ErrorOfService<StartTls["Service"]>, Row<"starttls">>
  readonly tls: Equal<ErrorOfService<Tls["Service"]>, Row<"tls">>
  readonly auth: Equal<ErrorOfService<Authenticate["Service"]>, Row<"auth">>
  readonly mail: Equal<ErrorOfService<MailFrom["Service"]>, Row<"mail">>
  readonly rcpt: Equal<ErrorOfService<RcptTo["Service"]>, Row<"rcpt">>
  readonly data: Equal<SendDataError, Row<"data">>
  readonly quit: Equal<ErrorOfService<Quit["Service"]>, Row<"quit">>
  readonly capability: Equal<ErrorOfService<Capabilities["Service"]>, Row<"capability">>
  readonly select: Equal<ErrorOfService<Select["Service"]>, Row<"select">>
  readonly stat: Equal<ErrorOfService<Stat["Service"]>, Row<"stat">>
  readonly list: Equal<ErrorOfService<List["Service"]>, Row<"list">>
  readonly logout: Equal<ErrorOfService<Logout["Service"]>, Row<"logout">>
  readonly metadata: Equal<ErrorOfService<Metadata["Service"]>, Row<"metadata">>
  readonly token: Equal<ErrorOfService<Token["Service"]>, Row<"token">>
  readonly claims: Equal<ErrorOfService<Claims["Service"]>, Row<"claims">>
  readonly mailbox: Equal<ErrorOfService<GraphMailbox["Service"]>, Row<"mailbox">>
  readonly send: Equal<GraphSendError, Row<"send">>
  readonly find: Equal<FindError, Row<"find">>
  readonly mx: Equal<ErrorOfService<Posture.MxPolicy["Service"]>, Row<"mx">>
  readonly spf: Equal<ErrorOfService<Posture.SpfPolicy["Service"]>, Row<"spf">>
  readonly dkim: Equal<ErrorOfService<Posture.DkimPolicy["Service"]>, Row<"dkim">>
  readonly dmarc: Equal<ErrorOfService<Posture.DmarcPolicy["Service"]>, Row<"dmarc">>
  readonly "mta-sts": Equal<ErrorOfService<Posture.MtaStsPolicy["Service"]>, Row<"mta-sts">>
  readonly "tls-rpt": Equal<ErrorOfService<Posture.TlsRptPolicy["Service"]>, Row<"tls-rpt">>
  readonly dane: Equal<ErrorOfService<Posture.DanePolicy["Service"]>, Row<"dane">>
  readonly bimi: Equal<ErrorOfService<Posture.BimiPolicy["Service"]>, Row<"bimi">>
  readonly bulk: Equal<ErrorOfService<Posture.BulkPolicy["Service"]>, Row<"bulk">>
} = {
  resolve: true,
  connect: true,
  greeting: true,
  ehlo: true,
  starttls: true,
  tls: true,
  auth: true,
  mail: true,
  rcpt: true,
  data: true,
  quit: true,
  capability: true,
  select: true,
  stat: true,
  list: true,
  logout: true,
  metadata: true,
  token: true,
  claims: true,
  mailbox: true,
  send: true,
  find: true,
  mx: true,
  spf: true,
  dkim: true,
  dmarc: true,
  "mta-sts": true,
  "tls-rpt": true,
  dane: true,
  bimi: true,
  bulk: true
}

/** What `ErrorOf` computes against each row. */
const computed: { readonly [P in PhaseId]: Equal<Errors.ErrorOf<P>, Row<P>> } = {
  resolve: true,
  connect: true,
  greeting: true,
  ehlo: true,
  capability: true,
  starttls: true,
  tls: true,
  versions: true,
  auth: true,
  mail: true,
  rcpt: true,
  data: true,
  select: true,
  stat: true,
  list: true,
  logout: true,
  quit: true,
  metadata: true,
  token: true,
  claims: true,
  mailbox: true,
  send: true,
  find: true,
  mx: true,
  spf: true,
  dkim: true,
  dmarc: true,
  "mta-sts": true,
  "tls-rpt": true,
  dane: true,
  bimi: true,
  bulk: true
}

// The comparison itself: one member more or less, on either side, is unequal.
const unequal: {
  readonly more: Equal<Errors.ErrorOf<"quit"> | Errors.TlsError, Row<"quit">>
  readonly less: Equal<Exclude<Errors.ErrorOf<"auth">, Errors.AuthRejected>, Row<"auth">>
  readonly never: Equal<never, Row<"quit">>
} = { more: false, less: false, never: false }

describe("the contract", () => {
  it.each(PhaseId.literals.map((phase) => [phase]))("allows in %s the errors of its row and no others", (phase) => {
    const row: ReadonlyArray<string> = contract[phase]
    const tags = Errors.PhaseError.members.map((member) => member.fields._tag.schema.literal)
    assert.deepStrictEqual(
      tags.filter((tag) => Errors.isErrorOf(phase, tag)).sort(),
      [...row].sort()
    )
  })

  it("has a row for each phase that the compiler compared", () => {
    assert.deepStrictEqual(Object.keys(computed).sort(), [...PhaseId.literals].sort())
    assert.isTrue(Object.keys(services).every((phase) => phase in contract))
    assert.isFalse(Object.values(unequal).includes(true as never))
  })
})
