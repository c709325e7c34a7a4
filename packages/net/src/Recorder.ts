/**
 * Records what passes, with secrets masked before they are kept.
 *
 * Two nets: a session hands over masked lines, so secret octets never arrive here; and whatever does arrive is
 * scrubbed of the run's known secrets in every encoding a server might echo them in.
 *
 * Octets that mean something to a terminal stay in the record as data: whoever shows a line escapes it.
 *
 * @since 0.1.0
 */
import type { ServiceId } from "@sonde/domain/Service"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import * as Limits from "@sonde/wire/Limits"
import * as Redacted from "effect/Redacted"
import * as SecretForms from "./internal/SecretForms.ts"

/**
 * How long a reply took: `waitMillis` to its first octet, `wholeMillis` to its end, from the command, which is masked, or from the
 * connection for a greeting, whose `command` is empty. `segments` is in how many pieces its `octets` came.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReplyTime {
  readonly service: ServiceId
  readonly command: string
  readonly waitMillis: number
  readonly wholeMillis: number
  readonly octets: number
  readonly segments: number
}

/**
 * The record of one run. `now` gives milliseconds since the run began.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recorder {
  /** Keeps how long a reply took; those beyond `maxTimes` are dropped. */
  readonly timed: (time: ReplyTime) => void
  /** The times of all replies so far, in order. */
  readonly times: () => ReadonlyArray<ReplyTime>
  /** Keeps a line and gives it the next number. */
  readonly record: (
    line: { readonly service: ServiceId; readonly dir: ">" | "<" | "="; readonly tls: boolean; readonly text: string }
  ) => TranscriptLine
  /** All lines so far, in order. */
  readonly lines: () => ReadonlyArray<TranscriptLine>
  /** Replaces every known secret in a text, whatever its encoding, by a mask token. */
  readonly scrub: (text: string) => string
  /** Makes one more secret known from now on, such as a token that was just acquired. Earlier lines stay as they are. */
  readonly protect: (secret: Redacted.Redacted<string>) => void
}

/**
 * Most times that are kept of one run: conversations have some dozens of replies.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxTimes = 1000

/**
 * The token that stands for a secret found in what was received.
 *
 * @category constants
 * @since 0.1.0
 */
export const mask = "‹secret›"

/**
 * Most lines kept at the beginning of a run. Every diagnosis so far needs some dozens of lines; the bound exists for peers
 * that never stop talking.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxFirstLines = 1000

/**
 * Most lines kept at the end of a run, where its failure is. Between the two kinds a remark says how many were left out.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxLastLines = 1000

/**
 * Most UTF-16 units kept of one line; what is cut is named at its end. As long as the longest reply line that is read.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxLineLength = Limits.maxReplyLineOctets

/**
 * Makes the record of one run. `now` gives milliseconds since the run began; `onLine` sees every line as it is recorded, the
 * ones left out later included.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly now: () => number
  readonly secrets: ReadonlyArray<Redacted.Redacted<string>>
  readonly onLine?: (line: TranscriptLine) => void
  /** The number of the last line of an earlier attempt; numbering goes on behind it. */
  readonly after?: number
}): Recorder => {
  const first: Array<TranscriptLine> = []
  const last: Array<TranscriptLine> = []
  const secrets = options.secrets.map(Redacted.value)
  let search = SecretForms.scrubber(secrets, mask)
  // A line is scrubbed when it arrives and again when it is recorded: what was found clean is not searched twice.
  let clean = ""
  const scrub = (text: string): string => {
    if (text === clean) return text
    const scrubbed = search(text)
    if (scrubbed === text) clean = text
    return scrubbed
  }
  const after = options.after ?? 0
  let n = after
  const times: Array<ReplyTime> = []

  return {
    timed: (time) => {
      if (times.length < maxTimes) times.push(time)
    },
    times: () => times,
    record: (line) => {
      n += 1
      const scrubbed = scrub(line.text)
      const kept: TranscriptLine = {
        n,
        service: line.service,
        dir: line.dir,
        tls: line.tls,
        atMillis: options.now(),
        text: scrubbed.length <= maxLineLength ? scrubbed : cut(scrubbed)
      }
      const place = n - after
      if (place <= maxFirstLines) first.push(kept)
      else last[(place - maxFirstLines - 1) % maxLastLines] = kept
      options.onLine?.(kept)
      return kept
    },
    lines: () => {
      const leftOut = n - after - first.length - last.length
      if (leftOut === 0) return [...first, ...last]
      const oldest = (n - after - maxFirstLines) % maxLastLines
      const tail = [...last.slice(oldest), ...last.slice(0, oldest)]
      const before = first[first.length - 1]
      if (before === undefined) return tail
      return [...first, { ...before, n: before.n + 1, dir: "=", text: `${leftOut} lines left out` }, ...tail]
    },
    scrub,
    protect: (secret) => {
      secrets.push(Redacted.value(secret))
      search = SecretForms.scrubber(secrets, mask)
      clean = ""
    }
  }
}

// Cut after scrubbing: a cut secret would not be found.
const cut = (text: string): string => `${text.slice(0, maxLineLength)}… (${text.length - maxLineLength} more)`
