/**
 * Findings, the worst first: what is found, who must act, and exactly what to change or to publish.
 */
import { actorNames } from "@sonde/domain/ActorNames"
import type { Finding } from "@sonde/domain/Verdict"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import { Remedies } from "./Advice.tsx"
import * as Handover from "./Handover.ts"
import { FindingTag } from "./Marks.tsx"
import { Code, Copy } from "./parts.tsx"

const rank: Readonly<Record<Finding["state"], number>> = { fail: 0, warn: 1, inconclusive: 2, pass: 3 }

/** The findings that say something is to be done or could not be told. */
export const open = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> =>
  findings.filter(({ state }) => state !== "pass").toSorted((a, b) => rank[a.state] - rank[b.state])

/** How many of each kind there are, in words. */
export const counted = (found: ReadonlyArray<Finding>): string => {
  const of = (state: Finding["state"]) => found.filter((one) => one.state === state).length
  return ([[of("fail"), "failed"], [of("warn"), of("warn") === 1 ? "warning" : "warnings"], [
    of("inconclusive"),
    "undecided"
  ]] as const).flatMap(([count, word]) => count === 0 ? [] : [`${count} ${word}`]).join(", ")
}

const verifies = ({ remedies }: Finding) => remedies.filter(({ kind }) => kind === "verify")

/** The command that checks again, where it is the same for all. */
const common = (found: ReadonlyArray<Finding>): string | undefined => {
  const commands = new Set(found.map((one) => verifies(one).map(({ command }) => command).join("\n")))
  const [command] = commands
  return found.length > 1 && commands.size === 1 && command !== "" ? command : undefined
}

/** One text to hand over for each of those who must act, where there are several things for one of them. */
const HandOver = ({ found }: { readonly found: ReadonlyArray<Finding> }) => {
  const actors = Array.from(new Set(found.flatMap(({ actor }) => actor ?? [])))
  const many = actors.filter((actor) => found.filter((one) => one.actor === actor).length > 1)
  return many.length === 0 ? null : (
    <div className="tools">
      {many.map((actor) => (
        <Copy
          key={actor}
          kind="usual"
          label={`Copy for ${actorNames[actor] ?? actor}`}
          text={() => Handover.findings(found.filter((one) => one.actor === actor))}
        />
      ))}
    </div>
  )
}

/** A list of findings. `again` stands beside the command that checks again. */
export const FindingList = ({ again, found, isOne = false }: {
  readonly found: ReadonlyArray<Finding>
  /** Whether all are of one service, which then needs no name. */
  readonly isOne?: boolean
  readonly again?: React.ReactNode
}) => {
  const command = common(found)
  return (
    <>
      <HandOver found={found} />
      <ul className={found.length > 3 ? "findings beside" : "findings"}>
        {found.map((finding, index) => (
          <li key={index}>
            <h3>
              <FindingTag state={finding.state} /> {Escape.line(finding.title)}
            </h3>
            <p className="sub">
              {!isOne && `${Phrases.service(finding.service)} · `}
              {finding.actor !== undefined && `needs ${actorNames[finding.actor] ?? Escape.line(finding.actor)} · `}
              <code>{Escape.line(finding.id)}</code>
            </p>
            {finding.text !== undefined && <p>{Escape.line(finding.text)}</p>}
            <Remedies
              remedies={command === undefined
                ? finding.remedies
                : finding.remedies.filter(({ kind }) => kind !== "verify")}
            />
          </li>
        ))}
      </ul>
      {command !== undefined && (
        <>
          <h3>Check again</h3>
          <Code text={Escape.lines(command).join("\n")} of="check again" />
          {again}
        </>
      )}
    </>
  )
}
