/**
 * Keeps journals as files: `runs/<id>.ndjson` in the state folder, readable with `cat`, for the owner's eyes only.
 *
 * A lock is a file beside the journal that names the process that holds it. A process that died holds nothing: the
 * lock of a process that no longer runs, or whose number now belongs to another, is taken over.
 *
 * @since 0.1.0
 */
import { JournalError } from "@sonde/domain/Errors"
import { type JournalFile, JournalStore } from "@sonde/pipeline/JournalStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs"
import * as Path from "node:path"

/** Whoever passes the gate is through within milliseconds; one that stands longer was left by a crash. */
const gateMillis = 10_000

interface Holder {
  readonly pid: number
  readonly started: string
}

/** When a process began, as far as the system tells: numbers of dead processes are given again. */
const startOf = (pid: number): string => {
  try {
    const stat = Fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  } catch {
    return ""
  }
}

const isAlive = (holder: Holder): boolean => {
  try {
    process.kill(holder.pid, 0)
  } catch (cause) {
    // EPERM: it runs, and belongs to somebody else.
    if ((cause as NodeJS.ErrnoException).code !== "EPERM") return false
  }
  return holder.started === "" || startOf(holder.pid) === holder.started
}

const reasons: Readonly<Record<string, JournalError["reason"]>> = {
  EACCES: "ReadOnly",
  EPERM: "ReadOnly",
  EROFS: "ReadOnly",
  ENOTDIR: "ReadOnly",
  EISDIR: "ReadOnly",
  EEXIST: "ReadOnly",
  ENOSPC: "Full",
  EDQUOT: "Full",
  EFBIG: "Full",
  EMFILE: "Full",
  ENFILE: "Full",
  ENOENT: "NotFound"
}

const sentences: Record<JournalError["reason"], string> = {
  ReadOnly: "cannot be written; give a writable folder with --state",
  Full: "cannot take more: the disk or a quota is full",
  NotFound: "is not there",
  Corrupt: "cannot be read",
  Locked: "is being worked on"
}

/** The typed error of a system error; an unknown code counts as a folder that cannot be written. */
const failure = (cause: unknown, path: string, run?: string): JournalError => {
  const code = (cause as NodeJS.ErrnoException).code ?? ""
  const reason = reasons[code] ?? "ReadOnly"
  return new JournalError({
    reason,
    path,
    ...(run === undefined ? {} : { run }),
    message: `${path} ${sentences[reason]} (${code})`
  })
}

/**
 * Makes a folder and those above it. Not with `recursive`: Node never comes back from that where a file system answers
 * ENOENT below a folder that is there, as /proc does.
 */
const makeFolder = (path: string): void => {
  try {
    Fs.mkdirSync(path, { mode: 0o700 })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === "EEXIST" && Fs.statSync(path).isDirectory()) return
    const above = Path.dirname(path)
    if (code !== "ENOENT" || above === path) throw cause
    if (Fs.existsSync(above)) {
      throw new JournalError({ reason: "ReadOnly", path, message: `${path} ${sentences.ReadOnly} (${code})` })
    }
    makeFolder(above)
    makeFolder(path)
  }
}

const isRunId = (text: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(text)

/** Complete lines; what follows the last line end was torn by a crash. */
const linesOf = (text: string): ReadonlyArray<string> =>
  text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "")

/** Writes down which files a folder holds. Not every system can open a folder; those write it down by themselves. */
const syncFolder = (path: string): void => {
  let descriptor: number
  try {
    descriptor = Fs.openSync(path, "r")
  } catch {
    return
  }
  try {
    Fs.fsyncSync(descriptor)
  } finally {
    Fs.closeSync(descriptor)
  }
}

