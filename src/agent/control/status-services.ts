/** The IPVS half of `status`: services and their real servers. */

import type { RealServerConfig } from '../../model/node-config.ts'
import type { Target } from '../health/state.ts'
import { keyOf } from '../ipvs/desired.ts'
import { isSameService, nameOfDestination, nameOfKey } from '../ipvs/table.ts'
import type { IpvsDestination, IpvsService } from '../machine.ts'
import type { DirectorState } from '../state.ts'
import type { Instant } from '../units.ts'
import { ageOf } from './ages.ts'
import { errnoText } from './errno-text.ts'
import type { IpvsStatus, RealServerStatus, ServiceStatus } from './status-types.ts'

/** Every service in the order of the config. */
export function serviceStatuses(state: DirectorState, at: Instant): readonly ServiceStatus[] {
  const targets = targetsByUse(state)
  return state.config.services.map((service, index) => {
    const name = nameOfKey(keyOf(service))
    const held = state.ipvs.actual?.[name]
    return {
      name: service.name,
      protocol: service.protocol,
      address: service.address,
      port: service.port,
      scheduler: service.scheduler,
      forward: service.forward,
      in_kernel: isHeld(state.ipvs.desired[name], held),
      real_servers: service.real_servers.map((real, realIndex) =>
        realServerStatus(state, real, held, targets[useName(index, realIndex)], at),
      ),
    }
  })
}

/** How the kernel's table compares with what it should be. */
export function ipvsStatus(state: DirectorState, at: Instant): IpvsStatus {
  const { verifiedAt, matchedAt, errno, counters } = state.ipvs
  return {
    verified: verifiedAt !== undefined && errno === 0,
    matched_age_s: matchedAt === undefined ? null : ageOf(matchedAt, at),
    errno,
    ...counters,
  }
}

function realServerStatus(
  state: DirectorState,
  real: RealServerConfig,
  held: IpvsService | undefined,
  target: Target | undefined,
  at: Instant,
): RealServerStatus {
  const destination = held?.destinations.find(other => isSame(other, real))
  return {
    address: real.address,
    port: real.port,
    weight: real.weight,
    state: target === undefined ? 'unchecked' : target.verdict,
    since_s: ageOf(target?.since ?? state.startedAt, at),
    last_error:
      target?.errorAt === undefined
        ? null
        : { errno: target.errno, text: errnoText(target.errno), age_s: ageOf(target.errorAt, at) },
    in_kernel: destination !== undefined,
    active_connections: destination?.active_connections ?? null,
    inactive_connections: destination?.inactive_connections ?? null,
  }
}

function isHeld(desired: IpvsService | undefined, held: IpvsService | undefined): boolean {
  if (desired === undefined || held === undefined || !isSameService(desired, held)) return false
  if (desired.destinations.length !== held.destinations.length) return false
  const weights = new Map<string, IpvsDestination>()
  for (const destination of held.destinations) {
    weights.set(nameOfDestination(destination), destination)
  }
  return desired.destinations.every(wanted => {
    const found = weights.get(nameOfDestination(wanted))
    return found?.weight === wanted.weight && found.forward === wanted.forward
  })
}

const isSame = (destination: IpvsDestination, real: RealServerConfig) =>
  destination.address === real.address && destination.port === real.port

const useName = (service: number, real: number) => `${service} ${real}`

function targetsByUse(state: DirectorState): Readonly<Record<string, Target>> {
  const targets: Record<string, Target> = {}
  for (const target of state.health.targets) {
    for (const use of target.uses) targets[useName(use.service, use.real)] = target
  }
  return targets
}
