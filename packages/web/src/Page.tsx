/**
 * The frame around every view: where one is, where one can go, how it looks; and the bearer token where the server wants one.
 */
import { useEffect, useState } from "react"
import { Link, Title, usePath, useRoute } from "./Navigation.tsx"
import { part, Place } from "./Part.tsx"
import { onUnauthorized } from "./Problem.ts"
import type { Route } from "./Route.ts"
import { Start } from "./Start.tsx"
import * as Theme from "./Theme.ts"

// The first view is there at once, every other one when it is gone to.
const Diff = part(() => import("./Diff.tsx").then((it) => it.Diff))
const Discover = part(() => import("./Discover.tsx").then((it) => it.Discover))
const Explain = part(() => import("./Explain.tsx").then((it) => it.Explain))
const History = part(() => import("./History.tsx").then((it) => it.History))
const Pack = part(() => import("./Packs.tsx").then((it) => it.Pack))
const Packs = part(() => import("./Packs.tsx").then((it) => it.Packs))
const Run = part(() => import("./Run.tsx").then((it) => it.Run))
const TokenDialog = part(() => import("./TokenDialog.tsx").then((it) => it.TokenDialog))

const View = ({ route }: { readonly route: Route }) => {
  switch (route.view) {
    case "start":
      return <Start />
    case "run":
      return <Run run={route.run} />
    case "runs":
      return <History />
    case "discover":
      return <Discover target={route.target} />
    case "explain":
      return <Explain />
    case "packs":
      return <Packs />
    case "pack":
      return <Pack id={route.id} />
    case "diff":
      return <Diff before={route.before} after={route.after} />
    case "missing":
      return (
        <>
          <Title text="There is no such page" />
          <p>
            <Link to={{ view: "start" }}>To the start</Link>
          </p>
        </>
      )
  }
}

const ThemeSwitch = () => {
  const [theme, setTheme] = useState(Theme.current)
  const next = Theme.next(theme)
  return (
    <button
      type="button"
      className="plain"
      onClick={() => setTheme(Theme.choose(next))}
      aria-label={`Colours: ${Theme.names[theme]}. Change to ${Theme.names[next]}`}
    >
      <span aria-hidden>{Theme.marks[theme]}</span> {Theme.names[theme]}
    </button>
  )
}

/** The whole page. */
export const Page = () => {
  const route = useRoute()
  const path = usePath()
  const [asking, setAsking] = useState(false)
  useEffect(() => onUnauthorized(() => setAsking(true)), [])
  return (
    <>
      <a className="jump" href="#main">To the content</a>
      <header className="bar">
        <Link to={{ view: "start" }} className="brand">Sonde</Link>
        <nav aria-label="Views">
          <Link to={{ view: "start" }}>Check</Link>
          <Link to={{ view: "runs" }}>Runs</Link>
          <Link to={{ view: "discover" }}>Discover</Link>
          <Link to={{ view: "explain" }}>Explain</Link>
          <Link to={{ view: "packs" }}>Packs</Link>
        </nav>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        <Place key={path}>
          <View route={route} />
        </Place>
      </main>
      <footer className="bar">
        <p>No grade, no guess: works, does not, cannot tell.</p>
        <a href="/docs">API reference</a>
      </footer>
      {asking && (
        <Place>
          <TokenDialog onClose={() => setAsking(false)} />
        </Place>
      )}
    </>
  )
}
