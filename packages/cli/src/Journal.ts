/**
 * Failures of the journal in the words of the command line.
 */
import type { JournalError } from "@sonde/domain/Errors"
import { exitCodeOf } from "@sonde/domain/Errors"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"

const remedies: Readonly<Record<JournalError["reason"], string | undefined>> = {
  NotFound: undefined,
  Locked: undefined,
  Full: "make room, or name another folder with --state",
  ReadOnly: undefined,
  Corrupt: "remove it with \"sonde forget\" and check again"
}

/** The sentence and the status of a journal that cannot be used. */
export const failure = (error: JournalError, scheme: ExitCode.Scheme = "sysexits"): Failure =>
  new Failure({
    exitCode: ExitCode.fold(scheme, exitCodeOf(error)),
    problem: error.message,
    remedy: error.reason === "NotFound" && !error.message.includes("sonde runs")
      ? "\"sonde runs\" lists those there are"
      : remedies[error.reason]
  })
