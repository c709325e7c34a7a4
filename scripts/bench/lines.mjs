/**
 * What a batch costs at least: a loop that reads lines, parses each as JSON and prints it again.
 *
 *     node lines.mjs < questions.ndjson
 */
import process from "node:process"

let rest = ""
process.stdin.setEncoding("utf8")
for await (const chunk of process.stdin) {
  const lines = (rest + chunk).split("\n")
  rest = lines.pop() ?? ""
  let out = ""
  for (const line of lines) out += `${JSON.stringify(JSON.parse(line))}\n`
  if (!process.stdout.write(out)) await new Promise((resolve) => process.stdout.once("drain", resolve))
}
