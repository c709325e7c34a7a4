/** Writes the JSON Schemas of the package: `node packages/report/test/schemas.ts`. */
import * as Schemas from "@sonde/report/Schemas"
import { writeFileSync } from "node:fs"

for (const [name, schema] of Object.entries(Schemas.all())) {
  writeFileSync(new URL(`../schemas/${name}`, import.meta.url), Schemas.text(schema))
}
