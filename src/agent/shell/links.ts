import { EIO } from '../kernel/errno.ts'
import {
  isSameLinkEvent,
  linkEvent,
  MONITOR_GROUPS,
  type NetworkView,
  noteChanges,
  readView,
} from '../kernel/network-view.ts'
import { converse, type KernelPort } from '../kernel/run.ts'
import type { InterfaceName, LinkEvent } from '../machine.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, type Watcher } from './poll.ts'

const DATAGRAMS_A_TURN_MAX = 64
const DATAGRAM_BYTES_MAX = 32 * 1024

/** Which link each interface of node.json is. */
export type LinkIndexes = ReadonlyMap<InterfaceName, number>

export interface LinkEnds {
  readonly report: (event: LinkEvent) => void
  /** A link, of whatever kind, that the kernel has removed. */
  readonly gone: (index: number) => void
  /** Whatever changed. */
  readonly look: (view: NetworkView) => void
}

/**
 * Reports each interface once, then whenever the kernel says something new of it.
 * Where the kernel had to drop notifications, everything is read anew.
 *
 * @returns 0, or -errno where the kernel cannot be read at the start
 */
export function followLinks(
  indexes: LinkIndexes,
  port: KernelPort,
  watcher: Watcher,
  { report, gone, look }: LinkEnds,
): number {
  const monitor = host.netlinkSocket(0, MONITOR_GROUPS)
  if (monitor < 0) return monitor
  const read = () => converse<NetworkView | undefined>(readView(), port, () => undefined)
  let view = read()
  if (view === undefined) return -EIO
  const last = new Map<InterfaceName, LinkEvent>()
  const buffer = new Uint8Array(DATAGRAM_BYTES_MAX)

  const reportChanges = (current: NetworkView) => {
    look(current)
    for (const [name, index] of indexes) {
      const event = linkEvent(current, name, index)
      const known = last.get(name)
      if (known !== undefined && isSameLinkEvent(known, event)) continue
      last.set(name, event)
      report(event)
    }
  }
  watcher.watch(monitor, POLL_IN, () => {
    let isLost = false
    let isTouched = false
    const touched = new Set<number>()
    for (let taken = 0; taken < DATAGRAMS_A_TURN_MAX; taken += 1) {
      const count = host.recv(monitor, buffer)
      if (count === -EAGAIN) break
      isTouched = true
      if (count < 0 || view === undefined) isLost = true
      else for (const index of noteChanges(view, buffer.subarray(0, count))) touched.add(index)
    }
    if (isLost) view = read()
    if (!isTouched || view === undefined) return
    reportChanges(view)
    for (const index of touched) if (!view.links.has(index)) gone(index)
  })
  reportChanges(view)
  return 0
}
