import { advance } from '../kernel/run.ts'
import type { Talk } from '../kernel/talk.ts'
import { type SetupReport, setUpNode } from '../setup/director-setup.ts'
import { instant } from '../units.ts'
import { writeAll } from './bytes.ts'
import { explainErrno } from './errno.ts'
import { type OpenKernel, openKernel } from './kernel-port.ts'

const STEPS_A_TURN = 64
const EXIT_REFUSED = 2

/** director-setup: does the whole talk and says on the console what it found. */
export function runSetup(): never {
  const kernel = openKernel()
  if (typeof kernel === 'number') {
    writeAll(2, `director-setup: error: the kernel has no netlink: ${explainErrno(-kernel)}\n`)
    return host.exit(EXIT_REFUSED)
  }
  host.makeDirectory('/run/director', 0o755)
  const report = wholeTalk(setUpNode({ sha256: sha256Hex, decode: host.decode }), kernel)
  writeAll(2, report.lines.map(line => `${line}\n`).join(''))
  return host.exit(report.exitCode)
}

function wholeTalk(talk: Talk<SetupReport>, kernel: OpenKernel): SetupReport {
  const ready = new Int32Array(2)
  for (let rest = talk; ; ) {
    rest = advance(rest, kernel, STEPS_A_TURN)
    if (rest.kind === 'done') return rest.value
    if (rest.kind === 'failed') throw new Error(`director-setup cannot ${rest.failure.step}`)
    // A turn of the loop has a budget; a slow machine may need several turns.
    host.wait(instant(0), ready)
  }
}

function sha256Hex(bytes: Uint8Array): string {
  const digest = new Uint8Array(32)
  host.sha256(bytes, digest)
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
}
