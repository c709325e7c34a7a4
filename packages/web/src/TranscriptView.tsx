/**
 * What passed over the wire, line by line, as recorded: secrets were masked before anything was written down.
 */
import type { Report } from "@sonde/domain/Report"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import * as Escape from "@sonde/report/Escape"
import * as Exchange from "@sonde/report/Exchange"
import { useState } from "react"
import { Choice, Copy, Field } from "./parts.tsx"

const meaning = (line: TranscriptLine, unexpected: boolean): string =>
  line.dir === "="
    ? "remark"
    : `${line.dir === ">" ? "sent" : "received"}${line.tls ? ", encrypted" : ""}${unexpected ? ", not expected" : ""}`

/** A line as text: number, mark, words. */
export const plain = (report: Report, line: TranscriptLine): string =>
  `${line.n} ${Exchange.mark(line, Exchange.isUnexpected(report, line))} ${Escape.line(line.text)}`

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
  const failing = report.services.flatMap((service) => Exchange.failing(report, service))
  const [part, setPart] = useState("failing")
  const [find, setFind] = useState("")
  const lines = (part === "all" || failing.length === 0 ? report.transcript : failing)
    .filter((line) => Escape.line(line.text).toLowerCase().includes(find.toLowerCase()))
  const text = lines.map((line) => plain(report, line)).join("\n")
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
        <Field label="Find" type="search" value={find} onChange={setFind} />
        <span className="push">
          <Copy text={text} of="transcript" />
          <button type="button" className="small" onClick={() => download(`sonde-${report.run}.txt`, `${text}\n`)}>
            Download
          </button>
        </span>
      </div>
      {lines.length === 0
        ? <p className="quiet" role="status">{find === "" ? "Nothing was exchanged." : "No line has that."}</p>
        : <ol className="wire">{lines.map((line) => <LineItem key={line.n} line={line} report={report} />)}</ol>}
    </section>
  )
}
