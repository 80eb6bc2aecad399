/** What the kernel says of an interface. */

import type { LinkEvent } from '../machine.ts'
import { item } from '../never.ts'
import { note, type Turn } from '../state.ts'
import { after, type Instant, isDue, milliseconds } from '../units.ts'
import { type Address, type Family, parseAddress } from '../wire/address.ts'
import { renewFrames } from './frames.ts'
import { listenAnew, reviewGroup } from './group.ts'
import { trackLink } from './on-tracked.ts'
import type { InterfaceState } from './state.ts'

/** Takes a change of link or address; an interface that the config does not know is ignored. */
export function onLink(turn: Turn, event: LinkEvent): void {
  const link = turn.state.interfaces.find(other => other.name === event.interface)
  if (link === undefined) return
  takeMac(turn, link, event.mac)
  takeCarrier(turn, link, event.up)
  const address = event.address === undefined ? undefined : parseAddress(event.address)
  if (typeof address !== 'string' && link.address !== address) {
    link.address = address
    takeAddress(turn, link, 4, address)
  }
  const address6 = event.address6 === undefined ? undefined : parseAddress(event.address6)
  if (typeof address6 !== 'number' && link.address6 !== address6) {
    link.address6 = address6
    takeAddress(turn, link, 6, address6)
  }
  reviewLink(turn, link)
}

/** A change of carrier has lasted as long as it must. */
export function wakeLink(turn: Turn, link: InterfaceState): void {
  if (link.settlesAt === undefined || !isDue(link.settlesAt, turn.at)) return
  link.settlesAt = undefined
  if (link.carrier !== undefined) settleLink(turn, link, link.carrier)
  reviewLink(turn, link)
}

// What is back before its delay is over has not happened. The first loss counts at once.
function takeCarrier(turn: Turn, link: InterfaceState, up: boolean): void {
  if (link.carrier === up) return
  link.carrier = up
  link.settlesAt = undefined
  if (link.up === up) {
    listenOn(turn, link, turn.at)
    return
  }
  const config = turn.state.config.interfaces.find(({ name }) => name === link.name)?.link
  const delay_ms = (up ? config?.up_delay_ms : config?.down_delay_ms) ?? 0
  if (delay_ms === 0 || (!up && link.up === undefined)) settleLink(turn, link, up)
  else {
    link.settlesAt = after(turn.at, milliseconds(delay_ms))
    listenOn(turn, link, link.settlesAt)
  }
}

// Without a carrier nobody is heard: that silence must not make a backup active.
function listenOn(turn: Turn, link: InterfaceState, from: Instant): void {
  for (const index of instancesOn(link)) {
    const instance = item(turn.state.instances, index)
    if (instance.router.role === 'backup') listenAnew(turn, instance, from)
  }
}

const instancesOn = ({ instances }: InterfaceState): readonly number[] => [
  ...Object.values(instances[4]),
  ...Object.values(instances[6]),
]

function settleLink(turn: Turn, link: InterfaceState, up: boolean): void {
  sayLink(turn, link, up)
  trackLink(turn, link.name, up)
}

function reviewLink(turn: Turn, link: InterfaceState): void {
  const { state } = turn
  for (const group of state.groups) {
    const concerned = group.members.some(
      index => item(state.interfaces, item(state.instances, index).interface) === link,
    )
    if (concerned) reviewGroup(turn, group)
  }
}

function sayLink(turn: Turn, link: InterfaceState, up: boolean): void {
  const first = link.up === undefined
  link.up = up
  link.since = turn.at
  if (first && up) return
  note(turn, up ? 'info' : 'alarm', up ? 'link_up' : 'link_down', link.name)
}

function takeMac(turn: Turn, link: InterfaceState, mac: string): void {
  if (link.mac === mac) return
  link.mac = mac
  for (const index of instancesOn(link)) {
    const instance = item(turn.state.instances, index)
    if (instance.onOwnMac) renewFrames(turn, instance)
  }
}

function takeAddress(
  turn: Turn,
  link: InterfaceState,
  family: Family,
  address: Address | undefined,
): void {
  for (const index of Object.values(link.instances[family])) {
    const instance = item(turn.state.instances, index)
    Object.assign(instance.router, { address: address ?? 0 })
    renewFrames(turn, instance)
  }
}
