/**
 * Binds the arguments of a command to the parameters of a cmdlet as PowerShell does: any case, unique beginnings,
 * position, types; and refuses with PowerShell's words.
 *
 * @since 0.1.0
 */
import type { Cmdlet, Kind } from "./Catalogue.ts"
import { CmdletError, type Command, type Value } from "./PowerShell.ts"

/** A bound value: text, a constant, a list of texts, or a number of octets or things (`Infinity` for "unlimited"). */
export type Bound = string | boolean | null | number | ReadonlyArray<string>

/** Parameters by their proper names. */
export type Parameters = ReadonlyMap<string, Bound>

const fail = (text: string): never => {
  throw new CmdletError({ text })
}

/** A value as text: what `[string]` makes of it. */
export const textOf = (value: Value): string => {
  switch (value.kind) {
    case "text":
      return value.text
    case "boolean":
      return value.value ? "True" : "False"
    case "null":
      return ""
    case "list":
      return value.items.map(textOf).join(" ")
    case "expression":
      return value.text.trim()
  }
}

const octetUnits: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }

/** Reads `35MB`, `35 MB (36,700,160 bytes)`, `36700160` or `unlimited` into octets. */
export const octetsOf = (text: string): number | undefined => {
  if (/^unlimited$/i.test(text)) return Number.POSITIVE_INFINITY
  const match = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB)?(?:\s*\([\d,]+ bytes\))?$/i.exec(text.trim())
  return match?.[1] === undefined
    ? undefined
    : Math.round(Number(match[1]) * (octetUnits[(match[2] ?? "B").toUpperCase()] ?? 1))
}

const transformation = (parameter: string, detail: string): never =>
  fail(`Cannot process argument transformation on parameter '${parameter}'. ${detail}`)

const booleanOf = (parameter: string, value: Value, nullable: boolean): boolean | null => {
  if (value.kind === "boolean") return value.value
  if (value.kind === "null" && nullable) return null
  if (value.kind === "text" && /^[01]$/.test(value.text)) return value.text === "1"
  return transformation(
    parameter,
    `Cannot convert value "${
      value.kind === "null" ? "" : textOf(value)
    }" to type "System.Boolean". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.`
  )
}

const listOf = (value: Value): ReadonlyArray<string> => {
  if (value.kind === "null") return []
  if (value.kind === "list") return value.items.map(textOf)
  // @("a","b") and ("a","b") are lists too; a hash table stays one text.
  if (value.kind === "expression" && value.open !== "{" && !value.text.includes("=")) {
    return value.text.split(",").map((item) => item.trim().replace(/^(['"])(.*)\1$/, "$2")).filter((item) =>
      item !== ""
    )
  }
  return [textOf(value)]
}

const convert = (parameter: string, kind: Kind, value: Value): Bound => {
  switch (kind) {
    case "boolean":
      return booleanOf(parameter, value, false)
    case "boolean?":
      return booleanOf(parameter, value, true)
    case "switch":
      return booleanOf(parameter, value, false)
    case "list":
      return listOf(value)
    case "size":
      return octetsOf(textOf(value)) ??
        transformation(
          parameter,
          `Cannot convert value "${textOf(value)}" to type "Microsoft.Exchange.Data.ByteQuantifiedSize".`
        )
    case "count": {
      const text = textOf(value)
      return /^\d{1,10}$/.test(text)
        ? Number(text)
        : transformation(
          parameter,
          `Cannot convert value "${text}" to type "System.Int32". Error: "Input string was not in a correct format."`
        )
    }
    case "text":
      if (value.kind === "list") {
        return transformation(parameter, "Cannot convert value to type System.String.")
      }
      return value.kind === "null" ? null : textOf(value)
    case "any":
      return value.kind === "null" ? null : textOf(value)
  }
}

const nameOf = (cmdlet: Cmdlet, given: string): string => {
  const wanted = given.toLowerCase()
  const names = [...cmdlet.parameters.keys()]
  const exact = names.find((name) => name.toLowerCase() === wanted)
  if (exact !== undefined) return exact
  const matches = names.filter((name) => name.toLowerCase().startsWith(wanted))
  if (matches.length > 1) {
    return fail(
      `Parameter cannot be processed because the parameter name '${given}' is ambiguous. Possible matches include: ${
        matches.map((name) => `-${name}`).join(" ")
      }.`
    )
  }
  return matches[0] ?? fail(`A parameter cannot be found that matches parameter name '${given}'.`)
}

/** Binds a command. `piped` is the identity that comes down the pipe. Throws `CmdletError`. */
export const bind = (cmdlet: Cmdlet, command: Command, piped: string | undefined): Parameters => {
  const bound = new Map<string, Bound>()
  const set = (name: string, value: Bound): void => {
    if (bound.has(name)) {
      fail(
        `Cannot bind parameter because parameter '${name}' is specified more than once. To provide multiple values to parameters that can accept multiple values, use the array syntax.`
      )
    }
    bound.set(name, value)
  }
  const loose: Array<Value> = []
  const { arguments: args } = command
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]
    if (argument === undefined) break
    if (argument.kind === "value") {
      loose.push(argument.value)
      continue
    }
    const name = nameOf(cmdlet, argument.name)
    const kind = cmdlet.parameters.get(name) ?? "text"
    if (argument.value !== undefined) set(name, convert(name, kind, argument.value))
    else if (kind === "switch") set(name, true)
    else {
      const next = args[at + 1]
      if (next?.kind !== "value") {
        fail(`Missing an argument for parameter '${name}'. Specify a parameter of type 'System.String' and try again.`)
      } else {
        at++
        set(name, convert(name, kind, next.value))
      }
    }
  }
  const open = cmdlet.positional.filter((name) => !bound.has(name))
  for (const value of loose) {
    const name = open.shift()
    if (name === undefined) {
      fail(`A positional parameter cannot be found that accepts argument '${textOf(value)}'.`)
    } else set(name, convert(name, cmdlet.parameters.get(name) ?? "text", value))
  }
  if (piped !== undefined && cmdlet.parameters.has("Identity") && !bound.has("Identity")) bound.set("Identity", piped)
  const missing = cmdlet.mandatory.filter((name) => !bound.has(name))
  if (missing.length > 0) {
    fail(`Cannot process command because of one or more missing mandatory parameters: ${missing.join(" ")}.`)
  }
  for (const name of cmdlet.mandatory) {
    const value = bound.get(name)
    if (value === null || value === "") {
      fail(`Cannot bind argument to parameter '${name}' because it is ${value === null ? "null" : "an empty string"}.`)
    }
  }
  return bound
}
