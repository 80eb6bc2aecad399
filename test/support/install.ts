import { truncateSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { DISK_BYTES_MIN } from '../../src/agent/flash/disk-layout.ts'
import type { Lab } from '../../src/lab/lab.ts'

const INSTALL_TIMEOUT_MS = 180_000
const MIB = 1 << 20

/** A disk of zeros, larger than it must be. */
export function emptyDisk(folder: string, name: string, bytes = DISK_BYTES_MIN + 5 * MIB): string {
  const path = join(folder, name)
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return path
}

/** Types on a machine's console as a person does. */
export function keyboard(lab: Lab, node: string): (keys: string) => void {
  const socket = createConnection(join(lab.run.folder, `${node}.console`))
  socket.resume()
  return keys => socket.write(keys)
}

/**
 * Names the disk on the console of a system that was started to install and was not told which.
 *
 * @param disk its name in /dev
 * @param from where in the transcript the question is looked for
 * @returns what it listed before it asked, and where in the transcript it asked
 */
export async function nameDisk(lab: Lab, node: string, disk: string, from: number) {
  const { transcript } = lab.machine(node).console
  const { end } = await transcript.waitFor(/which disk\? /, INSTALL_TIMEOUT_MS, from)
  keyboard(lab, node)(`${disk}\r`)
  return { listed: transcript.text().slice(from, end), end }
}

/**
 * Consents to what is asked before a disk is written, and waits until it is written and read back.
 *
 * @returns where in the transcript it was done
 */
export async function consentTo(
  lab: Lab,
  node: string,
  disk: string,
  from: number,
): Promise<number> {
  const { transcript } = lab.machine(node).console
  const sure = await transcript.waitFor(/as it is: /, INSTALL_TIMEOUT_MS, from)
  keyboard(lab, node)(`install ${disk}\r`)
  const done = new RegExp(`${disk} is written, read back and right: ${node} starts from it`)
  return (await transcript.waitFor(done, INSTALL_TIMEOUT_MS, sure.end)).end
}
