/** From what the kernel holds to what it should hold, without a moment of less. */

import type { IpvsChange, IpvsDestination, IpvsService } from '../machine.ts'
import {
  byName,
  connectionsOf,
  isSameDestination,
  isSameService,
  nameOfDestination,
  nameOfKey,
} from './table.ts'

export interface PlanOptions {
  /**
   * Whether a destination that nobody wants may be deleted now. One that failed its check is dead
   * and may; any other is drained first, since deleting it would drop its connections.
   */
  readonly mayDelete: (service: IpvsService, destination: IpvsDestination) => boolean
}

/**
 * The changes that turn `actual` into `desired`, in an order in which no service that stays is
 * ever absent: new services with their destinations, changed services, new destinations, changed
 * destinations, weight 0 for those to be drained, destinations deleted, services deleted last.
 *
 * Never a flush, never a deletion and an addition of the same key. An empty plan says that the
 * tables agree, but for destinations that still drain with weight 0.
 */
export function planIpvs(
  desired: readonly IpvsService[],
  actual: readonly IpvsService[],
  options: PlanOptions,
): readonly IpvsChange[] {
  const phases = emptyPhases()
  const held = byName(actual, nameOfService)
  let found = 0
  for (const service of desired) {
    const current = held[nameOfService(service)]
    if (current === undefined) addService(phases, service)
    else {
      found += 1
      changeService(phases, service, current, options)
    }
  }
  if (found < actual.length) deleteOthers(phases, desired, actual)
  return inOrder(phases)
}

const inOrder = (phases: Phases): readonly IpvsChange[] => [
  ...phases.newServices,
  ...phases.changedServices,
  ...phases.newDestinations,
  ...phases.changedDestinations,
  ...phases.drained,
  ...phases.deletedDestinations,
  ...phases.deletedServices,
]

const nameOfService = ({ key }: IpvsService) => nameOfKey(key)

function deleteOthers(
  { deletedServices }: Phases,
  desired: readonly IpvsService[],
  actual: readonly IpvsService[],
): void {
  const wanted = byName(desired, nameOfService)
  for (const service of actual) {
    if (wanted[nameOfService(service)] !== undefined) continue
    deletedServices.push({ kind: 'delete_service', key: service.key })
  }
}

interface Phases {
  readonly newServices: IpvsChange[]
  readonly changedServices: IpvsChange[]
  readonly newDestinations: IpvsChange[]
  readonly changedDestinations: IpvsChange[]
  readonly drained: IpvsChange[]
  readonly deletedDestinations: IpvsChange[]
  readonly deletedServices: IpvsChange[]
}

const emptyPhases = (): Phases => ({
  newServices: [],
  changedServices: [],
  newDestinations: [],
  changedDestinations: [],
  drained: [],
  deletedDestinations: [],
  deletedServices: [],
})

function addService(phases: Phases, service: IpvsService): void {
  phases.newServices.push({ kind: 'add_service', service })
  for (const destination of service.destinations) {
    phases.newServices.push({ kind: 'add_destination', key: service.key, destination })
  }
}

function changeService(
  phases: Phases,
  service: IpvsService,
  current: IpvsService,
  options: PlanOptions,
): void {
  const { key } = service
  if (!isSameService(service, current)) {
    phases.changedServices.push({ kind: 'set_service', service })
  }
  const held = byName(current.destinations, nameOfDestination)
  let found = 0
  for (const destination of service.destinations) {
    const existing = held[nameOfDestination(destination)]
    if (existing === undefined) {
      phases.newDestinations.push({ kind: 'add_destination', key, destination })
      continue
    }
    found += 1
    if (!isSameDestination(destination, existing)) {
      phases.changedDestinations.push({ kind: 'set_destination', key, destination })
    }
  }
  if (found === current.destinations.length) return
  const wanted = byName(service.destinations, nameOfDestination)
  for (const destination of current.destinations) {
    if (wanted[nameOfDestination(destination)] !== undefined) continue
    retire(phases, service, destination, options)
  }
}

function retire(
  phases: Phases,
  service: IpvsService,
  destination: IpvsDestination,
  options: PlanOptions,
): void {
  const { key } = service
  const { address, port, forward } = destination
  if (connectionsOf(destination) === 0 || options.mayDelete(service, destination)) {
    phases.deletedDestinations.push({
      kind: 'delete_destination',
      key,
      destination: { address, port },
    })
  } else if (destination.weight !== 0) {
    phases.drained.push({
      kind: 'set_destination',
      key,
      destination: { address, port, forward, weight: 0 },
    })
  }
}
