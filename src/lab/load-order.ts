import { fail } from '../kit/problem.ts'
import type { NodeConfig } from '../model/node-config.ts'
import type { LoadOrder } from './load-client.ts'
import type { LabPlan } from './plan.ts'

/** What a caller says of a load; the rest is the first TCP service's. */
export type LoadRequest = Pick<LoadOrder, 'rate' | 'seconds'> & Partial<LoadOrder>

/** Where the client sends requests to. */
export type LoadTarget = Pick<LoadOrder, 'host' | 'port'>

const REQUEST_TIMEOUT_MS = 1_000

/** The whole order for the client: from its far address, a second's patience. */
export function completeOrder(
  request: LoadRequest,
  nodes: readonly NodeConfig[],
  plan: LabPlan,
): LoadOrder {
  const from = plan.stations.find(({ kind }) => kind === 'client')?.local[0]
  return {
    ...findTarget(nodes),
    timeout_ms: REQUEST_TIMEOUT_MS,
    ...(from === undefined ? {} : { from }),
    ...request,
  }
}

/** The first TCP service of the cluster. */
export function findTarget(nodes: readonly NodeConfig[]): LoadTarget {
  const service = nodes[0]?.services.find(({ protocol }) => protocol === 'tcp')
  return (
    (service && { host: service.address, port: service.port }) ??
    fail({
      code: 'lab_unsupported',
      message: 'the cluster has no TCP service that the lab’s client could use',
      expected: 'a service with protocol tcp',
    })
  )
}
