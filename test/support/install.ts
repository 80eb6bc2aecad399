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
 * Answers what a system that was started to install asks on its console, and waits until the disk
 * is written and read back.
 *
 * @param disk its name in /dev
 * @param from where in the transcript the questions are looked for
 * @returns what it listed before it asked, and where in the transcript it was done
 */
export async function installOn(
  lab: Lab,
  node: string,
  disk: string,
  from: number,
): Promise<{ readonly listed: string; readonly end: number }> {
  const type = keyboard(lab, node)
  const { transcript } = lab.machine(node).console
  const see = (what: RegExp, start: number) => transcript.waitFor(what, INSTALL_TIMEOUT_MS, start)
  const which = await see(/which disk\? /, from)
  type(`${disk}\r`)
  const sure = await see(/as it is: /, which.end)
  type(`install ${disk}\r`)
  const done = new RegExp(`${disk} is written, read back and right: ${node} starts from it`)
  const { end } = await see(done, sure.end)
  return { listed: transcript.text().slice(from, which.end), end }
}
