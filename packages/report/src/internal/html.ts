/**
 * Elements of HTML as text. What is put in is escaped twice: for the eye and for HTML.
 */
import * as Escape from "../Escape.ts"
import { marks } from "./words.ts"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

/** Text for an element or an attribute in quotes. */
export const html = (text: string): string => text.replace(/[&<>"']/gu, (found) => entities[found] ?? found)
/** One line of others. */
export const line = (text: string): string => html(Escape.line(text))
/** Several lines of others. */
export const lines = (text: string): string => html(Escape.lines(text).join("\n"))

/** An element; `content` is HTML already. */
export const element = (name: string, content: string, attributes: Readonly<Record<string, string>> = {}): string =>
  `<${name}${
    Object.entries(attributes).map(([key, value]) => ` ${key}="${html(value)}"`).join("")
  }>${content}</${name}>`

/** What stands there only where something is given. */
export const when = (given: boolean, content: () => string): string => given ? content() : ""

/** A mark for those who see it; words beside it say the same. */
export const mark = (state: keyof typeof marks): string =>
  element("span", marks[state].mark, { class: `mark ${state}`, "aria-hidden": "true" })
