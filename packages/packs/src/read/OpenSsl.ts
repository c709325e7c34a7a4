/**
 * Reads what `openssl s_client` prints: the errors of verification and of the handshake, and the certificates that were
 * shown. What the server said after a handshake is left out, because nobody had asked it anything.
 *
 * @since 0.1.0
 */
import type { Candidate, Unwrapped } from "./Candidate.ts"

const isSession = /^CONNECTED\([0-9A-F]{1,16}\)|^Verify return code: |^verify error:num=|^\s{0,8}Verify return code: /mu

const trouble =
  /^verify error:num=|^Verification error: |^\s{0,8}Verify return code: (?!0 )|\berror:[0-9A-F]{8}:|:errno=[1-9]|^no peer certificate available|^Didn't find STARTTLS|^connect: |^socket: |\balert\b/iu
const told =
  /^(?:depth=|verify |Certificate chain|\s{0,3}[0-9]{1,3} s:|\s{0,4}i:|subject=|issuer=|New, |Server Temp Key)/iu
const reply = /^(?:[2-5][0-9]{2}[ -]|\* |\+OK)/u

/** Longest line that is looked at, in characters, and how many lines are kept. */
const limits = { line: 2000, lines: 200 }

/**
 * What a session of `s_client` says; undefined for another text and for one without an error.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromOpenSsl = (text: string): Unwrapped | undefined => {
  if (!text.includes("\n") || !isSession.test(text)) return undefined
  const errors: Array<string> = []
  const around: Array<string> = []
  let open = false
  for (const given of text.split("\n")) {
    const line = given.length > limits.line ? given.slice(0, limits.line) : given.trimEnd()
    if (trouble.test(line) && !reply.test(line)) {
      if (errors.length < limits.lines) errors.push(line)
      open = true
    } else if (told.test(line)) {
      if (around.length < limits.lines) around.push(line)
      open = false
    } else if (open && /^\s/u.test(line) && errors.length < limits.lines) errors.push(line)
    else open = false
  }
  if (errors.length === 0) return undefined
  const candidate = (layer: Candidate["layer"], lines: ReadonlyArray<string>): Candidate => ({
    layer,
    text: lines.map((line) => line.trim()).join("\n"),
    phase: "tls"
  })
  return {
    kind: "transcript",
    // Whose certificate it was says more than that it was not trusted.
    candidates: [candidate("whole", [...errors, ...around]), candidate("whole", errors)],
    client: "openssl",
    words: ""
  }
}
