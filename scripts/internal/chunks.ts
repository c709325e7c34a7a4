/**
 * Which modules of the command stand together in one file of its bundle. Each file that is read at the start costs half a millisecond,
 * and by itself a bundler makes one of every few modules that two commands share.
 *
 * Files are for what a command loads in any case: `main` for every command, `packs` and `session` for one that checks, `tls` for a
 * handshake. What only `explain` and `packs` need of the second is apart from the third.
 */
import { at } from "./workspace.ts"

/** What the bundler knows of a module. */
type Lookup = (id: string) => { readonly importedIds: ReadonlyArray<string> } | null

/** Modules that are not bundled with the rest, since the quickest commands need nothing else. */
const quickest = ["packages/cli/src/bin.ts"]

const main = ["packages/cli/src/Main.ts"]

const knowing = ["packages/cli/src/run/explain.ts", "packages/cli/src/run/packs/packs.ts"]

/** What `sonde check` imports, and what it loads in any case while it runs. */
const checking = [
  "packages/cli/src/run/check.ts",
  "packages/cli/src/Interaction.ts",
  "packages/sonde/src/index.ts",
  "packages/platform-node/src/NodeNet.ts",
  "packages/platform-node/src/NodeJournalStore.ts",
  "packages/packs/src/Packs.ts",
  "packages/phases/src/Phases.ts"
]

const handshake = ["packages/platform-node/src/NodeTls.ts"]

/** Everything that is loaded with these modules. */
const closure = (paths: ReadonlyArray<string>, lookup: Lookup): ReadonlySet<string> => {
  const found = new Set<string>()
  const left = paths.map(at)
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    const module = found.has(id) ? null : lookup(id)
    if (module === null) continue
    found.add(id)
    left.push(...module.importedIds)
  }
  return found
}

/** Gives the name of the file for a module of the bundle, `null` where the bundler decides. */
export const chunkOf = (): (id: string, lookup: Lookup) => string | null => {
  let names: Map<string, string | null> | undefined
  const make = (lookup: Lookup): Map<string, string | null> => {
    const knowledge = closure(knowing, lookup)
    const session = closure(checking, lookup)
    const groups = [
      [null, closure(quickest, lookup)],
      ["main", closure(main, lookup)],
      ["packs", [...session].filter((id) => knowledge.has(id))],
      ["session", session],
      ["tls", closure(handshake, lookup)]
    ] as const
    // The first group that a module is in counts.
    return new Map(groups.toReversed().flatMap(([name, ids]) => [...ids].map((id) => [id, name] as const)))
  }
  return (id, lookup) => (names ??= make(lookup)).get(id) ?? null
}
