/** `sonde discover`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

const { ca, connectTo, provider, timeout } = Flags.check
const { color, exitCodes, json } = Flags.view

export const discover = Command.make("discover", {
  target: Argument.String("mailbox|domain").pipe(
    Argument.withDescription("whose settings are looked for; with a mailbox all sources can answer")
  ),
  provider,
  ...Flags.way,
  proxySecret: Flags.proxySecret,
  connectTo,
  ca,
  timeout,
  offline: Flags.toggle("offline", "ask the packs alone: nothing leaves this machine"),
  json,
  color,
  exitCodes,
  pack: Flags.places.pack,
  packs: Flags.places.packs
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/discover.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Find a mailbox's settings, all sources side by side"),
  Command.withDescription(
    "Asks every source of mail settings at once: packs, mail exchangers, SRV and SPF records, Autoconfig, the public ISPDB, Autodiscover, PACC; customary names come last. Shows what each said and how long it took, names contradictions, and says which settings follow and why. Nothing is signed in to. Ends with 68 where no source names a server, and with 75 where some could not be asked either."
  ),
  Command.withExamples([
    { command: "sonde discover person@example.com", description: "Everything there is to find" },
    { command: "sonde discover example.com --offline", description: "What the packs know" }
  ])
)
