import { setUpNode } from '../setup/director-setup.ts'
import { sha256Hex, writeAll } from './bytes.ts'
import { explainErrno } from './errno.ts'
import { openKernel } from './kernel-port.ts'
import { converseInTurns } from './patient.ts'

const EXIT_REFUSED = 2

/** director-setup: does the whole talk and says on the console what it found. */
export function runSetup(): never {
  const kernel = openKernel()
  if (typeof kernel === 'number') {
    writeAll(2, `director-setup: error: the kernel has no netlink: ${explainErrno(-kernel)}\n`)
    return host.exit(EXIT_REFUSED)
  }
  host.makeDirectory('/run/director', 0o755)
  const report = converseInTurns(
    setUpNode({ sha256: sha256Hex, decode: host.decode }),
    kernel,
    ({ step }) => bug(step),
  )
  writeAll(2, report.lines.map(line => `${line}\n`).join(''))
  return host.exit(report.exitCode)
}

// director-setup turns every failure into a report of its own.
function bug(step: string): never {
  throw new Error(`director-setup cannot ${step}`)
}
