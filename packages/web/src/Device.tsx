/**
 * Asks for a sign-in on another device (RFC 8628 section 3.3): the code, large, where to type it, and how long there is time.
 */
import { maskedCode } from "@sonde/domain/Words"
import * as Escape from "@sonde/report/Escape"
import { Source } from "./Advice.tsx"
import type { Prompt } from "./Live.ts"
import { Copy, useCountdown } from "./parts.tsx"

/** A span for people: `4:07`. */
const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`

/** How long a code is good, in milliseconds: told by the server's clock, and by this one for a page that came later. */
const leftMillis = ({ at, expiresAt }: Prompt, now: number): number =>
  Math.max(0, Math.min(Date.parse(expiresAt) - Date.parse(at), Date.parse(expiresAt) - now))

/** What is to be done while a run waits for it. */
export const Device = ({ prompt }: { readonly prompt: Prompt }) => {
  const left = useCountdown(leftMillis(prompt, Date.now()))
  if (prompt.code === maskedCode) {
    return <p>The code was shown to whoever watched this run before. Start the run again for a new one.</p>
  }
  const code = Escape.line(prompt.code)
  return (
    <div className="device">
      <p>
        Open <Source url={prompt.uri} /> on any device, and enter this code:
      </p>
      <p className="tools">
        <strong className="usercode">{code}</strong> <Copy kind="main" label="Copy the code" text={prompt.code} />
      </p>
      <p className="sub" role="timer">
        {left > 0 ? `Time left ${clock(left)}` : "The time for this code is over."}
      </p>
    </div>
  )
}
