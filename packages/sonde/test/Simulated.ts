/** A simulator and diagnostics over it, for tests on loopback. */
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import type { Running } from "@sonde/simulator/Simulator"
import * as Simulator from "@sonde/simulator/Simulator"
import { type Check, Sonde } from "@sonde/sonde"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** Diagnostics over the real network of this machine, with journals in memory. */
export const layer = Sonde.layerJournaled.pipe(Layer.provideMerge(Layer.merge(NodeNet.layer, JournalStore.layerMemory)))

export type Mailbox = Running["mailboxes"][number]

/** The one mailbox of the default world with an address. */
export const mailbox = (simulator: Running, address: string): Mailbox => {
  const found = simulator.mailboxes.find((candidate) => candidate.address === address)
  if (found === undefined) throw new Error(`the default world has no ${address}`)
  return found
}

/** What a user would type for a mailbox as it was announced. */
export const asking = (simulator: Running, about: Mailbox, more: Partial<Check> = {}): Check => ({
  target: about.address,
  provider: "microsoft-365",
  connectTo: simulator.connectTo,
  ca: simulator.caPem,
  ...(about.token === undefined
    ? { secret: Redacted.make(about.secret) }
    : { token: Redacted.make(about.token) }),
  ...(about.user === undefined ? {} : { user: about.user }),
  ...(about.from === undefined ? {} : { from: about.from }),
  ...more
})

export const start = Simulator.start
