import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where labs keep their sockets. Short, since a socket's path may have 107 bytes. */
export const RUNS_FOLDER = '/run/director-lab'

/** One run of a lab: the names of all that it makes carry its id. */
export interface LabRun {
  readonly id: string
  /** For sockets and small files; removed at the end. */
  readonly folder: string
  /** The name of one of its network namespaces. */
  namespace(name: string): string
  /** Removes namespaces and folder; it does not wait, so it may run while a program exits. */
  remove(): void
}

/** Claims a new id and writes down who owns it. */
export function openRun(runsFolder = RUNS_FOLDER): LabRun {
  const id = randomBytes(3).toString('hex')
  const folder = join(runsFolder, id)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const owner: Owner = { pid: process.pid, startedAt_ticks: startOf(process.pid) ?? '' }
  writeFileSync(join(folder, OWNER_FILE), JSON.stringify(owner))
  return asRun(id, folder)
}

/**
 * Removes what labs left behind whose program is no more, for example after a power cut of ours.
 *
 * A run is dead if no process has its owner's number, or one that started at another time. What
 * still runs inside its namespaces is ended; nothing outside of them is touched.
 *
 * @returns the ids that were removed
 */
export function removeLeftovers(runsFolder = RUNS_FOLDER): readonly string[] {
  return listRuns(runsFolder)
    .filter(({ owner }) => owner === undefined || startOf(owner.pid) !== owner.startedAt_ticks)
    .map(({ id, folder }) => {
      asRun(id, folder).remove()
      return id
    })
}

/** The labs that are running now, newest last: id and folder. */
export function liveRuns(runsFolder = RUNS_FOLDER): readonly { id: string; folder: string }[] {
  return listRuns(runsFolder)
    .filter(({ owner }) => owner !== undefined && startOf(owner.pid) === owner.startedAt_ticks)
    .map(({ id, folder }) => ({ id, folder }))
}

const OWNER_FILE = 'owner.json'

interface Owner {
  readonly pid: number
  /** Field 22 of /proc/PID/stat: a number that is used again has another. */
  readonly startedAt_ticks: string
}

function listRuns(runsFolder: string): { id: string; folder: string; owner: Owner | undefined }[] {
  let names: string[]
  try {
    names = readdirSync(runsFolder)
  } catch {
    return []
  }
  return names
    .filter(name => /^[0-9a-f]{6}$/.test(name))
    .map(id => ({ id, folder: join(runsFolder, id), owner: readOwner(join(runsFolder, id)) }))
}

function readOwner(folder: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, OWNER_FILE), 'utf8')) as Owner
  } catch {
    return undefined
  }
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets and may hold blanks.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function asRun(id: string, folder: string): LabRun {
  const prefix = `director-${id}-`
  return {
    id,
    folder,
    namespace: name => `${prefix}${name}`,
    remove() {
      const ours = namespaces().filter(name => name.startsWith(prefix))
      for (const name of ours) {
        for (const pid of processesIn(name)) {
          try {
            process.kill(pid, 'SIGKILL')
          } catch {
            // It ended by itself.
          }
        }
        spawnSync('ip', ['netns', 'delete', name])
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function namespaces(): readonly string[] {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').map(line => line.split(' ')[0] ?? '')
}

function processesIn(namespace: string): readonly number[] {
  const { stdout } = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').filter(Boolean).map(Number)
}
