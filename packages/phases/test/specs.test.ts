/** The specifications say what the phases do: their facts and failures are those that the code has and the tests show. */
import { assert, describe, it } from "@effect/vitest"
import { TlsReason } from "@sonde/domain/Certificate"
import * as Errors from "@sonde/domain/Errors"
import * as Facts from "@sonde/domain/Facts"
import { FindFacts } from "@sonde/domain/FindFacts"
import * as GraphFacts from "@sonde/domain/GraphFacts"
import type { PhaseId } from "@sonde/domain/Service"
import * as TlsSurvey from "@sonde/domain/TlsSurvey"
import * as TokenFacts from "@sonde/domain/TokenFacts"
import * as Authenticate from "@sonde/phases/Authenticate"
import * as Capabilities from "@sonde/phases/Capabilities"
import * as Claims from "@sonde/phases/Claims"
import * as Connect from "@sonde/phases/Connect"
import * as Ehlo from "@sonde/phases/Ehlo"
import * as Find from "@sonde/phases/Find"
import * as GraphMailbox from "@sonde/phases/GraphMailbox"
import * as GraphSend from "@sonde/phases/GraphSend"
import * as Greeting from "@sonde/phases/Greeting"
import * as List from "@sonde/phases/List"
import * as Logout from "@sonde/phases/Logout"
import * as MailFrom from "@sonde/phases/MailFrom"
import * as Metadata from "@sonde/phases/Metadata"
import type { ResumeRule } from "@sonde/phases/Phase"
import * as Posture from "@sonde/phases/Posture"
import * as Quit from "@sonde/phases/Quit"
import * as RcptTo from "@sonde/phases/RcptTo"
import * as Resolve from "@sonde/phases/Resolve"
import * as Select from "@sonde/phases/Select"
import * as SendData from "@sonde/phases/SendData"
import * as StartTls from "@sonde/phases/StartTls"
import * as Stat from "@sonde/phases/Stat"
import * as Tls from "@sonde/phases/Tls"
import * as Token from "@sonde/phases/Token"
import * as Versions from "@sonde/phases/Versions"
import { readdirSync, readFileSync } from "node:fs"
import { hostile } from "./hostile.ts"
import { places } from "./places.ts"
import * as Reading from "./reading.ts"
import { failures } from "./scenarios.ts"

const folder = new URL("../specs/", import.meta.url)
const sections = ["Objective", "Inputs", "Steps", "Facts", "Failures", "Resume rule", "Depends on", "References"]

const read = (phase: string): ReadonlyMap<string, string> => {
  const text = readFileSync(new URL(`${phase}.md`, folder), "utf8")
  const parts = text.split(/^## (.+)$/m)
  assert.strictEqual(parts[0]?.trim(), `# ${phase}`)
  return new Map(parts.slice(1).flatMap((name, index) => index % 2 === 0 ? [[name, parts[index + 2] ?? ""]] : []))
}

/** The cells of the table of a section, without its head. */
const rows = (section: string): ReadonlyArray<ReadonlyArray<string>> =>
  section.split("\n").filter((line) => line.startsWith("|")).slice(2).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  )
