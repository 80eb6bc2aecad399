import { newReplay } from '../replay.ts'
import { writeAll } from './bytes.ts'
import { explainErrno } from './errno.ts'
import { readWhole } from './files.ts'
import { hostHash } from './hash.ts'
import { refuse } from './start.ts'

/** A turn of the host has an end; so many lines are far from it. */
const LINES_A_TURN = 200
const NEWLINE = 10

/** Prints the effects of each line of a record, and touches nothing of the machine. */
export function runReplay(path: string): never {
  const record = readWhole(path)
  if (typeof record === 'number') return refuse(`cannot read ${path}: ${explainErrno(record)}`)
  const next = newReplay(hostHash)
  const ready = new Int32Array(2)
  let lines = 0
  for (let from = 0; from < record.length; ) {
    const end = record.indexOf(NEWLINE, from)
    const until = end < 0 ? record.length : end
    if (until > from && !writeAll(1, `${next(host.decode(record.subarray(from, until)))}\n`)) break
    from = until + 1
    lines += 1
    if (lines % LINES_A_TURN === 0) host.wait(host.now(), ready)
  }
  return host.exit(0)
}
