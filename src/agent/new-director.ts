/** The state of a director that has seen nothing yet. */

import type { NodeConfig, VrrpInstanceConfig } from '../model/node-config.ts'
import { newArbiter } from './arbiter/state.ts'
import { collectTargets } from './health/targets.ts'
import { newConnectivity } from './heartbeat/connectivity.ts'
import { newHeartbeat } from './heartbeat/new-heartbeat.ts'
import { cutSlices } from './ipvs/audit.ts'
import { desiredServices } from './ipvs/desired.ts'
import { byName, nameOfKey } from './ipvs/table.ts'
import type { Life } from './life.ts'
import { assert, item } from './never.ts'
import { newSoonest } from './soonest.ts'
import type { DirectorState } from './state.ts'
import { type Instant, milliseconds } from './units.ts'
import { addressesOf } from './vrrp/change-vips.ts'
import { unknownVips } from './vrrp/ownership.ts'
import type { Router } from './vrrp/router.ts'
import type { GroupState, InstanceState, InterfaceState } from './vrrp/state.ts'
import { newTrackers } from './vrrp/track.ts'
import { familyOf, parseAddress } from './wire/address.ts'

/** @param config a checked node.json: a reference that leads nowhere is our own bug */
export function newDirector(config: NodeConfig, at: Instant, life: Life): DirectorState {
  return {
    config,
    version: life.version,
    startedAt: at,
    phase: 'loading',
    listeningAt: undefined,
    stopAt: undefined,
    next: newSoonest(),
    isNextKnown: false,
    nextToJudge: 0,
    tickets: 0,
    interfaces: config.interfaces.map(({ name }) => newInterface(config, name, at)),
    instances: config.vrrp.instances.map((instance, index) =>
      newInstance(config, instance, index, at, life),
    ),
    groups: config.vrrp.groups.map((group, index) => newGroup(config, group, index, life)),
    changing: [],
    ipvs: newIpvs(config),
    hash: life.hash,
    heartbeat: newHeartbeat(config, at, life),
    connectivity: newConnectivity(config, at),
    arbiter: newArbiter(config.vrrp.groups.length, at),
    health: {
      targets: collectTargets(config, at),
      agenda: [],
      down: {},
      probes: 0,
      counters: { started: 0, failed: 0, unknown: 0, lost: 0 },
    },
    loop: {
      ...{ late_us_max: 0, stale_answers: 0, steppedAt: at, stalls: 0 },
      ...{ arpWindowAt: at, arps_in_window: 0 },
    },
  }
}

function newInterface(config: NodeConfig, name: string, at: Instant): InterfaceState {
  const instances: Record<4 | 6, Record<number, number>> = { 4: {}, 6: {} }
  config.vrrp.instances.forEach((instance, index) => {
    const family = familyOf(addressesOf(instance)[0] ?? 0)
    if (instance.interface === name) instances[family][instance.vrid] = index
  })
  const addresses = { address: undefined, address6: undefined }
  return {
    name,
    carrier: undefined,
    settlesAt: undefined,
    up: undefined,
    mac: '',
    ...addresses,
    since: at,
    instances,
    discards: {},
    warnedAt: {},
  }
}

function newInstance(
  config: NodeConfig,
  instance: VrrpInstanceConfig,
  index: number,
  at: Instant,
  life: Life,
): InstanceState {
  const group = config.vrrp.groups.findIndex(other => other.instances.includes(instance.name))
  const link = config.interfaces.findIndex(other => other.name === instance.interface)
  const addresses = addressesOf(instance)
  assert(group >= 0 && link >= 0, `instance ${instance.name} has a group and an interface`)
  return {
    name: instance.name,
    index,
    group,
    interface: link,
    vrid: instance.vrid,
    family: familyOf(addresses[0] ?? 0),
    addresses,
    onOwnMac: instance.virtual_mac === false,
    listed: instance.addresses.length,
    peer: instance.peer === undefined ? undefined : parseAddress(instance.peer),
    router: newRouter(config, instance, group, life),
    vips: unknownVips(at),
    frames: undefined,
    announcing: undefined,
    announcedAt: undefined,
    silentAt: undefined,
    following: undefined,
    releasedBy: undefined,
    owesRelease: false,
    peers: [],
    probe: undefined,
    conflicts: [],
    conflictAt: undefined,
    counters: noCounts(),
    warnedAt: {},
    history: [],
  }
}

function newRouter(
  config: NodeConfig,
  instance: VrrpInstanceConfig,
  group: number,
  life: Life,
): Router {
  const interval = milliseconds(instance.advert_interval_ms)
  const { name, failback } = item(config.vrrp.groups, group)
  return {
    role: 'initialize',
    version: instance.version,
    priority: instance.priority,
    preempt: failback === 'automatic' && !life.held.includes(name),
    own_interval: interval,
    interval,
    address: 0,
    downAt: undefined,
    advertAt: undefined,
  }
}

const noCounts = (): InstanceState['counters'] => ({
  adverts_sent: 0,
  adverts_received: 0,
  priority_zero_sent: 0,
  priority_zero_received: 0,
  pseudo_header_checksums: 0,
  address_list_differs: 0,
  foreign_adverts: 0,
  conflicts_heard: 0,
  conflicts_answered: 0,
  conflicts_dropped: 0,
  probes_sent: 0,
  arps_sent: 0,
  neighbours_sent: 0,
  became_active: 0,
  peers_dropped: 0,
})

function newGroup(
  config: NodeConfig,
  group: NodeConfig['vrrp']['groups'][number],
  index: number,
  life: Life,
): GroupState {
  const members = group.instances.map(name =>
    config.vrrp.instances.findIndex(instance => instance.name === name),
  )
  return {
    name: group.name,
    index,
    members,
    role: 'initialize',
    holdAt: undefined,
    blocked: 'loading',
    trackers: newTrackers(group.track),
    openedAt: undefined,
    faultUntil: undefined,
    failbackAt: undefined,
    standby: life.held.includes(group.name) ? 'held' : undefined,
    guarded: isGuarded(config),
    keeps: false,
    spared: false,
    isTakeover: false,
  }
}

// Without a path there is nothing to judge by but VRRP.
const isGuarded = ({ heartbeat, arbitration }: NodeConfig) =>
  heartbeat !== undefined && arbitration?.policy !== 'strict_rfc'

function newIpvs(config: NodeConfig): DirectorState['ipvs'] {
  const services = desiredServices(config)
  return {
    desired: { ...byName(services, service => nameOfKey(service.key)) },
    actual: undefined,
    slices: cutSlices(services),
    cursor: 0,
    dirty: {},
    busy: undefined,
    failures: 0,
    rounds: 0,
    errno: 0,
    loadedAt: undefined,
    verifiedAt: undefined,
    matchedAt: undefined,
    nextAt: undefined,
    draining: {},
    leaving: {},
    counters: { reads: 0, applies: 0, changes: 0, repairs: 0, failures: 0 },
  }
}
