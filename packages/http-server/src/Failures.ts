/**
 * Errors of the runtime as problems of the HTTP interface.
 *
 * What a journal error says of places on this machine stays here.
 */
import type { JournalError } from "@sonde/domain/Errors"
import { JournalError as Journal } from "@sonde/domain/Errors"
import { InvalidOption, JournalFailed, NotFound, RunLocked } from "@sonde/http-api/Problems"
import type { OptionsError } from "@sonde/sonde"

const sentences: Readonly<Record<JournalError["reason"], string>> = {
  NotFound: "there is no such run",
  Locked: "the run is being worked on at this moment; wait for its end",
  Full: "there is no room left to keep runs",
  ReadOnly: "runs cannot be written at the moment",
  Corrupt: "the journal of this run cannot be read"
}

/** The error without paths and process numbers. An id that is the beginning of several runs is told, with theirs. */
const bare = ({ message, reason, run }: JournalError): JournalError =>
  new Journal({
    reason,
    ...(run === undefined ? {} : { run }),
    message: reason === "NotFound" && message.includes("is the beginning of") ? message : sentences[reason]
  })

/** A journal that cannot be read. */
export const reading = (error: JournalError): NotFound | JournalFailed => {
  const inside = bare(error)
  return error.reason === "NotFound"
    ? new NotFound({ detail: inside.message, error: inside })
    : new JournalFailed({ detail: inside.message, error: inside })
}

/** A journal that cannot be begun or written: nothing is there yet to be missed or held. */
export const writing = (error: JournalError): JournalFailed => {
  const inside = bare(error)
  return new JournalFailed({ detail: inside.message, error: inside })
}

/** A store of access tokens or shared copies that cannot be used. */
export const store = new JournalFailed({
  detail: "what this server keeps cannot be read or written at the moment",
  error: new Journal({ reason: "ReadOnly", message: "the store cannot be read or written at the moment" })
})

/** A run that somebody works on. */
export const locked = (run: string): RunLocked =>
  new RunLocked({
    detail: sentences.Locked,
    error: new Journal({ reason: "Locked", run, message: sentences.Locked })
  })

/** A journal that cannot be opened or removed. */
export const opening = (error: JournalError): NotFound | RunLocked | JournalFailed =>
  error.reason === "Locked"
    ? new RunLocked({ detail: sentences.Locked, error: bare(error) })
    : reading(error)

/** `--allow-clear-auth` as the body of a request writes it: `allowClearAuth`. */
const inBody = (text: string): string =>
  text.replace(
    /--([a-z]+(?:-[a-z]+)*)/gu,
    (_, name: string) => name.replace(/-([a-z])/gu, (_, letter) => letter.toUpperCase())
  )

/** An option that cannot be meant, in the words of the body. */
export const invalid = (option: string, problem: string, remedy: string): InvalidOption =>
  new InvalidOption({
    detail: `${option} ${problem}: ${remedy}`,
    error: { _tag: "InvalidOption", option, problem, remedy }
  })

/** An option that cannot be meant, by its name in the body. */
export const option = (error: Pick<OptionsError, "option" | "problem" | "remedy">): InvalidOption =>
  invalid(inBody(error.option), inBody(error.problem), inBody(error.remedy))
