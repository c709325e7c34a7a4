/**
 * Takes a command line of SMTP apart and gives it to what a service does for it (RFC 5321 section 4.1.1).
 *
 * @since 0.1.0
 */

/** What is done for each command, by its verb in capitals; `rest` is the line after the verb and its blanks. */
export type Verbs = Readonly<Record<string, (rest: string) => void>>

/** Runs a command line. `unknown` is for a verb that is not among `verbs`. */
export const run = (line: string, verbs: Verbs, unknown: () => void): void => {
  const [, word = "", rest = ""] = /^([A-Za-z0-9]+)(?:[ \t]+(.*))?$/su.exec(line.trimEnd()) ?? []
  const verb = word.toUpperCase()
  const command = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (command === undefined) unknown()
  else command(rest)
}