const words = (cell: string | undefined): ReadonlyArray<string> =>
  [...(cell ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "")

const phases: ReadonlyArray<{
  readonly facts: { readonly fields: object }
  readonly definition: { readonly id: PhaseId; readonly resume: ResumeRule }
}> = [
  { facts: Facts.ResolveFacts, definition: Resolve.definition },
  { facts: Facts.ConnectFacts, definition: Connect.definition },
  { facts: Facts.GreetingFacts, definition: Greeting.definition },
  { facts: Facts.EhloFacts, definition: Ehlo.definition },
  { facts: Facts.StartTlsFacts, definition: StartTls.definition },
  { facts: Facts.TlsFacts, definition: Tls.definition },
  { facts: TlsSurvey.VersionsFacts, definition: Versions.definition },
  { facts: Facts.AuthFacts, definition: Authenticate.definition },
  { facts: Facts.MailFacts, definition: MailFrom.definition },
  { facts: Facts.RcptFacts, definition: RcptTo.definition },
  { facts: Facts.DataFacts, definition: SendData.definition },
  { facts: Facts.QuitFacts, definition: Quit.definition },
  { facts: Facts.CapabilityFacts, definition: Capabilities.definition },
  { facts: Facts.SelectFacts, definition: Select.definition },
  { facts: Facts.StatFacts, definition: Stat.definition },
  { facts: Facts.ListFacts, definition: List.definition },
  { facts: Facts.LogoutFacts, definition: Logout.definition },
  { facts: TokenFacts.MetadataFacts, definition: Metadata.definition },
  { facts: TokenFacts.TokenFacts, definition: Token.definition },
  { facts: TokenFacts.ClaimsFacts, definition: Claims.definition },
  { facts: GraphFacts.MailboxFacts, definition: GraphMailbox.definition },
  { facts: GraphFacts.SendFacts, definition: GraphSend.definition },
  { facts: FindFacts, definition: Find.definition },
  ...Object.values(Posture.definitions).map((definition) => ({
    facts: definition.facts as unknown as { readonly fields: object },
    definition
  }))
]

// What `network.test.ts`, `codes.test.ts`, `Claims.test.ts`, `Token.test.ts`, `Find.test.ts` and `Graph*.test.ts` show besides the scenarios.
const requests = [
  "ResolveError NoSuchName",
  "ConnectError Refused",
  "TlsError CertificateExpired",
  "ConnectionLost Closed",
  "PhaseTimeout",
  "ProtocolError UnexpectedReply",
  "ProtocolError ReplyTooLong",
  "Throttled",
  "TemporaryFailure"
]
const elsewhere: Readonly<Record<string, ReadonlyArray<string>>> = {
  resolve: [
    ...["NoSuchName", "NoRecords", "ServerFailure", "Refused", "Timeout", "Unreachable", "Untrusted", "BadName"].map((
      reason
    ) => `ResolveError ${reason}`),
    "ProtocolError MalformedReply"
  ],
  connect: [
    "Refused",
    "Timeout",
    "Unreachable",
    "Reset",
    "AddressDenied",
    "ProxyUnreachable",
    "ProxyAuth",
    "ProxyDenied",
    "ProxyBroken"
  ].map((reason) => `ConnectError ${reason}`),
  tls: [
    ...TlsReason.literals.map((reason) => `TlsError ${reason}`),
    "ProtocolError Injection"
  ],
  data: ["SenderRejected", "RecipientRejected"],
  // What `reading.test.ts` shows by a session.
  greeting: ["ProtocolError PreAuth"],
  stat: ["ProtocolError UnexpectedData"],
  metadata: [...requests, "ProtocolError MalformedReply"],
  token: [...requests, "TokenRejected"],
  claims: ["TokenRejected"],
  mailbox: [...requests, "MailboxUnavailable", "ApiError"],
  find: [...requests, "ProtocolError MalformedReply", "MailboxUnavailable", "ApiError"],
  send: [
    ...requests,
    "SendAsDenied",
    "SenderRejected",
    "RecipientRejected",
    "MessageRejected",
    "ApiError",
    "DeliveryInDoubt"
  ]
}

const shown = (phase: PhaseId): ReadonlySet<string> => {
  const place = places.find((candidate) => candidate.phase === phase)
  return new Set([
    ...failures.filter((failure) => failure.phase === phase).map(({ error }) => error),
    ...(elsewhere[phase] ?? []),
    ...Reading.shown(phase),
    ...(place === undefined ? [] : [
      "Throttled",
      ...hostile.map(({ atGreeting, error }) => phase === "greeting" ? atGreeting ?? error : error)
    ])
  ])
}

describe.each(phases)("specs/$definition.id.md", ({ definition, facts }) => {
  const spec = read(definition.id)

  it("has the sections of a specification in their order", () => {
    assert.deepStrictEqual([...spec.keys()], sections)
    for (const [name, text] of spec) assert.isNotEmpty(text.trim(), name)
  })

  it("numbers its steps", () => {
    const steps = (spec.get("Steps") ?? "").trim().split("\n")
    steps.forEach((step, index) => assert.isTrue(step.startsWith(`${index + 1}. `), step))
  })

  it("names every fact and no other", () => {
    const named = rows(spec.get("Facts") ?? "").flatMap(([field]) => words(field))
    assert.deepStrictEqual(named, Object.keys(facts.fields))
  })

  it("names every failure that the tests show, and no other", () => {
    const named = rows(spec.get("Failures") ?? "").flatMap(([error, reason]) => {
      const [tag = ""] = words(error)
      const reasons = words(reason)
      return reasons.length === 0 ? [tag] : reasons.map((word) => `${tag} ${word}`)
    })
    assert.deepStrictEqual([...named].sort(), [...shown(definition.id)].sort())
    assert.strictEqual(new Set(named).size, named.length, "a row stands twice")
  })

  it("calls temporary what is inconclusive", () => {
    for (const [error, reason, , temporary] of rows(spec.get("Failures") ?? "")) {
      const [tag] = words(error)
      const expected = tag === "Throttled" || tag === "TemporaryFailure" || tag === "PhaseTimeout" ||
        (tag === "ResolveError" && ["ServerFailure", "Timeout"].includes(words(reason)[0] ?? ""))
      if (tag !== "DeliveryInDoubt") assert.strictEqual(temporary, expected ? "yes" : "no", `${error} ${reason}`)
      assert.isTrue(tag !== undefined && Object.hasOwn(Errors.errors, tag))
    }
  })

  it("tells the resume rule of the definition", () => {
    const text = spec.get("Resume rule") ?? ""
    assert.isTrue(text.trim().startsWith(`\`${definition.resume.rule}\`:`))
    if (definition.resume.rule === "restore") {
      assert.include(text, `${definition.resume.freshMillis.toLocaleString("en")} ms`)
    }
  })
})

describe("specs", () => {
  it("has one file for each phase", () => {
    assert.deepStrictEqual(
      readdirSync(folder).sort(),
      phases.map(({ definition }) => `${definition.id}.md`).sort()
    )
  })
})
