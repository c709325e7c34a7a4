/**
 * What the peer tests share: real servers, the engine on the real network, and the few words in which a diagnosis is
 * compared.
 */
import { describe } from "@effect/vitest"
import * as Reply from "@sonde/domain/Reply"
import * as NodeJournalStore from "@sonde/platform-node/NodeJournalStore"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import { type Check, type Report, Sonde } from "@sonde/sonde"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const problem = MailHost.problem()
if (problem !== undefined) console.error(`SKIPPED: nothing here was tried with a real mail server, because ${problem}`)

/** A group of tests that needs the real servers; without them all of it is skipped and says why. */
export const suite = (name: string, tests: () => void): void => {
  describe.skipIf(problem !== undefined)(problem === undefined ? name : `${name} (${problem})`, tests)
}

/** The servers of this file. */
export class Host extends Context.Service<Host, MailHost.MailHost>()("@sonde/sonde/test/peer/Host") {
  static readonly layer = Layer.effect(Host, MailHost.make)
}

const journal = Layer.unwrap(Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-state-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => NodeJournalStore.layer({ folder })
))

/** Servers, engine, network and journal. */
export const live = Layer.merge(
  Host.layer,
  Sonde.layerJournaled.pipe(Layer.provide(Layer.merge(NodeNet.layer, journal)))
)

/** A port of the host, by name or number. */
export type Door = MailHost.DoorName | "dovecot" | number

/** What alice signs in with. */
export const password = Redacted.make(MailHost.passwords["alice@example.test"])

/** The check of alice's mailbox at a port: STARTTLS, the test authority trusted, no more. */
export const at = (host: MailHost.MailHost, door: Door, options: Partial<Check> = {}): Check => {
  const port = typeof door === "number" ? door : host.ports[door]
  return {
    target: "alice@example.test",
    host: MailHost.names.host,
    port,
    security: "starttls",
    connectTo: [`${MailHost.names.host}:${port}:127.0.0.1:${port}`],
    ca: host.ca,
    timeout: "5s",
    ...options
  }
}

/** A diagnosis in short. `auths` counts the AUTH commands that were sent. */
export interface Seen {
  readonly outcome: Report["outcome"]
  readonly exitCode: number
  readonly phase?: string
  readonly error?: string
  readonly cause?: string
  readonly auths: number
}

/** The first failure of a report and the first verdict, as `phase`, `Tag` or `Tag Reason`, and `cause`. */
export const seen = (report: Report): Seen => {
  const failed = report.services.flatMap(({ phases }) => phases).find(({ error }) => error !== undefined)
  const error = failed?.error
  const cause = report.verdicts[0]?.cause
  return {
    outcome: report.outcome,
    exitCode: report.exitCode,
    ...(failed === undefined ? {} : { phase: failed.id }),
    ...(error === undefined ? {} : { error: "reason" in error ? `${error._tag} ${error.reason}` : error._tag }),
    ...(cause === undefined ? {} : { cause }),
    auths: report.transcript.filter(({ dir, text }) => dir === ">" && text.startsWith("AUTH ")).length
  }
}

/** The refusal that a phase met, in one line. */
export const refusalOf = (report: Report, phase: string): string | undefined => {
  const error = report.services.flatMap(({ phases }) => phases).find(({ id }) => id === phase)?.error
  return error === undefined || !("reply" in error) || error.reply === undefined ? undefined : Reply.format(error.reply)
}

/** A check that went well after one sign-in. */
export const passed: Seen = { outcome: "pass", exitCode: 0, auths: 1 }

/** What a check gave, and what Postfix counted meanwhile in the connections to that port. */
export const diagnose = Effect.fnUntraced(
  function*(door: Door, options: Partial<Check>, connections: number) {
    const host = yield* Host
    const sonde = yield* Sonde
    const counted = (count: number) =>
      typeof door === "number" || door === "dovecot"
        ? Effect.succeed<ReadonlyArray<string>>([])
        : Effect.promise(() => host.sessions(door, count))
    const before = (yield* counted(0)).length
    const report = yield* sonde.check(at(host, door, options))
    const sessions = (yield* counted(before + connections)).slice(before)
    return { report, sessions }
  }
)
