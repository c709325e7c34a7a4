/** Octets as a session frames them: lines with their sizes and endings. */
import type { Framed } from "@sonde/wire/Literals"

/** The complete lines of octets. */
export const framed = (octets: Uint8Array): ReadonlyArray<Framed> => {
  const lines: Array<Framed> = []
  let start = 0
  for (let end = octets.indexOf(10); end >= 0; end = octets.indexOf(10, start)) {
    const isCrlf = end > start && octets[end - 1] === 13
    const line = octets.subarray(start, isCrlf ? end - 1 : end)
    lines.push({
      text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(line),
      octets: line.length,
      ending: isCrlf ? "crlf" : "lf"
    })
    start = end + 1
  }
  return lines
}