const make = (folder: string): JournalStore["Service"] => {
  const runs = Path.join(folder, "runs")
  const fileOf = (run: string) => Path.join(runs, `${run}.ndjson`)
  const lockOf = (run: string) => Path.join(runs, `${run}.lock`)
  const attempt = <A>(path: string, run: string | undefined, body: () => A): Effect.Effect<A, JournalError> =>
    Effect.try({ try: body, catch: (cause) => cause instanceof JournalError ? cause : failure(cause, path, run) })

  /** What a lock says: `released` where there is none, `undefined` where nobody can be read from it. */
  const lookAt = (path: string): Holder | "released" | undefined => {
    try {
      return JSON.parse(Fs.readFileSync(path, "utf8")) as Holder
    } catch (cause) {
      return (cause as NodeJS.ErrnoException).code === "ENOENT" ? "released" : undefined
    }
  }

  const holderOf = (path: string): Holder | undefined => {
    const found = lookAt(path)
    return found === "released" ? undefined : found
  }

  const locked = (run: string, holder: Holder | undefined) =>
    new JournalError({
      reason: "Locked",
      run,
      path: lockOf(run),
      message: `the run ${run} is being worked on by process ${holder?.pid ?? "?"}; wait for it, or stop it`
    })

  /**
   * Replaces the lock of a dead process. Only one process at a time passes the gate and looks again behind it; a
   * lock that was released or taken meanwhile is never written over.
   */
  const takeOver = (run: string, draft: string): void => {
    const path = lockOf(run)
    const before = holderOf(path)
    if (before !== undefined && isAlive(before)) throw locked(run, before)
    const gate = `${path}.gate`
    const abandoned = Fs.statSync(gate, { throwIfNoEntry: false })
    // Both moments are those of the file system: the clock of this machine may be another.
    if (abandoned !== undefined && Fs.statSync(draft).mtimeMs - abandoned.mtimeMs > gateMillis) Fs.rmdirSync(gate)
    try {
      Fs.mkdirSync(gate)
    } catch {
      throw locked(run, before)
    }
    try {
      const found = lookAt(path)
      if (found !== "released") {
        if (found !== undefined && isAlive(found)) throw locked(run, found)
        Fs.rmSync(path, { force: true })
      }
      Fs.linkSync(draft, path)
    } catch (cause) {
      throw (cause as NodeJS.ErrnoException).code === "EEXIST" ? locked(run, holderOf(path)) : cause
    } finally {
      Fs.rmdirSync(gate)
    }
  }

  const lock = (run: string): void => {
    const path = lockOf(run)
    const mine = JSON.stringify({ pid: process.pid, started: startOf(process.pid) })
    // A lock appears with its content by a link, which fails where one exists.
    const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
    Fs.writeFileSync(draft, mine, { mode: 0o600 })
    try {
      try {
        Fs.linkSync(draft, path)
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause
        takeOver(run, draft)
      }
    } finally {
      Fs.rmSync(draft, { force: true })
    }
  }

  const unlock = (run: string): void => {
    if (holderOf(lockOf(run))?.pid === process.pid) Fs.rmSync(lockOf(run), { force: true })
  }

  const read = (run: string) =>
    attempt(fileOf(run), run, () => {
      try {
        return Fs.readFileSync(fileOf(run), "utf8")
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
          throw new JournalError({ reason: "NotFound", run, path: fileOf(run), message: `there is no run ${run}` })
        }
        throw cause
      }
    })

  /** Opens under the lock, drops a torn last line, and writes at the end. */
  const open = (run: string, flags: "wx+" | "r+") =>
    Effect.acquireRelease(
      attempt(fileOf(run), run, () => {
        makeFolder(runs)
        if (flags === "r+" && !Fs.existsSync(fileOf(run))) {
          throw new JournalError({ reason: "NotFound", run, path: fileOf(run), message: `there is no run ${run}` })
        }
        lock(run)
        try {
          const descriptor = Fs.openSync(fileOf(run), flags, 0o600)
          const octets = Fs.readFileSync(descriptor)
          const whole = octets.lastIndexOf(10) + 1
          if (whole < octets.length) Fs.ftruncateSync(descriptor, whole)
          return { descriptor, end: whole, lines: linesOf(octets.toString("utf8")) }
        } catch (cause) {
          unlock(run)
          throw cause
        }
      }),
      ({ descriptor }) =>
        Effect.sync(() => {
          Fs.closeSync(descriptor)
          unlock(run)
        })
    ).pipe(Effect.map(({ descriptor, end, lines }): JournalFile => {
      let position = end
      // Whether the name of the file, too, survives the death of the machine.
      let isListed = end > 0
      return {
        lines,
        append: (more, durable) =>
          attempt(fileOf(run), run, () => {
            const octets = Buffer.from(more.map((line) => `${line}\n`).join(""))
            try {
              for (let written = 0; written < octets.length;) {
                written += Fs.writeSync(descriptor, octets, written, octets.length - written, position + written)
              }
            } catch (cause) {
              // What a full disk took of a line must not stand behind the next one.
              Fs.ftruncateSync(descriptor, position)
              throw cause
            }
            position += octets.length
            if (!durable) return
            Fs.fdatasyncSync(descriptor)
            if (!isListed) syncFolder(runs)
            isListed = true
          })
      }
    }))

  return {
    create: (run) => open(run, "wx+"),
    open: (run) => open(run, "r+"),
    read: (run) => Effect.map(read(run), linesOf),
    isHeld: (run) =>
      attempt(lockOf(run), run, () => {
        const holder = holderOf(lockOf(run))
        return holder !== undefined && isAlive(holder)
      }),
    list: attempt(runs, undefined, () => {
      if (!Fs.existsSync(runs)) {
        // Nothing was written yet, unless something else stands in the place of the folder.
        if (Fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== false) return []
        throw new JournalError({ reason: "ReadOnly", path: folder, message: `${folder} is no folder` })
      }
      return Fs.readdirSync(runs)
        .filter((name) => name.endsWith(".ndjson"))
        .map((name) => name.slice(0, -".ndjson".length))
        .filter(isRunId)
        .sort()
        .reverse()
    }),
    remove: (run) =>
      attempt(fileOf(run), run, () => {
        if (!Fs.existsSync(fileOf(run))) {
          throw new JournalError({ reason: "NotFound", run, path: fileOf(run), message: `there is no run ${run}` })
        }
        try {
          lock(run)
        } catch (cause) {
          // A full disk has no room for a lock, and removing a run is what makes room.
          if (reasons[(cause as NodeJS.ErrnoException).code ?? ""] !== "Full") throw cause
          const holder = holderOf(lockOf(run))
          if (holder !== undefined && isAlive(holder)) throw locked(run, holder)
        }
        Fs.rmSync(fileOf(run), { force: true })
        Fs.rmSync(lockOf(run), { force: true })
      })
  }
}

/**
 * Keeps journals below a folder, which is made when the first run is written.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: { readonly folder: string }): Layer.Layer<JournalStore> =>
  Layer.sync(JournalStore, () => JournalStore.of(make(options.folder)))
