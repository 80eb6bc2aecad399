/** directorctl confirm: what runs on trial becomes what starts from now on. */

import {
  confirmTrial,
  decodeBootState,
  encodeBootState,
  STATE_OFFSET,
} from '../flash/boot-state.ts'
import { bytesAt, writeAndCompare } from '../flash/disk.ts'
import { BLOCK_BYTES, partition } from '../flash/disk-layout.ts'
import type { Refusal } from '../flash/may-install.ts'
import { hasStatePartition, isLayoutKnown } from '../flash/what-is-on.ts'
import { breathe } from './ask-line.ts'
import { sha256Hex, writeAll } from './bytes.ts'
import { kernelWord, listDisks, type OpenDisk, openDisk } from './disks.ts'
import { explainErrno } from './errno.ts'
import { isRefusal, refuse } from './refuse.ts'

/** Confirms, or says why not; ends the program. */
export function runConfirm(): never {
  const disk = openOwnDisk()
  if (isRefusal(disk)) return refuse('confirm', disk)
  const outcome = confirmOn(disk)
  host.close(disk.fd)
  if (typeof outcome !== 'string') return refuse('confirm', outcome)
  writeAll(1, `director-confirm: ${outcome}\n`)
  return host.exit(0)
}

/** The disk that this system was started from. */
function openOwnDisk(): OpenDisk | Refusal {
  const guid = kernelWord('director.disk')
  if (guid === undefined) return notFromFlash
  const own = listDisks().filter(
    ({ content }) => content.kind === 'director' && hasStatePartition(content.table, guid),
  )
  const [only] = own
  if (only === undefined) return notFound
  if (own.length > 1) return doubled(own.map(({ name }) => name))
  if (only.content.kind === 'director' && !isLayoutKnown(only.content.table)) return otherLayout
  const disk = openDisk(`/dev/${only.name}`, true)
  return typeof disk === 'number' ? failed(`open ${only.name}`, disk) : disk
}

function confirmOn(disk: OpenDisk): string | Refusal {
  const at = partition('director-state').offset + STATE_OFFSET
  const block = disk.read(at, BLOCK_BYTES)
  if (typeof block === 'number') return failed('read the state area', block)
  const state = decodeBootState(block)
  if (state === undefined) return damaged
  const [slot, copy] = [kernelWord('director.slot'), kernelWord('director.copy')]
  const { trial } = state
  if (trial === undefined) {
    return state.active === slot ? `slot ${slot} is confirmed already` : notOnTrial(slot)
  }
  if (trial.slot !== slot || `${trial.copy}` !== copy) return notOnTrial(slot)
  const source = bytesAt(at, encodeBootState(confirmTrial(state)))
  const isEqual = (one: Uint8Array, other: Uint8Array) => sha256Hex(one) === sha256Hex(other)
  const fault = writeAndCompare(disk, [source], { isEqual, breathe })
  if (fault === undefined) return `slot ${slot} is confirmed: it starts from now on`
  return failed('write the state area', fault.kind === 'differs' ? EIO : fault.errno)
}

const EIO = 5

const notFromFlash: Refusal = {
  code: 'not_from_flash',
  message: 'this system was not started from a flash disk: there is nothing to confirm',
  remedy: 'nothing: a CD or a network boot has no trial',
}

const notFound: Refusal = {
  code: 'own_disk_missing',
  message: 'the disk that this system was started from is not there',
  remedy: 'run /etc/init.d/disks to load the drivers of disks, then try again',
}

const doubled = (names: readonly string[]): Refusal => ({
  code: 'own_disk_doubled',
  message: 'several disks say that this system was started from them',
  found: names.join(', '),
  remedy: 'take all but one out: they were written from one image',
})

const otherLayout: Refusal = {
  code: 'layout_unsupported',
  message: 'the disk has a layout that this version does not know',
  remedy: 'confirm with the version that wrote the disk',
}

const damaged: Refusal = {
  code: 'flash_damaged',
  message: 'the state area of the disk is damaged',
  remedy: 'write the disk anew',
}

const notOnTrial = (slot: string | undefined): Refusal => ({
  code: 'not_on_trial',
  message: `what runs now, slot ${slot ?? 'unknown'}, is not what is on trial`,
  remedy: 'start again to have the trial started, then confirm that',
})

const failed = (what: string, errno: number): Refusal => ({
  code: 'disk_failed',
  message: `cannot ${what}`,
  found: explainErrno(errno),
  remedy: 'try again; if it stays so, replace the disk',
})
