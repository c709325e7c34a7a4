/**
 * Parts of the page that are loaded when they are needed, and what stands in their place until then or when they do not come.
 */
import { Component, type ComponentType, lazy, type ReactNode, Suspense } from "react"
import { Trouble } from "./parts.tsx"
import { defect, offline } from "./Problem.ts"

/** The server did not give a part: it is away, or it has another build by now. */
class Absent extends Error {}

/** A component that is loaded when it is first shown. */
export const part = <Props extends object>(load: () => Promise<ComponentType<Props>>) =>
  lazy(() =>
    load().then((it) => ({ default: it }), () => {
      throw new Absent()
    })
  )

/** Shows what broke, in place of it. What did not come is asked for again with the whole page: it may have another name by now. */
class Guard extends Component<{ readonly children: ReactNode }, { readonly broken?: unknown }> {
  override state: { readonly broken?: unknown } = {}
  static getDerivedStateFromError(broken: unknown) {
    return { broken }
  }
  override render() {
    if (!("broken" in this.state)) return this.props.children
    const { broken } = this.state
    const problem = broken instanceof Absent
      ? offline
      : defect(broken instanceof Error ? broken.message : "Something broke that should not.")
    return <Trouble problem={problem} onAgain={() => location.reload()} />
  }
}

/** A place for a part. */
export const Place = ({ children }: { readonly children: ReactNode }) => (
  <Guard>
    <Suspense fallback={<p className="quiet" role="status">Loading…</p>}>{children}</Suspense>
  </Guard>
)
