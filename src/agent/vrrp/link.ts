/** What the kernel says of an interface. */

import type { LinkEvent } from '../machine.ts'
import { item } from '../never.ts'
import { note, type Turn } from '../state.ts'
import { parseIpv4Prefix } from '../wire/ipv4.ts'
import { buildFrames } from './frames.ts'
import { reviewGroup } from './group.ts'
import type { InterfaceState } from './state.ts'

/** Takes a change of link or address; an interface that the config does not know is ignored. */
export function onLink(turn: Turn, event: LinkEvent): void {
  const { state } = turn
  const link = state.interfaces.find(other => other.name === event.interface)
  if (link === undefined) return
  const address = event.address === undefined ? undefined : parseIpv4Prefix(event.address)
  link.mac = event.mac
  if (link.up !== event.up) sayLink(turn, link, event.up)
  if (link.address !== address) takeAddress(turn, link, address)
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

function takeAddress(turn: Turn, link: InterfaceState, address: InterfaceState['address']): void {
  link.address = address
  for (const index of Object.values(link.instances)) {
    const instance = item(turn.state.instances, index)
    const config = item(turn.state.config.vrrp.instances, index)
    instance.frames =
      address === undefined ? undefined : buildFrames(config, instance.addresses, address)
    instance.router = { ...instance.router, address: address ?? 0 }
  }
}
