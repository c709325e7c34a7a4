#!/usr/bin/env node
/**
 * The entry: answers `--version` by itself, runs a plain `explain` without the command tree, and loads the tree for
 * everything else.
 */
import * as Quick from "./Quick.ts"
import { version } from "./Version.ts"

const argv = process.argv.slice(2)
const input = argv[0] === "explain" ? Quick.explain(argv.slice(1)) : undefined
if (argv.length === 1 && argv[0] === "--version") {
  process.stdout.write(`sonde v${version}\n`)
} else if (input !== undefined) {
  const { explain } = await import("./run/quick.ts")
  explain(input)
} else {
  const { main } = await import("./Main.ts")
  main(argv)
}
