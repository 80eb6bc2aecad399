import { setTimeout as sleep } from 'node:timers/promises'
import { fail } from '../kit/problem.ts'
import type { Steps } from '../kit/steps.ts'
import type { NodeConfig, VrrpInstanceConfig } from '../model/node-config.ts'
import type { Lab } from './lab.ts'
import type { LoadSummary } from './load-summary.ts'
import { bootDirectors, waitForOwner, waitUntilServed } from './wait.ts'

/** What the client saw of a failover. */
export interface FailoverReport {
  readonly address: string
  readonly active: string
  readonly successor: string
  readonly load: LoadSummary
  /** The longest outage that the configured timers allow, with a margin for the emulation. */
  readonly outageLimit_ms: number
  readonly isWithinLimit: boolean
}

const RATE = 50
const QUIET_BEFORE_S = 3
// The longest that the load goes on after the limit, so that the service is seen to be steady.
const STEADY_S = 3
// Emulation on a busy machine delays timers and answers.
const MARGIN_MS = 1_000

/** Boots the pair, kills the active director under load and measures what the client saw. */
export async function checkFailover(lab: Lab, steps: Steps): Promise<FailoverReport> {
  const address = lab.target.host
  await bootDirectors(lab, steps)
  const active = await steps.run(`${address} is served`, async step => {
    await waitUntilServed(lab)
    const owner = await waitForOwner(lab, address)
    step.remark(`by ${owner.node}, ${owner.mac}`)
    return owner.node
  })
  const limit_ms = outageLimit(lab.nodes, address, active)
  const load = await steps.run(`kill ${active} under ${RATE} requests a second`, async step => {
    const seconds = QUIET_BEFORE_S + limit_ms / 1_000 + STEADY_S
    const running = lab.load({ rate: RATE, seconds })
    await sleep(QUIET_BEFORE_S * 1_000)
    await lab.machine(active).kill()
    const summary = await running.finished
    step.remark(renderLoad(summary))
    return summary
  })
  const successor = await waitForOwner(lab, address)
  return {
    address,
    active,
    successor: successor.node,
    load,
    outageLimit_ms: limit_ms,
    isWithinLimit: load.outage_ms <= limit_ms && successor.node !== active,
  }
}

/** `600 sent, 437 answered, away for 3.27 s`. */
export function renderLoad(load: LoadSummary): string {
  const away =
    load.failed === 0 ? 'never away' : `away for ${(load.outage_ms / 1_000).toFixed(2)} s`
  return `${load.sent} sent, ${load.answered} answered, ${away}`
}

/** How long an address may be away when a node dies: the peers' timers and the margin. */
export function outageLimit(nodes: readonly NodeConfig[], address: string, dead: string): number {
  const heirs = nodes.filter(({ node }) => node.name !== dead)
  const timers = heirs.flatMap(({ vrrp }) => {
    const instance = vrrp.instances.find(({ addresses }) =>
      addresses.some(vip => vip.split('/')[0] === address),
    )
    return instance === undefined ? [] : [activeDown_ms(instance)]
  })
  if (timers.length === 0) {
    fail({
      code: 'lab_no_heir',
      message: `no other node has the address ${address}`,
      remedy: 'the failover check needs a cluster file with two nodes and a TCP service on a VIP',
    })
  }
  return Math.min(...timers) + MARGIN_MS
}

/** Active_Down_Interval in milliseconds: RFC 9568, 6.1. */
export function activeDown_ms(
  instance: Pick<VrrpInstanceConfig, 'advert_interval_ms' | 'priority'>,
): number {
  const { advert_interval_ms, priority } = instance
  return 3 * advert_interval_ms + ((256 - priority) * advert_interval_ms) / 256
}
