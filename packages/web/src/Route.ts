/**
 * Addresses of the page: a path to a view and back. The server answers all of them with the same document.
 *
 * Does not navigate; `Navigation.tsx` does.
 */

/** A view with what it needs to know. `missing` is every other path. */
export type Route =
  | { readonly view: "start" | "runs" | "explain" | "packs" | "missing" }
  | { readonly view: "run"; readonly run: string }
  | { readonly view: "discover"; readonly target?: string }
  | { readonly view: "pack"; readonly id: string }
  | { readonly view: "diff"; readonly before: string; readonly after: string }

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    // A percent sign that begins no escape stands for itself.
    return part
  }
}

/** The view of a path (RFC 3986 section 3.3), such as `/runs/01JDK7`; a slash at its end means nothing. */
export const fromPath = (path: string): Route => {
  const [first = "", second, third, ...more] = path.split("/").filter((part) => part !== "").map(decoded)
  if (more.length === 0) {
    if (second === undefined) {
      if (first === "") return { view: "start" }
      if (first === "runs" || first === "explain" || first === "packs" || first === "discover") return { view: first }
    } else if (third === undefined) {
      if (first === "runs") return { view: "run", run: second }
      if (first === "packs") return { view: "pack", id: second }
      if (first === "discover") return { view: "discover", target: second }
    } else if (first === "diff") return { view: "diff", before: second, after: third }
  }
  return { view: "missing" }
}

/** The path of a view; `missing` leads to the start. */
export const toPath = (route: Route): string => {
  switch (route.view) {
    case "run":
      return `/runs/${encodeURIComponent(route.run)}`
    case "pack":
      return `/packs/${encodeURIComponent(route.id)}`
    case "diff":
      return `/diff/${encodeURIComponent(route.before)}/${encodeURIComponent(route.after)}`
    case "discover":
      return route.target === undefined ? "/discover" : `/discover/${encodeURIComponent(route.target)}`
    case "start":
    case "missing":
      return "/"
    default:
      return `/${route.view}`
  }
}
