/** directorctl install: writes a flash disk from what this system was started with. */

import type { NodeConfig } from '../../model/node-config.ts'
import { type Disk, type DiskFault, type Source, writeAndCompare } from '../flash/disk.ts'
import { configCell } from '../flash/disk-layout.ts'
import { planInstall } from '../flash/install-plan.ts'
import { fillSettings, loaderSettings } from '../flash/loader-settings.ts'
import {
  consentTo,
  type DiskFacts,
  diskLine,
  type Refusal,
  refusalFor,
} from '../flash/may-install.ts'
import { askLine, breathe } from './ask-line.ts'
import { sha256Hex, utf8, writeAll } from './bytes.ts'
import { kernelWord, listDisks, openDisk } from './disks.ts'
import { explainErrno } from './errno.ts'
import { type Carried, readCarried } from './install-payload.ts'
import { isRefusal, refuse } from './refuse.ts'

export interface InstallOptions {
  /** A name in /dev, with or without it; `ask` asks for one. */
  readonly disk: string
  /** Nobody is asked. */
  readonly yes: boolean
  readonly erase: boolean
}

const EXIT_DONE = 0

/** Asks, writes, compares; ends the program. */
export function runInstall(options: InstallOptions): never {
  const carried = readCarried()
  if (isRefusal(carried)) return refuse('install', carried)
  const { config, facts } = carried
  say(`installs director ${facts.manifest.version}, node ${config.node.name} of ${config.cluster}`)
  const disk = chooseDisk(options)
  if (isRefusal(disk)) return refuse('install', disk)
  const bootDisk = kernelWord('director.disk')
  const refusal = refusalFor(disk, {
    ...{ isAsked: !options.yes, erase: options.erase },
    ...(bootDisk === undefined ? {} : { bootDisk }),
  })
  if (refusal !== undefined) return refuse('install', refusal)
  if (!options.yes && !consents(disk)) return refuse('install', notWanted(disk.name))
  const fault = writeDisk(disk, carried)
  if (fault !== undefined) return refuse('install', fault)
  say(`${disk.name} is written, read back and right: ${config.node.name} starts from it`)
  say('take the medium out that this start came from, then reboot')
  return host.exit(EXIT_DONE)
}

const say = (text: string) => writeAll(1, `director-install: ${text}\n`)

function chooseDisk({ disk, yes }: InstallOptions): DiskFacts | Refusal {
  const disks = listDisks()
  if (disks.length === 0) return noDisk
  const isAsked = disk === 'ask'
  if (isAsked && yes) return { ...unknownDisk('ask', disks), remedy: 'name a disk, or ask' }
  if (isAsked) {
    say('the disks of this machine:')
    for (const each of disks) writeAll(1, `  ${diskLine(each)}\n`)
  }
  const word = isAsked ? (askLine('which disk? ') ?? '') : disk
  const name = word.startsWith('/dev/') ? word.slice('/dev/'.length) : word
  return disks.find(each => each.name === name) ?? unknownDisk(name, disks)
}

function consents(disk: DiskFacts): boolean {
  say(`this erases ${diskLine(disk)}`)
  const words = consentTo(disk.name)
  return askLine(`type "${words}" to write it, anything else to leave it as it is: `) === words
}

function writeDisk(facts: DiskFacts, carried: Carried): Refusal | undefined {
  const disk = openDisk(`/dev/${facts.name}`, true)
  if (typeof disk === 'number') return inUse(facts.name, disk)
  const fault = writePasses(disk, carried)
  if (fault === undefined) host.diskReread(disk.fd)
  host.close(disk.fd)
  return fault === undefined ? undefined : failedOn(facts.name, fault)
}

function writePasses(disk: Disk, carried: Carried): DiskFault | undefined {
  const { config, facts, kernel, loader, stamp, system } = carried
  const passes = planInstall({
    ...{ diskBytes: disk.bytes, seed: randomHex(), facts, kernel, system, loader, stamp },
    settings: settingsOf(config),
    sha256: text => sha256Hex(utf8(text)),
  })
  const progress = progressOver(passes)
  const isEqual = (one: Uint8Array, other: Uint8Array) => sha256Hex(one) === sha256Hex(other)
  for (const sources of passes) {
    const fault = writeAndCompare(disk, sources, { isEqual, breathe: progress })
    if (fault !== undefined) return fault
  }
  return undefined
}

function settingsOf({ serial }: NodeConfig): string {
  const { baud, port } = serial.console
  const words = `console=tty0 console=${port},${baud}n8`
  return fillSettings(loaderSettings(serial.console, words), configCell('a', 0).settings.length)
}

/** A line for every tenth of what is written and compared. */
function progressOver(passes: readonly (readonly Source[])[]): (bytes: number) => void {
  const total = 2 * passes.flat().reduce((sum, { length }) => sum + length, 0)
  let done = 0
  let tenths = 0
  return bytes => {
    breathe()
    done += bytes
    const now = Math.floor((10 * done) / total)
    if (now > tenths) say(`${10 * now} %`)
    tenths = now
  }
}

function randomHex(): string {
  const bytes = new Uint8Array(16)
  // Before its generator is ready the kernel gives nothing; zeros are as good as an image's own.
  host.random(bytes)
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

const noDisk: Refusal = {
  code: 'disk_none',
  message: 'this machine has no disk that the kernel knows',
  remedy: 'run /etc/init.d/disks to load the drivers of disks; else it needs another driver',
}

const unknownDisk = (name: string, disks: readonly DiskFacts[]): Refusal => ({
  code: 'disk_unknown',
  message: name === '' ? 'no disk was named' : `there is no disk ${name}`,
  expected: `one of ${disks.map(each => each.name).join(', ')}`,
  remedy: 'name the disk as it is in /dev',
})

const notWanted = (name: string): Refusal => ({
  code: 'not_wanted',
  message: `nothing was written to ${name}`,
  remedy: 'start again to install after all',
})

const inUse = (name: string, errno: number): Refusal => ({
  code: 'disk_busy',
  message: `the disk ${name} cannot be opened for writing`,
  found: explainErrno(errno),
  remedy: 'end what uses the disk, then try again',
})

function failedOn(name: string, fault: DiskFault): Refusal {
  const remedy = 'the disk holds no whole system now: replace it, or try again'
  if (fault.kind !== 'differs') {
    const what = { read: 'be read back', write: 'be written', flush: 'keep what was written' }
    return {
      code: `disk_${fault.kind}`,
      message: `the disk ${name} cannot ${what[fault.kind]} at byte ${fault.at}`,
      found: explainErrno(fault.errno),
      remedy,
    }
  }
  return {
    code: 'disk_differs',
    message: `the disk ${name} does not hold what was written to it, from byte ${fault.at} on`,
    expected: `byte ${fault.wrote}`,
    found: `byte ${fault.found}: it drops writes or is damaged`,
    remedy,
  }
}
