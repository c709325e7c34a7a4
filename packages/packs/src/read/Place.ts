/**
 * Finds the server that a program dialled, where its words name host and port of one.
 *
 * Only ports of mail count, and only names with a dot or addresses: `user@example.com:465` names no server. Where several are named,
 * nobody can tell which one did not answer.
 *
 * @since 0.1.0
 */

/**
 * A server with its port.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly host: string
  readonly port: number
}

const ports = "(25|110|143|465|587|993|995|2525|2587|4190)(?![0-9]|[.:][0-9])"

const name = "[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\\.[A-Za-z0-9-]{1,63}){0,7}\\.[A-Za-z][A-Za-z0-9-]{1,62}"
const host = `(?:${name}|[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f:]{2,45}\\]|localhost)`

/** `host:port`, `host[address]:port`, `host port 587`, `host, port: smtp.example.com, 587` and `host 587`. */
const places = new RegExp(
  `(?<![A-Za-z0-9@.+_-])(${host})(?:\\[[0-9A-Fa-f.:]{2,45}\\])?(?::|,? \\(?port:? ?|, ?| )${ports}`,
  "gu"
)

/**
 * The one server with a port of mail that a text names; undefined where it names none, or several. The time is proportional to the
 * text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const placeIn = (text: string): Place | undefined => {
  let found: Place | undefined
  for (const { 1: name = "", 2: port = "" } of text.matchAll(places)) {
    const one = { host: name.replace(/^\[|\]$/gu, "").toLowerCase(), port: Number(port) }
    if (found !== undefined && (found.host !== one.host || found.port !== one.port)) return undefined
    found = one
  }
  return found
}

/**
 * Where in a text servers with a port of mail are named: begin and end of each, in order.
 *
 * @category combinators
 * @since 0.1.0
 */
export const spansIn = (text: string): ReadonlyArray<readonly [begin: number, end: number]> =>
  Array.from(text.matchAll(places), ({ 0: whole, index }) => [index, index + whole.length] as const)
