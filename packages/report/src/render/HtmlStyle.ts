/**
 * The style sheet of reports as HTML. State colours keep a contrast of at least 7:1 (WCAG 2.2 success criterion 1.4.6).
 *
 * @since 0.1.0
 */

/**
 * The style sheet, as it stands in the document.
 *
 * @category constants
 * @since 0.1.0
 */
export const style = `
:root{color-scheme:light dark;--text:#1b1f24;--quiet:#4a5158;--page:#fff;--card:#f5f6f8;--edge:#c9ced4;--link:#0b4a9e;--pass:#0a5225;--fail:#8c1018;--warn:#6a4200;--open:#4a3a86;--hit:#fbe3e4}
@media (prefers-color-scheme:dark){:root{--text:#eceff2;--quiet:#b6bec7;--page:#14171a;--card:#1d2125;--edge:#3d444c;--link:#9cc7ff;--pass:#7fdc9d;--fail:#ffb0b0;--warn:#f2c66d;--open:#c9bdff;--hit:#4a1c20}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:60rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.5rem;line-height:1.3;margin:.25rem 0}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
h3{font-size:1.05rem;margin:0 0 .5rem}
h4{font-size:1rem;margin:.5rem 0 .25rem}
p{margin:.35rem 0}
small,.target,footer{color:var(--quiet)}
section{background:var(--card);border:1px solid var(--edge);border-radius:.5rem;padding:1rem;margin:0 0 1rem}
pre{overflow-x:auto;white-space:pre-wrap;background:var(--page);border:1px solid var(--edge);border-radius:.35rem;padding:.6rem .75rem;margin:.35rem 0;font:.875rem/1.5 ui-monospace,monospace}
code{font-family:ui-monospace,monospace;font-size:.9em}
mark{background:var(--hit);color:inherit}
a{color:var(--link)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}
dt{color:var(--quiet)}
dd{margin:0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--edge);font-weight:normal}
thead th{color:var(--quiet)}
.time{white-space:nowrap}
.steps{padding-left:1.25rem}
.facts{padding-left:1.25rem}
.note{border:1px solid var(--edge);border-radius:.5rem;padding:.5rem .75rem;color:var(--quiet)}
.mark{font-weight:bold}
.pass,.restored{color:var(--pass)}
.fail{color:var(--fail)}
.warn{color:var(--warn)}
.inconclusive{color:var(--open)}
summary{cursor:pointer;font-size:1.2rem;font-weight:bold;margin:2rem 0 .5rem}
section summary{font-size:1rem;margin:.75rem 0 .25rem}
@media (max-width:30rem){dl{grid-template-columns:1fr}td:nth-child(2){display:none}thead th:nth-child(2){display:none}}
@media print{section{break-inside:avoid}}
`

/**
 * The style sheet by its digest, as a source of a content security policy names it.
 *
 * @category constants
 * @since 0.1.0
 */
export const styleSource = "sha256-zOdWJmAiAUsmZNUqjVXiVUt6oeijS2v7X90vbd0PnXU="
