import { assert, describe, it } from "@effect/vitest"
import * as PgCodes from "@sonde/platform-node/PgCodes"
import { AuthenticationError, ConnectionError, SqlError, UnknownError } from "effect/sql/SqlError"

const secret = "postgres://sonde:c4n4ry@db.example/sonde"

const server = (code: string, severity = "ERROR") =>
  new SqlError({
    reason: new UnknownError({ cause: Object.assign(new Error(`of ${secret}`), { code, severity }), message: secret })
  })

const socket = (code: string) =>
  new SqlError({ reason: new ConnectionError({ cause: Object.assign(new Error(secret), { code }), message: secret }) })

describe("sqlStates", () => {
  it.each([
    ["08006", "ReadOnly", "cannot be reached"],
    ["28P01", "ReadOnly", "refuses the sign-in"],
    ["28000", "ReadOnly", "refuses the sign-in"],
    ["3D000", "ReadOnly", "is not there under this name"],
    ["3F000", "ReadOnly", "has no schema to make tables in"],
    ["23505", "Locked", "was written to by somebody else at the same place"],
    ["25006", "ReadOnly", "takes no changes: it is read-only or a standby"],
    ["42501", "ReadOnly", "does not let this role use its tables"],
    ["42P01", "ReadOnly", "has lost its tables of runs"],
    ["53100", "Full", "cannot take more: its disk or a limit is full"],
    ["53200", "Full", "cannot take more: its disk or a limit is full"],
    ["53300", "Full", "takes no more connections"],
    ["53400", "Full", "cannot take more: its disk or a limit is full"],
    ["57014", "ReadOnly", "cancelled the statement"],
    ["57P01", "ReadOnly", "cannot be reached"],
    ["57P03", "ReadOnly", "cannot be reached"],
    ["XX001", "Corrupt", "says that its data is damaged"],
    ["XX002", "Corrupt", "says that its data is damaged"],
    ["42601", "ReadOnly", "cannot be used"]
  ])("reads %s as %s", (code, reason, sentence) => {
    assert.deepStrictEqual(PgCodes.meaningOf(server(code)), { reason, sentence })
    assert.strictEqual(PgCodes.failure(server(code)).message, `the database ${sentence} (${code})`)
  })
})

describe("failure", () => {
  it("names the code of a socket, and the run", () => {
    const { message, reason, run } = PgCodes.failure(socket("ECONNREFUSED"), "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert.deepStrictEqual([message, reason, run], [
      "the database cannot be reached (ECONNREFUSED)",
      "ReadOnly",
      "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    ])
  })

  it("repeats nothing but a code", () => {
    const strange = new SqlError({
      reason: new AuthenticationError({ cause: { code: secret, message: secret }, message: secret })
    })
    for (const error of [server("28P01"), server("99999"), socket("ENOTFOUND"), strange]) {
      assert.notInclude(JSON.stringify(PgCodes.failure(error)), "c4n4ry")
    }
    assert.strictEqual(PgCodes.failure(strange).message, "the database refuses the sign-in (for no reason given)")
  })
})

describe("isLost", () => {
  it("is so unless the server says that a statement alone has failed", () => {
    assert.isFalse(PgCodes.isLost(server("53100")))
    assert.isTrue(PgCodes.isLost(server("57P01", "FATAL")))
    assert.isTrue(PgCodes.isLost(server("XX000", "PANIC")))
    assert.isTrue(PgCodes.isLost(socket("ECONNRESET")))
    assert.isTrue(PgCodes.isLost(PgCodes.late))
  })
})

describe("isStale", () => {
  const lost = (operation: string) =>
    new SqlError({ reason: new ConnectionError({ cause: new Error("closed"), operation }) })

  it("is so for a connection that had been open alone", () => {
    assert.isTrue(PgCodes.isStale(lost("query")))
    assert.isFalse(PgCodes.isStale(lost("connect")))
    assert.isFalse(PgCodes.isStale(PgCodes.late))
    assert.isFalse(PgCodes.isStale(server("53100")))
  })
})
