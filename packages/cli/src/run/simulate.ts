/** `sonde simulate`. */
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as GmailWorld from "@sonde/simulator/GmailWorld"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import { createInterface } from "node:readline"
import { Failure, missing, usage } from "../Failure.ts"
import * as Files from "../Files.ts"
import { json, quoted } from "../Print.ts"
import { note, Screen } from "../Screen.ts"

/** What `sonde simulate` was given. */
export interface Input {
  readonly pack: string
  readonly port: string | undefined
  readonly world: string | undefined
  readonly json: boolean
}

/** Packs that have a simulator, by id and aliases. */
const simulated = new Set(["microsoft-365", "m365", "office365", "office-365", "exchange-online"])
const gmail = new Set(["gmail", "google", "google-workspace"])

const read = <A>(path: string, fromText: (text: string) => Effect.Effect<A, World.WorldInvalid>) =>
  Effect.flatMap(Files.text("--world", path), (source) =>
    fromText(source).pipe(
      Effect.mapError((error) => missing(`--world: ${quoted(path)}: ${error.message.replaceAll("\n", " ")}`))
    ))

/** The world of a file. */
export const worldOf = (path: string) => read(path, World.fromText)

/** A port that cannot be had ends with 69, files that cannot be written with 74. */
const failed = Effect.mapError((error: Simulator.SimulatorError) =>
  new Failure({
    exitCode: error.reason === "Files" ? 74 : error.reason === "WorldInvalid" ? 66 : 69,
    problem: error.message
  })
)

/** Starts the simulator of Microsoft 365. */
export const start = (options: Simulator.Options) => Simulator.start(options).pipe(failed)

const cmdlets = Effect.fnUntraced(function*(running: Simulator.Running) {
  const screen = yield* Screen
  const reader = createInterface({ input: process.stdin, terminal: false })
  yield* Effect.addFinalizer(() => Effect.sync(() => reader.close()))
  const lines = reader[Symbol.asyncIterator]()
  let script = ""
  while (true) {
    const next = yield* Effect.promise(() => lines.next())
    if (next.done === true) return
    script += next.value
    // As in PowerShell, a backtick or a pipe sign at the end continues on the next line.
    if (/(?:\s`|\|)\s*$/.test(next.value)) {
      script = script.replace(/`\s*$/, " ")
      continue
    }
    if (script.trim() !== "") {
      const { ok, text } = running.execute(script)
      yield* ok ? screen.out(text) : screen.err(text)
    }
    script = ""
  }
})

interface Reading {
  readonly host: string
  readonly port: number
}

const readers = ({ imap, pop3 }: { readonly imap: Reading; readonly pop3: Reading }): string =>
  `IMAP and POP3          ${imap.host}:${imap.port} and ${pop3.host}:${pop3.port}\n`

const described = (running: Simulator.Running): string => {
  const { announcement } = running
  const width = Math.max(...announcement.mailboxes.map(({ address }) => address.length))
  return `Microsoft 365, simulated on ${announcement.smtp.host}:${announcement.smtp.port}\n`
    + `${
      readers(announcement)
    }sign-in and Graph      https on ${announcement.http.host}:${announcement.http.port}, told apart by host name\n`
    + `certificate authority  ${announcement.ca}\n`
    + `administrator          ${announcement.admin}\n\n`
    + announcement.mailboxes.map((mailbox) => `  ${mailbox.address.padEnd(width)}  ${mailbox.behaviour}\n`).join("")
    + "\nTry: PW=... sonde check MAILBOX --provider microsoft-365 --secret env:PW \\\n"
    + `  --ca ${announcement.ca} --connect-to ${announcement.connectTo[0] ?? ""}\n`
    + "Type Exchange cmdlets here to change the tenant; Ctrl-C stops.\n"
}

const describedGmail = ({ announcement }: GmailSimulator.Running): string => {
  const width = Math.max(...announcement.mailboxes.map(({ address }) => address.length))
  return `Gmail, simulated on ${announcement.smtp.host}:${announcement.smtp.port}\n`
    + `${readers(announcement)}certificate authority  ${announcement.ca}\n`
    + `counters               ${announcement.admin}\n\n`
    + announcement.mailboxes.map((mailbox) => `  ${mailbox.address.padEnd(width)}  ${mailbox.behaviour}\n`).join("")
    + "\nTry: PW=... sonde check MAILBOX --provider gmail --secret env:PW \\\n"
    + `  --ca ${announcement.ca} --connect-to ${announcement.connectTo[0] ?? ""}\n`
    + "Ctrl-C stops.\n"
}

const runGmail = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const world = input.world === undefined ? undefined : yield* read(input.world, GmailWorld.fromText)
  return yield* Effect.scoped(Effect.gen(function*() {
    const running = yield* GmailSimulator.start({
      ...(world === undefined ? {} : { world }),
      ...(input.port === undefined ? {} : { port: Number(input.port) })
    }).pipe(failed)
    yield* screen.signalsExit(0)
    yield* screen.out(input.json ? json(running.announcement, false) : describedGmail(running))
    return yield* Effect.never
  }))
})

/** Runs until a signal, which ends with 0. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const isGmail = gmail.has(input.pack.toLowerCase())
  if (!isGmail && !simulated.has(input.pack.toLowerCase())) {
    return yield* usage(`there is no simulator for ${quoted(input.pack)}`, "there are microsoft-365 and gmail")
  }
  if (input.port !== undefined && !(/^\d{1,5}$/.test(input.port) && Number(input.port) <= 65535)) {
    return yield* usage(`--port takes a number from 0 to 65535, not ${quoted(input.port)}`)
  }
  if (isGmail) return yield* runGmail(input)
  const world = input.world === undefined ? undefined : yield* worldOf(input.world)
  return yield* Effect.scoped(Effect.gen(function*() {
    const running = yield* start({
      ...(world === undefined ? {} : { world }),
      ...(input.port === undefined ? {} : { port: Number(input.port) })
    })
    yield* screen.signalsExit(0)
    yield* screen.out(input.json ? json(running.announcement, false) : described(running))
    yield* cmdlets(running)
    if (!screen.stdin.isTerminal) yield* note("standard input has ended; running until a signal")
    return yield* Effect.never
  }))
})
