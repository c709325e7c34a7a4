#!/usr/bin/env node
/** The entry: answers `--version` by itself, and loads the rest for everything else. */
import { version } from "./Version.ts"

const argv = process.argv.slice(2)
if (argv.length === 1 && argv[0] === "--version") {
  process.stdout.write(`sonde v${version}\n`)
} else {
  const { main } = await import("./Main.ts")
  main(argv)
}
