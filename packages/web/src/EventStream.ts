/**
 * Reads server-sent events (WHATWG HTML section 9.2.6) whose data is JSON.
 *
 * Does not connect again: `Follow.ts` does, from the number of the last event on.
 */
import { offline } from "./Problem.ts"

/** An event: its number, its type, and what its data says. */
export interface Sent {
  readonly id: string
  readonly event: string
  readonly data: unknown
}

/** One event from the lines between two empty ones; `undefined` where they hold no data, such as a comment. */
const fromLines = (lines: ReadonlyArray<string>): Sent | undefined => {
  const fields: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(":")
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "")
    // Data in several lines is one text.
    fields[name] = name === "data" && fields["data"] !== undefined ? `${fields["data"]}\n${value}` : value
  }
  const { data, event = "message", id = "" } = fields
  return data === undefined ? undefined : { id, event, data: JSON.parse(data) }
}

/** The events of an answer as they come. Rejects with a `Problem` where the connection breaks; what began then and did not end is dropped. */
export async function* read(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Sent> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let lines: Array<string> = []
  let rest = ""
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw offline
      })
      if (done) return
      // A line ends with LF, CR or both; of a CR at the end of a chunk the next one tells.
      const parts = (rest + value).split(/\r\n|\n|\r(?!$)/)
      rest = parts.pop() ?? ""
      for (const line of parts) {
        if (line !== "") {
          lines.push(line)
          continue
        }
        const sent = fromLines(lines)
        lines = []
        if (sent !== undefined) yield sent
      }
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}
