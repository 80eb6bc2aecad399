/** The services of a config that was reloaded: the kernel follows in what has changed alone. */

import type { IpvsService } from '../machine.ts'
import type { Turn } from '../state.ts'
import { cutSlices } from './audit.ts'
import { desiredService, desiredServices, keyOf } from './desired.ts'
import { touchService } from './reconcile.ts'
import type { IpvsState } from './state.ts'
import { byName, isSameDestination, isSameService, nameOfDestination, nameOfKey } from './table.ts'

/** Takes over the services of the config, without the real servers that are down. */
export function changeServices(turn: Turn): void {
  const { config, ipvs, health } = turn.state
  const before = ipvs.desired
  const services = config.services.map(service => {
    const name = nameOfKey(keyOf(service))
    const isDown = (real: (typeof service.real_servers)[number]) =>
      health.down[`${name} ${nameOfDestination(real)}`] !== undefined
    return desiredService(service, isDown)
  })
  ipvs.desired = { ...byName(services, ({ key }) => nameOfKey(key)) }
  ipvs.slices = cutSlices(desiredServices(config))
  ipvs.cursor = 0
  // What a look that is under way finds may be of our own making.
  if (ipvs.busy !== undefined) ipvs.busy = { ...ipvs.busy, auditing: false }
  for (const { key } of services) {
    const [known, wanted] = [before[nameOfKey(key)], ipvs.desired[nameOfKey(key)]]
    if (wanted !== undefined && !isSame(known, wanted)) touchService(turn, key)
  }
  for (const { key } of Object.values(before)) {
    if (ipvs.desired[nameOfKey(key)] === undefined) touchService(turn, key)
  }
  ipvs.leaving = leavingOf(ipvs)
  for (const name of Object.keys(ipvs.draining)) {
    // One that is wanted again: should it drain another time, it has all of that time.
    if (ipvs.leaving[name] === undefined) delete ipvs.draining[name]
  }
}

function isSame(known: IpvsService | undefined, wanted: IpvsService): boolean {
  if (known === undefined || !isSameService(known, wanted)) return false
  if (known.destinations.length !== wanted.destinations.length) return false
  const held = byName(known.destinations, nameOfDestination)
  return wanted.destinations.every(destination => {
    const other = held[nameOfDestination(destination)]
    return other !== undefined && isSameDestination(other, destination)
  })
}

// What the kernel still has of services that stay.
function leavingOf({ desired, actual }: IpvsState): Record<string, true> {
  const leaving: Record<string, true> = {}
  for (const [service, { destinations }] of Object.entries(actual ?? {})) {
    const wanted = desired[service]
    if (wanted === undefined) continue
    const names = byName(wanted.destinations, nameOfDestination)
    for (const each of destinations) {
      const name = nameOfDestination(each)
      if (names[name] === undefined) leaving[`${service} ${name}`] = true
    }
  }
  return leaving
}
