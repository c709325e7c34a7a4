/**
 * A PostgreSQL database as the place where a server keeps what it keeps. Loaded only where one is asked for.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import type { JournalError } from "@sonde/domain/Errors"
import { Readiness } from "@sonde/http-server/Readiness"
import * as PgCodes from "@sonde/platform-node/PgCodes"
import * as PgJournalStore from "@sonde/platform-node/PgJournalStore"
import { JournalStore } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import type * as Redacted from "effect/Redacted"
import type { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import { Failure } from "../../Failure.ts"
import type { Name, Stores } from "./stores.ts"

const failure = ({ message }: JournalError): Failure =>
  new Failure({
    exitCode: 74,
    problem: `--database: ${message}`,
    remedy: "check the URL, and that the server runs and lets this role make and use tables"
  })

/** Asks again where a connection was lost before anybody noticed. Nothing that such a store does is harmed by a second time. */
const steady = (store: KeyValueStore.KeyValueStore): KeyValueStore.KeyValueStore => {
  const again = <A>(effect: Effect.Effect<A, KeyValueStore.KeyValueStoreError>) =>
    Effect.retry(effect, { times: 2, while: ({ cause }) => isSqlError(cause) && PgCodes.isStale(cause) })
  return KeyValueStore.make({
    get: (key) => again(store.get(key)),
    getUint8Array: (key) => again(store.getUint8Array(key)),
    set: (key, value) => again(store.set(key, value)),
    remove: (key) => again(store.remove(key)),
    clear: again(store.clear),
    size: again(store.size),
    keys: again(store.keys)
  })
}

/** A table of pairs. It is made where it is not there; that it cannot be made is the operator's to put right. */
const values = (name: Name): Layer.Layer<KeyValueStore.KeyValueStore, Failure, PgClient.PgClient | SqlClient> =>
  Layer.effect(
    KeyValueStore.KeyValueStore,
    PgJournalStore.exclusively(
      Effect.provide(KeyValueStore.KeyValueStore, KeyValueStore.layerSql({ table: `sonde_${name}` }))
    ).pipe(
      Effect.map(steady),
      Effect.catchDefect((defect) => isSqlError(defect) ? Effect.fail(defect) : Effect.die(defect)),
      Effect.mapError((error) => failure(PgCodes.failure(error)))
    )
  )

/** Asks whether changes would be taken. The answer names no place: everybody may ask. */
const readiness = Layer.effect(
  Readiness,
  Effect.map(
    PgClient.PgClient,
    (client) =>
      client<{ readonly locked: string }>`select current_setting('transaction_read_only') as locked`.pipe(
        Effect.timeout("5 seconds"),
        Effect.map(([row]) => row?.locked === "off" ? undefined : "the database takes no changes"),
        Effect.orElseSucceed(() => "the database cannot be reached")
      )
  )
)

/** In the tables `sonde_runs`, `sonde_lines`, `sonde_tokens` and `sonde_shares`, which are made where they are not there. */
export const inDatabase = (url: Redacted.Redacted<string>): Stores => {
  // A pool opens its connections when they are used, so that making one cannot fail.
  const client = Layer.orDie(PgClient.layer({ url, applicationName: "sonde" }))
  return {
    journals: PgJournalStore.layer().pipe(
      Layer.provide(client),
      Layer.catchTag("JournalError", (error) => Layer.effect(JournalStore, Effect.fail(failure(error))))
    ),
    values: (name) => Layer.provide(values(name), client),
    readiness: Layer.provide(readiness, client)
  }
}
