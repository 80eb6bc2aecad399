/** What the kernel says of an interface. */

import type { LinkEvent } from '../machine.ts'
import { item } from '../never.ts'
import { note, type Turn } from '../state.ts'
import { type Address, type Family, parseAddress } from '../wire/address.ts'
import { buildFrames } from './frames.ts'
import { reviewGroup } from './group.ts'
import type { InterfaceState } from './state.ts'

/** Takes a change of link or address; an interface that the config does not know is ignored. */
export function onLink(turn: Turn, event: LinkEvent): void {
  const { state } = turn
  const link = state.interfaces.find(other => other.name === event.interface)
  if (link === undefined) return
  link.mac = event.mac
  if (link.up !== event.up) sayLink(turn, link, event.up)
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

function takeAddress(
  turn: Turn,
  link: InterfaceState,
  family: Family,
  address: Address | undefined,
): void {
  for (const index of Object.values(link.instances[family])) {
    const instance = item(turn.state.instances, index)
    const config = item(turn.state.config.vrrp.instances, index)
    instance.frames = address === undefined ? undefined : buildFrames(config, instance, address)
    instance.router = { ...instance.router, address: address ?? 0 }
  }
}
