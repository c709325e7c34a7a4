/**
 * Moves between views with the browser's own history: links are links, and back goes back.
 */
import { type MouseEvent, type ReactNode, useEffect, useRef, useSyncExternalStore } from "react"
import { fromPath, type Route, toPath } from "./Route.ts"

const listeners = new Set<() => void>()

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  addEventListener("popstate", listener)
  return () => {
    listeners.delete(listener)
    removeEventListener("popstate", listener)
  }
}

/** Whether somebody went to another view since the document was loaded, and whether the focus has to follow. */
let moved = false
let due = false

const follow = () => {
  moved = true
  due = true
}
addEventListener("popstate", follow)

/** Goes to a view. */
export const go = (route: Route): void => {
  follow()
  history.pushState(null, "", toPath(route))
  for (const listener of listeners) listener()
  scrollTo(0, 0)
}

/** The path of the view that is shown. */
export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname)

/** The view that is shown. */
export const useRoute = (): Route => fromPath(usePath())

/** A link to a view; with a modifier key the browser does what it always does. */
export const Link = ({ children, className, to }: {
  readonly to: Route
  readonly className?: string
  readonly children: ReactNode
}) => {
  const here = usePath() === toPath(to)
  return (
    <a
      href={toPath(to)}
      className={className}
      aria-current={here ? "page" : undefined}
      onClick={(event: MouseEvent) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
        event.preventDefault()
        go(to)
      }}
    >
      {children}
    </a>
  )
}

/** The heading of a view: names the document, and takes the focus when the view was reached by a link. */
export const Title = ({ children, text }: { readonly text: string; readonly children?: ReactNode }) => {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = text === "Sonde" ? text : `${text} · Sonde`
  }, [text])
  useEffect(() => {
    // The heading of a view that was loading may have had the focus, and be gone now.
    const lost = moved && document.activeElement === document.body
    if (due || lost) heading.current?.focus({ preventScroll: true })
    due = false
  }, [])
  return <h1 ref={heading} tabIndex={-1}>{children ?? text}</h1>
}
