/** The VRRP half of `status`: interfaces, groups, instances. */

import type {
  MovingRouteConfig,
  MovingRuleConfig,
  VrrpInstanceConfig,
} from '../../model/node-config.ts'
import { item } from '../never.ts'
import type { DirectorState } from '../state.ts'
import { between, type Instant } from '../units.ts'
import type {
  Conflict,
  GroupState,
  InstanceState,
  InterfaceState,
  Peer,
  TrackerState,
} from '../vrrp/state.ts'
import { type Address, formatAddress } from '../wire/address.ts'
import { virtualMac } from '../wire/ethernet.ts'
import { ageOf, inMilliseconds, inSeconds } from './ages.ts'
import type {
  ConflictStatus,
  GroupStatus,
  InstanceStatus,
  InterfaceStatus,
  InstanceState as Name,
  PeerStatus,
  TrackStatus,
} from './status-types.ts'

/** One interface, `index` being its place in the config. */
export function interfaceStatus(
  state: DirectorState,
  link: InterfaceState,
  index: number,
  at: Instant,
): InterfaceStatus {
  return {
    name: link.name,
    role: item(state.config.interfaces, index).role,
    link: link.up === undefined ? 'unknown' : link.up ? 'up' : 'down',
    since_s: ageOf(link.since, at),
    mac: link.mac,
    address: textOf(link.address),
    address6: textOf(link.address6),
    discards: { ...link.discards },
  }
}

const textOf = (address: Address | undefined) =>
  address === undefined ? null : formatAddress(address)

/** One group, and what it waits for. */
export function groupStatus(state: DirectorState, group: GroupState, at: Instant): GroupStatus {
  const config = item(state.config.vrrp.groups, group.index)
  const until = group.holdAt ?? group.faultUntil
  return {
    name: group.name,
    state: groupState(state, group),
    failback: config.failback,
    instances: [...config.instances],
    waiting_for: group.holdAt === undefined ? (group.blocked ?? null) : 'startup_hold',
    waiting_s: until === undefined ? null : inSeconds(between(at, until)),
    standby: group.standby ?? null,
    track: group.trackers.map(trackStatus),
  }
}

const trackStatus = ({ kind, subject, weight, down }: TrackerState): TrackStatus => ({
  kind,
  subject,
  state: down === undefined ? 'unknown' : down === 0 ? 'up' : 'down',
  priority_lost: weight === undefined ? null : weight * (down ?? 1),
})

/** One virtual router with its peers, counters and history. */
export function instanceStatus(
  state: DirectorState,
  instance: InstanceState,
  at: Instant,
): InstanceStatus {
  const config = item(state.config.vrrp.instances, instance.index)
  const { router, vips } = instance
  const last = instance.history.at(-1)
  const change = state.changing.find(each => each.instance === instance.index)
  return {
    name: instance.name,
    group: item(state.groups, instance.group).name,
    interface: config.interface,
    vrid: instance.vrid,
    virtual_mac: virtualMacOf(instance),
    state: stateOf(state, instance),
    since_s: ageOf(last?.at ?? state.startedAt, at),
    reason: last?.reason ?? 'started',
    facts: last?.facts ?? {},
    priority: router.priority,
    advert_interval_ms: config.advert_interval_ms,
    learned_interval_ms: inMilliseconds(router.interval),
    active_down_s: router.downAt === undefined ? null : inSeconds(between(at, router.downAt)),
    vips: {
      state: vips.is,
      since_s: ageOf(vips.since, at),
      errno: vips.errno,
      addresses: change?.held ?? [...config.addresses, ...(config.more_addresses ?? [])],
      ...(change === undefined
        ? {}
        : { changing: { addresses: change.prefixes, errno: change.errno } }),
      ...movingStatus(config),
    },
    announcing: announcingStatus(instance, at),
    peers: instance.peers.map(peer => peerStatus(peer, at)),
    conflicts: instance.conflicts.map(conflict => conflictStatus(conflict, at)),
    counters: { ...instance.counters },
    history: instance.history.map(({ at: then, ...entry }) => ({
      age_s: ageOf(then, at),
      ...entry,
    })),
  }
}

function movingStatus({ blocks, routes, rules }: VrrpInstanceConfig) {
  return {
    ...(blocks === undefined ? {} : { blocks: [...blocks] }),
    ...(routes === undefined ? {} : { routes: routes.map(routeText) }),
    ...(rules === undefined ? {} : { rules: rules.map(ruleText) }),
  }
}

// As `ip route` and `ip rule` write them.
const routeText = ({ to, via, table, source }: MovingRouteConfig) =>
  words(to, ['via', via], ['table', table], ['src', source])

const ruleText = ({ from = 'all', to, table, preference }: MovingRuleConfig) =>
  words(`from ${from}`, ['to', to], ['lookup', table], ['pref', preference])

const words = (
  first: string,
  ...more: readonly (readonly [word: string, value: string | number | undefined])[]
) =>
  [first, ...more.flatMap(([word, value]) => (value === undefined ? [] : [word, value]))].join(' ')

const virtualMacOf = ({ onOwnMac, vrid, family }: InstanceState) =>
  onOwnMac ? null : virtualMac(vrid, family).map(hexByte).join(':')

function announcingStatus(instance: InstanceState, at: Instant): InstanceStatus['announcing'] {
  const { announcing, addresses } = instance
  if (announcing === undefined) return null
  const { round, next, nextAt, only } = announcing
  const count = only?.length ?? addresses.length
  return { round, left: count - next, next_in_s: inSeconds(between(at, nextAt)) }
}

/** The group's state: that of its members, or `opening` while not all of them are active. */
export function groupState(state: DirectorState, group: GroupState): Name {
  const names = group.members.map(index => stateOf(state, item(state.instances, index)))
  const first = names[0] ?? 'initialize'
  return names.every(name => name === first) ? first : 'opening'
}

/** The state of RFC 9568, and what lies between: `opening`, `fault`. */
export function stateOf(state: DirectorState, instance: InstanceState): Name {
  const group = item(state.groups, instance.group)
  if (group.faultUntil !== undefined) return 'fault'
  if (instance.router.role !== 'active') return instance.router.role
  return instance.vips.is === 'open' ? 'active' : 'opening'
}

/** What another router said last. */
export const peerStatus = (peer: Peer, at: Instant): PeerStatus => ({
  address: formatAddress(peer.address),
  priority: peer.priority,
  advert_interval_ms: inMilliseconds(peer.interval_us),
  age_s: ageOf(peer.lastAt, at),
  adverts: peer.adverts,
})

const conflictStatus = (conflict: Conflict, at: Instant): ConflictStatus => ({
  address: formatAddress(conflict.address),
  mac: conflict.mac,
  claims: conflict.count,
  first_age_s: ageOf(conflict.firstAt, at),
  last_age_s: ageOf(conflict.lastAt, at),
  answered_age_s: conflict.defendedAt === undefined ? null : ageOf(conflict.defendedAt, at),
})

const hexByte = (byte: number) => byte.toString(16).padStart(2, '0')
