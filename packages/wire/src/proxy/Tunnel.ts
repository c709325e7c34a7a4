/**
 * What the two ways through a proxy have in common: a dialogue that ends with an open tunnel or with a reason.
 *
 * Pure: octets in, octets to send out. Nothing here opens a socket or waits.
 *
 * @since 0.1.0
 */

/**
 * Where to go. `host` is a name only where the proxy is to look it up.
 *
 * @category models
 * @since 0.1.0
 */
export interface Destination {
  readonly host: string
  readonly port: number
}

/**
 * Who signs in at the proxy.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignIn {
  readonly user: string
  readonly secret: string
}

/**
 * Why there is no tunnel. `Refused`, `Timeout` and `Unreachable` are what the proxy tells of the destination; `ProxyAuth` means that it
 * wants a sign-in or refuses this one, `ProxyDenied` that its rules do not let us there, `ProxyBroken` that it speaks another protocol
 * or breaks its own.
 *
 * @category models
 * @since 0.1.0
 */
export type Problem = "Refused" | "Timeout" | "Unreachable" | "ProxyAuth" | "ProxyDenied" | "ProxyBroken"

/**
 * What comes next: `send` is to be written, `rest` is what the destination already said. `said` is the proxy's answer in words, on one
 * line and without what signs in.
 *
 * @category models
 * @since 0.1.0
 */
export type Step =
  | { readonly _tag: "More"; readonly send?: Uint8Array }
  | { readonly _tag: "Open"; readonly rest: Uint8Array }
  | { readonly _tag: "Failed"; readonly problem: Problem; readonly said: string }

/**
 * A dialogue. `begin` is written first, then `push` takes what the proxy says; nothing is pushed after the end. `hasAsked` is true once
 * the destination was named, so that whoever waits then waits for the destination.
 *
 * @category models
 * @since 0.1.0
 */
export interface Tunnel {
  readonly begin: Uint8Array
  readonly push: (chunk: Uint8Array) => Step
  readonly hasAsked: () => boolean
}

/** @category combinators @since 0.1.0 */
export const more = (send?: Uint8Array): Step => send === undefined ? { _tag: "More" } : { _tag: "More", send }

/** @category combinators @since 0.1.0 */
export const failed = (problem: Problem, said: string): Step => ({ _tag: "Failed", problem, said })

/**
 * Two pieces as one.
 *
 * @category combinators
 * @since 0.1.0
 */
export const joined = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(left.length + right.length)
  whole.set(left)
  whole.set(right, left.length)
  return whole
}
