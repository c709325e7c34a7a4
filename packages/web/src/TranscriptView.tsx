/**
 * What passed over the wire, line by line, as recorded: secrets were masked before anything was written down.
 */
import type { Report } from "@sonde/domain/Report"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import * as Escape from "@sonde/report/Escape"
import * as Exchange from "@sonde/report/Exchange"
import * as Redact from "@sonde/report/Redact"
import { useMemo, useState } from "react"
import { wire } from "./Handover.ts"
import { Choice, Copy, Field } from "./parts.tsx"

const meaning = (line: TranscriptLine, unexpected: boolean): string =>
  line.dir === "="
    ? "remark"
    : `${line.dir === ">" ? "sent" : "received"}${line.tls ? ", encrypted" : ""}${unexpected ? ", not expected" : ""}`

const download = (name: string, text: string): void => {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

const LineItem = ({ line, report }: { readonly line: TranscriptLine; readonly report: Report }) => {
  const unexpected = Exchange.isUnexpected(report, line)
  const said = Exchange.challenge(line)
  return (
    <li id={`line-${line.n}`} className={unexpected ? "unexpected" : line.dir === "=" ? "remark" : ""}>
      <span className="n">{line.n}</span>
      <span className="dir" aria-hidden>{Exchange.mark(line, unexpected)}</span>
      <span className="unseen">{meaning(line, unexpected)}:</span>
      <span className="said">{Escape.line(line.text)}{said !== undefined && <em>“{said}”</em>}</span>
    </li>
  )
}

/** The transcript: the part that failed, or all of it; to be searched and taken along. */
export const TranscriptView = ({ report }: { readonly report: Report }) => {
  const [part, setPart] = useState("failing")
  const [hidden, setHidden] = useState<Redact.Level>("secrets")
  const [find, setFind] = useState("")
  const it = useMemo(() => Redact.report(report, hidden), [report, hidden])
  const failing = it.services.flatMap((service) => Exchange.failing(it, service))
  const lines = (part === "all" || failing.length === 0 ? it.transcript : failing)
    .filter((line) => Escape.line(line.text).toLowerCase().includes(find.toLowerCase()))
  const text = () => {
    const shown = new Set(lines.map((line) => line.n))
    const copy = Redact.report(report, "personal")
    return copy.transcript.filter((line) => shown.has(line.n)).map((line) => wire(copy, line)).join("\n")
  }
  return (
    <section className="card" id="transcript" aria-labelledby="transcript-title">
      <h2 id="transcript-title">Transcript</h2>
      <div className="tools">
        {failing.length > 0 && (
          <Choice
            label="Show"
            value={part}
            onChange={setPart}
            options={[["failing", "the failing part"], ["all", `all ${report.transcript.length} lines`]]}
          />
        )}
        <Choice
          label="Hide"
          value={hidden}
          onChange={(value) => setHidden(value === "personal" ? "personal" : "secrets")}
          options={[["secrets", "secrets"], ["personal", "secrets and personal data"]]}
        />
        <Field label="Find" type="search" value={find} onChange={setFind} />
        <span className="push">
          <Copy text={text} of="transcript" />
          <button type="button" className="small" onClick={() => download(`sonde-${report.run}.txt`, `${text()}\n`)}>
            Download
          </button>
        </span>
      </div>
      {lines.length === 0
        ? <p className="quiet" role="status">{find === "" ? "Nothing was exchanged." : "No line has that."}</p>
        : <ol className="wire">{lines.map((line) => <LineItem key={line.n} line={line} report={it} />)}</ol>}
      <p className="quiet">
        Secrets were masked before a line was written. What you copy or download has no names and addresses either.
      </p>
    </section>
  )
}
