/**
 * What comes behind a pipe: Format-List, Format-Table, Select-Object, Where-Object with one comparison.
 *
 * @since 0.1.0
 */
import type { Cell, Row } from "./AdminSession.ts"
import { textOf } from "./Binding.ts"
import { type Argument, CmdletError, type Command } from "./PowerShell.ts"

/** Names and aliases of the commands, in lower case. */
export const formatters: Readonly<Record<string, string>> = {
  "format-list": "list",
  fl: "list",
  "format-table": "table",
  ft: "table",
  "select-object": "select",
  select: "select",
  "where-object": "where",
  where: "where",
  "?": "where",
  "measure-object": "measure",
  measure: "measure"
}

const fail = (text: string): never => {
  throw new CmdletError({ text })
}

const shown = (cell: Cell | undefined): string => {
  if (cell === undefined || cell === null) return ""
  if (typeof cell === "boolean") return cell ? "True" : "False"
  if (typeof cell === "string") return cell
  if (typeof cell === "number") return `${cell}`
  return `{${cell.join(", ")}}`
}

const keyOf = (row: Row, wanted: string): string | undefined =>
  Object.keys(row).find((key) => key.toLowerCase() === wanted.toLowerCase())

const matches = (wanted: string, key: string): boolean =>
  wanted.includes("*")
    ? new RegExp(`^${wanted.split("*").map((part) => part.replace(/[^\w]/g, "\\$&")).join(".*")}$`, "i").test(key)
    : wanted.toLowerCase() === key.toLowerCase()

const propertiesOf = (command: Command): ReadonlyArray<string> =>
  command.arguments.flatMap((argument: Argument) => {
    if (argument.kind === "value") {
      return argument.value.kind === "list" ? argument.value.items.map(textOf) : [textOf(argument.value)]
    }
    if (
      !/^(?:property|autosize|wrap|expandproperty|first|last|unique|force|groupby|hidetableheaders)$/i.test(
        argument.name
      )
    ) {
      return fail(`A parameter cannot be found that matches parameter name '${argument.name}'.`)
    }
    return argument.value === undefined ? [] : [textOf(argument.value)]
  })

const project = (row: Row, wanted: ReadonlyArray<string>): Row => {
  if (wanted.length === 0) return row
  const picked: Record<string, Cell> = {}
  for (const want of wanted) {
    const keys = Object.keys(row).filter((key) => matches(want, key))
    for (const key of keys) picked[key] = row[key] ?? null
    // A property that does not exist prints empty in Select-Object; Format-List leaves it out. Both print nothing false.
    if (keys.length === 0 && !want.includes("*")) picked[want] = null
  }
  return picked
}

const list = (rows: ReadonlyArray<Row>): string =>
  rows.map((row) => {
    const width = Math.max(...Object.keys(row).map((key) => key.length))
    return `\n${
      Object.entries(row).map(([key, cell]) => `${key.padEnd(width)} : ${shown(cell)}`.trimEnd()).join("\n")
    }\n`
  }).join("") + (rows.length > 0 ? "\n" : "")

const table = (rows: ReadonlyArray<Row>): string => {
  const keys = Object.keys(rows[0] ?? {})
  const widths = keys.map((key) => Math.max(key.length, ...rows.map((row) => shown(row[key]).length)))
  const line = (cells: ReadonlyArray<string>): string =>
    cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(" ").trimEnd()
  return rows.length === 0
    ? ""
    : `\n${
      [
        line(keys),
        line(keys.map((key) => "-".repeat(key.length))),
        ...rows.map((row) => line(keys.map((key) => shown(row[key]))))
      ].join("\n")
    }\n\n`
}

const same = (left: Cell, right: string): boolean => {
  if (/^\$(?:true|false)$/i.test(right)) return left === (right.toLowerCase() === "$true")
  if (/^\$null$/i.test(right)) return left === null
  return shown(left).toLowerCase() === right.replace(/^(['"])(.*)\1$/, "$2").toLowerCase()
}

const where = (command: Command, rows: ReadonlyArray<Row>): ReadonlyArray<Row> => {
  const block = command.arguments[0]
  const source = block?.kind === "value" && block.value.kind === "expression"
    ? block.value.text
    : fail("Where-Object takes one comparison here, for instance { $_.Name -eq 'value' }.")
  const match = /^\s*\$(?:_|PSItem)\.(\w+)\s+-(eq|ne|like|notlike)\s+(\$\w+|'[^']*'|"[^"]*"|\S+)\s*$/i.exec(source)
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) {
    return fail("Where-Object takes one comparison here, for instance { $_.Name -eq 'value' }.")
  }
  const [, property, operator, right] = match
  return rows.filter((row) => {
    const key = keyOf(row, property)
    const cell = key === undefined ? null : row[key] ?? null
    const text = right.replace(/^(['"])(.*)\1$/, "$2")
    switch (operator.toLowerCase()) {
      case "eq":
        return same(cell, right)
      case "ne":
        return !same(cell, right)
      case "like":
        return matches(text, shown(cell))
      default:
        return !matches(text, shown(cell))
    }
  })
}

/** Applies one formatter: text ends the pipe, rows go on. */
export const format = (name: string, command: Command, rows: ReadonlyArray<Row>): string | ReadonlyArray<Row> => {
  switch (name) {
    case "list":
      return list(rows.map((row) => project(row, propertiesOf(command))))
    case "table":
      return table(rows.map((row) => project(row, propertiesOf(command))))
    case "select":
      return rows.map((row) => project(row, propertiesOf(command)))
    case "where":
      return where(command, rows)
    default:
      return `\nCount : ${rows.length}\n\n`
  }
}
