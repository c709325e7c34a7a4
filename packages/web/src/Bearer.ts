/**
 * The bearer token (RFC 6750 section 2.1). It lives in the storage of this tab and goes with it.
 */
import { useSyncExternalStore } from "react"

const key = "sonde.token"

/** The bearer token of this tab, or `undefined` where none was needed yet. */
export const token = (): string | undefined => sessionStorage.getItem(key) ?? undefined

const listeners = new Set<() => void>()

/** Keeps a bearer token until the tab is closed, and has what was refused without it asked again. */
export const setToken = (text: string): void => {
  sessionStorage.setItem(key, text)
  for (const listener of listeners) listener()
}

/** The bearer token, as a reason to ask again when it changes. */
export const useToken = (): string | undefined =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, token)
