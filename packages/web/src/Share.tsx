/**
 * Shares a redacted copy of a report: shows first exactly what will be visible, then makes a link, and takes links back.
 */
import type { Share } from "@sonde/http-api/RunsApi"
import { useEffect, useRef, useState } from "react"
import { ask } from "./Client.ts"
import { Choice, Copy, Modal, Moment, Trouble, useAnswer, Waiting } from "./parts.tsx"
import type { Problem } from "./Problem.ts"

const inline = /<style\b[^>]*>([^<]*)<\/style>/gi

/**
 * The copy as others will see it. Scripts do not run in it. Its style sheet is taken out of the text and put in as an object, because
 * this page allows no style within a document.
 */
const Preview = ({ html }: { readonly html: string }) => {
  const frame = useRef<HTMLIFrameElement>(null)
  const rest = html.replaceAll(inline, "")
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const dress = () => {
      const inner = element.contentWindow
      if (inner === null) return
      const { CSSStyleSheet: Sheet } = inner as Window & typeof globalThis
      inner.document.adoptedStyleSheets = Array.from(html.matchAll(inline), ([, text]) => {
        const sheet = new Sheet()
        sheet.replaceSync(text ?? "")
        return sheet
      })
    }
    element.addEventListener("load", dress)
    element.srcdoc = rest
    return () => element.removeEventListener("load", dress)
  }, [html, rest])
  return <iframe ref={frame} title="What others will see" sandbox="allow-same-origin" />
}

const days = [["1", "1 day"], ["7", "7 days"], ["30", "30 days"]] as const

/** The dialog behind the button Share. */
export const ShareDialog = ({ onClose, onLink, run }: {
  readonly run: string
  /** Told the newest link there is, `undefined` for none. */
  readonly onLink: (link: Share | undefined) => void
  readonly onClose: () => void
}) => {
  const params = { run }
  const preview = useAnswer((client) => client.runs.preview({ params }), run)
  const shares = useAnswer((client) => client.runs.shares({ params }), run)
  const server = useAnswer((client) => client.system.server(), "").value
  const [lasting, setLasting] = useState("")
  const [problem, setProblem] = useState<Problem>()
  const links = shares.value
  useEffect(() => {
    if (links !== undefined) onLink(links.toSorted((a, b) => a.createdAt < b.createdAt ? 1 : -1)[0])
  }, [links, onLink])
  const usual = `${server?.shareDays ?? 7}`

  const act = (work: Promise<unknown>) => {
    setProblem(undefined)
    work.then(shares.reload, setProblem)
  }
  const create = () =>
    act(ask((client) => client.runs.share({ params, payload: { days: Number(lasting === "" ? usual : lasting) } })))

  return (
    <Modal title="Share a redacted copy" onClose={onClose}>
      <p>
        Whoever has the link reads this copy, and nothing else. Addresses, user names and the like are replaced; secrets
        were never kept. No search engine lists it.
      </p>
      {preview.value === undefined ? <Waiting answer={preview} /> : <Preview html={preview.value} />}
      <div className="tools">
        <Choice
          label="Link lasts"
          value={lasting === "" ? usual : lasting}
          onChange={setLasting}
          options={days.some(([value]) => value === usual) ? days : [[usual, `${usual} days`], ...days]}
        />
        <button type="button" className="main" onClick={create} disabled={preview.value === undefined}>
          Make a link
        </button>
      </div>
      {problem !== undefined && <Trouble problem={problem} />}
      {shares.problem !== undefined && <Waiting answer={shares} />}
      {shares.value !== undefined && shares.value.length > 0 && (
        <>
          <h3>Links to this run</h3>
          <ul className="links">
            {shares.value.map((share) => (
              <li key={share.id}>
                <a href={share.url} target="_blank" rel="noreferrer noopener">{share.url}</a>
                <small>
                  until <Moment at={share.expiresAt} />
                </small>
                <Copy text={share.url} of="link" />
                <button
                  type="button"
                  className="small"
                  onClick={() =>
                    act(ask((client) => client.runs.unshare({ params: { run: share.run, share: share.id } })))}
                >
                  Revoke
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Modal>
  )
}
