/**
 * Runs Exchange cmdlets against the state of the simulator: an administrator's session.
 *
 * A script is read whole before anything of it is done; it then runs from the top and stops at the first error. A session
 * manages every work organisation of the world until Connect-ExchangeOnline names one; personal accounts are never
 * managed. Confirmations are taken as given.
 *
 * @since 0.1.0
 */
import type { Row, Session } from "./AdminSession.ts"
import * as AzureCli from "./AzureCli.ts"
import { bind, type Parameters } from "./Binding.ts"
import * as Catalogue from "./Catalogue.ts"
import { effects } from "./Effects.ts"
import { format, formatters } from "./Output.ts"
import { CmdletError, type Command, fromScript, type Pipeline } from "./PowerShell.ts"

const fail = (text: string): never => {
  throw new CmdletError({ text })
}

const unknownCommand = (name: string): never =>
  fail(
    `The term '${name}' is not recognized as a name of a cmdlet, function, script file, or executable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.`
  )

type Step =
  | { readonly kind: "cmdlet"; readonly cmdlet: Catalogue.Cmdlet; readonly command: Command }
  | { readonly kind: "format"; readonly name: string; readonly command: Command }

const stepOf = (command: Command, first: boolean): Step => {
  if (AzureCli.isAzure(command)) fail("Output of az is text: it stands alone in its line here, without a pipe.")
  const cmdlet = Catalogue.find(command.name)
  if (cmdlet !== undefined) return { kind: "cmdlet", cmdlet, command }
  const name = formatters[command.name.toLowerCase()]
  if (name === undefined) return unknownCommand(command.name)
  if (first) fail(`${command.name} has no input here: put a Get- cmdlet and a pipe in front of it.`)
  return { kind: "format", name, command }
}

const execute = (session: Session, cmdlet: Catalogue.Cmdlet, parameters: Parameters): ReadonlyArray<Row> => {
  if (parameters.get("WhatIf") === true) {
    session.warnings.push(`What if: ${cmdlet.name} changed nothing.`)
    return []
  }
  const effect = effects[cmdlet.name]
  if (effect !== undefined) return effect(session, parameters) ?? []
  session.warnings.push(
    `WARNING: ${cmdlet.name} is a cmdlet of Exchange Online, but this simulated organisation has nothing for it to act on. Nothing was changed.`
  )
  return []
}

/** The one command of a line that is not PowerShell's. */
const azureOf = ([command, ...more]: Pipeline): Command | undefined =>
  command !== undefined && more.length === 0 && AzureCli.isAzure(command) ? command : undefined

const runPipeline = (session: Session, pipeline: Pipeline): string => {
  const azure = azureOf(pipeline)
  if (azure !== undefined) return AzureCli.run(session, azure)
  const steps = pipeline.map((command, n) => stepOf(command, n === 0))
  let rows: ReadonlyArray<Row> = []
  let text: string | undefined
  for (const [n, step] of steps.entries()) {
    if (step.kind === "format") {
      const formatted = format(step.name, step.command, rows)
      if (typeof formatted === "string") text = formatted
      else rows = formatted
    } else if (n === 0) rows = execute(session, step.cmdlet, bind(step.cmdlet, step.command, undefined))
    else {
      rows = rows.flatMap((row) => {
        const identity = row["Identity"]
        return execute(
          session,
          step.cmdlet,
          bind(step.cmdlet, step.command, typeof identity === "string" ? identity : undefined)
        )
      })
    }
  }
  return text ?? (rows.length === 0 ? "" : String(format("list", { name: "", arguments: [] }, rows)))
}

/**
 * Runs a script and gives what it printed; setters print nothing, as in Exchange. Throws `CmdletError` with the text of
 * the first error; what came before it stays done.
 *
 * @category running
 * @since 0.1.0
 */
export const run = (session: Session, script: string): string => {
  const pipelines = fromScript(script)
  session.warnings.length = 0
  for (const pipeline of pipelines) {
    if (azureOf(pipeline) !== undefined) continue
    for (const [n, command] of pipeline.entries()) stepOf(command, n === 0)
  }
  let output = ""
  for (const pipeline of pipelines) {
    output += runPipeline(session, pipeline)
    for (const warning of session.warnings.splice(0)) output += `${warning}\n`
  }
  return output
}
