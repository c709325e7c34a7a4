/**
 * The error codes of PostgreSQL (SQLSTATE), and what they mean for a journal. One table, so that a test can walk it.
 *
 * Nothing that the server said is repeated: it names roles, hosts and values. A sentence holds a code and our own words.
 *
 * @since 0.1.0
 */
import { JournalError } from "@sonde/domain/Errors"
import { ConnectionError, SqlError } from "effect/sql/SqlError"

/**
 * What a code says about a journal. `sentence` goes on behind "the database".
 *
 * @category models
 * @since 0.1.0
 */
export interface Meaning {
  readonly reason: JournalError["reason"]
  readonly sentence: string
}

const unreachable: Meaning = { reason: "ReadOnly", sentence: "cannot be reached" }
const refused: Meaning = { reason: "ReadOnly", sentence: "refuses the sign-in" }
const full: Meaning = { reason: "Full", sentence: "cannot take more: its disk or a limit is full" }
const damaged: Meaning = { reason: "Corrupt", sentence: "says that its data is damaged" }

/**
 * Codes of five characters, and classes of two for all that are not named.
 *
 * @category tables
 * @since 0.1.0
 */
export const sqlStates: Readonly<Record<string, Meaning>> = {
  "08": unreachable,
  "28": refused,
  "3D000": { reason: "ReadOnly", sentence: "is not there under this name" },
  "3F000": { reason: "ReadOnly", sentence: "has no schema to make tables in" },
  "23505": { reason: "Locked", sentence: "was written to by somebody else at the same place" },
  "25006": { reason: "ReadOnly", sentence: "takes no changes: it is read-only or a standby" },
  "42501": { reason: "ReadOnly", sentence: "does not let this role use its tables" },
  "42P01": { reason: "ReadOnly", sentence: "has lost its tables of runs" },
  "53": full,
  "53300": { reason: "Full", sentence: "takes no more connections" },
  "57014": { reason: "ReadOnly", sentence: "cancelled the statement" },
  "57P": unreachable,
  XX001: damaged,
  XX002: damaged
}

const unknown: Meaning = { reason: "ReadOnly", sentence: "cannot be used" }

interface Fields {
  readonly code?: unknown
  readonly severity?: unknown
  readonly severityUnlocalized?: unknown
}

const fieldsOf = ({ reason }: SqlError): Fields =>
  typeof reason.cause === "object" && reason.cause !== null ? reason.cause : {}

/** The SQLSTATE of an error, or the code of a socket or of TLS; nothing where there is none. */
const codeOf = (error: SqlError): string | undefined => {
  const { code } = fieldsOf(error)
  return typeof code === "string" && /^[0-9A-Z_]{2,40}$/u.test(code) ? code : undefined
}

/** Why there is no code, where the driver has words of its own for it. What is wrong with a URL is not repeated. */
const ownWords: Readonly<Record<string, string>> = {
  "PgConnection: Connection timed out": "no answer in time",
  "PgConnection: No password configured": "it asks for a password",
  "PgConnection: Server refused TLS": "it does not speak TLS",
  "PgConnection: No username configured": "its URL names no user"
}

const detailOf = ({ reason: { message = "" } }: SqlError): string =>
  ownWords[message] ?? (/^PgConnection: .*\bURL\b/u.test(message) ? "its URL is not valid" : "for no reason given")

/**
 * What an error means. A code that is in no table, and an error without one, count as a database that cannot be used.
 *
 * @category decoding
 * @since 0.1.0
 */
export const meaningOf = (error: SqlError): Meaning => {
  const code = codeOf(error) ?? ""
  return (/^[0-9A-Z]{5}$/u.test(code)
    ? sqlStates[code] ?? sqlStates[code.slice(0, 3)] ?? sqlStates[code.slice(0, 2)]
    : undefined)
    ?? (error.reason._tag === "ConnectionError"
      ? unreachable
      : error.reason._tag === "AuthenticationError"
      ? refused
      : unknown)
}

/**
 * Whether the session is over with this error. Only what the server says of a statement leaves it open.
 *
 * @category decoding
 * @since 0.1.0
 */
export const isLost = (error: SqlError): boolean => {
  const { severity, severityUnlocalized } = fieldsOf(error)
  return (severityUnlocalized ?? severity) !== "ERROR"
}

/**
 * Whether a connection that had been open was lost, perhaps long before anybody used it: a new one may do. Not so where none
 * could be opened, or where the answer was waited for in vain.
 *
 * @category decoding
 * @since 0.1.0
 */
export const isStale = (error: SqlError): boolean => isLost(error) && error.reason.operation === "query"

/**
 * The error of a statement that is not answered in time.
 *
 * @category errors
 * @since 0.1.0
 */
export const late = new SqlError({
  reason: new ConnectionError({
    cause: new Error("no answer"),
    message: "PgConnection: Connection timed out",
    operation: "wait"
  })
})

/**
 * The typed error of an error of SQL.
 *
 * @category decoding
 * @since 0.1.0
 */
export const failure = (error: SqlError, run?: string): JournalError => {
  const { reason, sentence } = meaningOf(error)
  const detail = codeOf(error) ?? detailOf(error)
  return new JournalError({
    reason,
    ...(run === undefined ? {} : { run }),
    message: `the database ${sentence} (${detail})`
  })
}
