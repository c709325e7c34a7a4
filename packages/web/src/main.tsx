/**
 * Starts the page.
 */
import { createRoot } from "react-dom/client"
import { Page } from "./Page.tsx"
import "./theme.css"
import "./page.css"
import * as Theme from "./Theme.ts"

Theme.choose(Theme.current())

const root = document.getElementById("root")
if (root !== null) createRoot(root).render(<Page />)
