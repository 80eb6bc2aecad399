import { setTimeout as sleep } from 'node:timers/promises'
import { arpClaim, captureEnd, readFrames } from './capture.ts'
import { batch } from './network.ts'
import { networkAround } from './networks.ts'
import type { LabPlan } from './plan.ts'
import { captureFile } from './qemu.ts'
import type { LabRun } from './run.ts'

/** A director that answered for an address, with the MAC that it named. */
export interface Owner {
  readonly node: string
  readonly mac: string
}

// An emulated machine answers within a few milliseconds; the kernel asks again after a second.
const ANSWER_MS = 300

/**
 * Asks by ARP for an address and looks at what each director sent, so that two owners are seen as
 * two even where they use one virtual MAC.
 */
export async function sampleOwners(
  run: LabRun,
  plan: LabPlan,
  captures: string,
  address: string,
): Promise<readonly Owner[]> {
  const network = networkAround(plan.networks, address)
  const asker = plan.stations.find(({ legs }) => legs.some(leg => leg.network === network?.name))
  if (network === undefined || asker === undefined) return []
  const files = plan.directors.flatMap(({ name, nics }) =>
    nics
      .filter(nic => nic.network === network.name)
      .map(nic => ({ node: name, file: captureFile(captures, name, nic.interface) })),
  )
  const marks = files.map(({ file }) => captureEnd(file))
  // Forgets the neighbour and asks for it as if a packet were waiting.
  await batch(run.namespace(asker.name), [
    `neighbour replace ${address} dev ${network.name} lladdr 02:00:00:00:00:01 nud permanent`,
    `neighbour delete ${address} dev ${network.name}`,
    `neighbour add ${address} dev ${network.name} use nud none`,
  ])
  await sleep(ANSWER_MS)
  const owners = new Map<string, Owner>()
  for (const [index, { node, file }] of files.entries()) {
    for (const frame of readFrames(file, marks[index]).frames) {
      const claim = arpClaim(frame)
      if (claim?.address !== address || claim.isGratuitous) continue
      owners.set(`${node} ${claim.mac}`, { node, mac: claim.mac })
    }
  }
  return [...owners.values()]
}
