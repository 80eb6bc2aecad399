import { never } from '../agent/never.ts'
import { microseconds } from '../agent/units.ts'
import { fromHex } from '../agent/wire/bytes.ts'
import { type Advert, VRRP_GROUP } from '../agent/wire/vrrp.ts'
import { encodeAdvertPacket, multicastFrame } from '../agent/wire/vrrp-packet.ts'
import type { FaultAction } from './faults.ts'
import { newKernel } from './kernel.ts'
import { crashProcess, killProcess, resumeProcess, stallProcess } from './life.ts'
import { deliver, reportLink, type SimNode, startProcess } from './node.ts'
import { receiveSerial, reportPath } from './ports.ts'
import { restoreSnapshot, takeSnapshot } from './snapshot.ts'
import type { World } from './world.ts'

/** Does one fault to the world, now. */
export function act(world: World, fault: FaultAction): void {
  switch (fault.kind) {
    case 'power_off':
      powerOff(nodeOf(world, fault.node))
      break
    case 'power_on':
      powerOn(nodeOf(world, fault.node))
      break
    case 'stop':
      deliver(nodeOf(world, fault.node), { kind: 'stop' })
      break
    case 'start':
      start(nodeOf(world, fault.node))
      break
    case 'kill':
      crashProcess(nodeOf(world, fault.node))
      break
    case 'supervisor':
      nodeOf(world, fault.node).supervised = fault.running
      break
    case 'stall':
      stallProcess(nodeOf(world, fault.node))
      break
    case 'resume':
      resumeProcess(nodeOf(world, fault.node))
      break
    case 'refuse':
      nodeOf(world, fault.node).kernel.refusing[fault.what] = fault.errno
      break
    case 'order':
      order(nodeOf(world, fault.node), fault)
      break
    case 'ipvs_clear':
      nodeOf(world, fault.node).kernel.ipvs.clear()
      break
    default:
      hurtNetwork(world, fault)
  }
}

type MachineFault = Extract<
  FaultAction,
  {
    kind:
      | 'power_off'
      | 'power_on'
      | 'stop'
      | 'start'
      | 'kill'
      | 'supervisor'
      | 'stall'
      | 'resume'
      | 'refuse'
      | 'order'
      | 'ipvs_clear'
  }
>
type NetworkFault = Exclude<FaultAction, MachineFault>

function hurtNetwork(world: World, fault: NetworkFault): void {
  switch (fault.kind) {
    case 'carrier':
      world.wires.get(fault.path)?.setCarrier(fault.node, fault.up)
      reportLink(nodeOf(world, fault.node), fault.path)
      break
    case 'lose':
      world.wires.get(fault.path)?.dropNext(fault.node, fault.count)
      break
    case 'one_way':
      world.wires.get(fault.path)?.setDeaf(fault.from, fault.to, fault.broken)
      break
    case 'foreign_advert':
      world.wires.get(fault.path)?.send('foreign', foreignFrame(fault))
      break
    case 'delay':
      world.wires
        .get(fault.path)
        ?.setDelay(microseconds(fault.minimum_us), microseconds(fault.maximum_us))
      break
    case 'real_server':
      if (fault.up) world.downServers.delete(fault.address)
      else world.downServers.add(fault.address)
      break
    case 'broken':
      world.wires.get(fault.path)?.setBroken(fault.node, fault.way, fault.broken)
      break
    case 'blocked':
      world.wires.get(fault.path)?.setBlocked(fault.cargo, fault.blocked)
      break
    case 'disturb':
      world.wires.get(fault.path)?.disturb(fault)
      break
    default:
      hurtPaths(world, fault)
  }
}

type PathFault = Extract<
  FaultAction,
  {
    kind:
      | 'line'
      | 'inject'
      | 'adapter'
      | 'target'
      | 'fencing'
      | 'snapshot'
      | 'restore'
      | 'clock_step'
  }
>

function hurtPaths(world: World, fault: PathFault): void {
  switch (fault.kind) {
    case 'line': {
      const { kind: _, from, ...faults } = fault
      Object.assign(world.line.faultsOf(from), faults)
      break
    }
    case 'inject':
      receiveSerial(nodeOf(world, fault.node), fromHex(fault.hex) ?? new Uint8Array(0))
      break
    case 'adapter':
      plug(nodeOf(world, fault.node), fault.plugged)
      break
    case 'target': {
      const name = `${fault.node} ${fault.address}`
      if (fault.up) world.unreachable.delete(name)
      else world.unreachable.add(name)
      break
    }
    case 'fencing':
      world.fencing_errno = fault.errno
      break
    case 'snapshot': {
      const snapshot = takeSnapshot(nodeOf(world, fault.node))
      if (snapshot !== undefined) world.snapshots.set(fault.node, snapshot)
      break
    }
    case 'restore': {
      const snapshot = world.snapshots.get(fault.node)
      if (snapshot !== undefined) restoreSnapshot(nodeOf(world, fault.node), snapshot)
      break
    }
    case 'clock_step':
      break
    default:
      never(fault)
  }
}

function plug(node: SimNode, plugged: boolean): void {
  if (node.line !== undefined) node.line.isOpen = plugged
  for (const { name, kind } of node.config.heartbeat?.paths ?? []) {
    if (kind === 'serial') reportPath(node, name)
  }
}

function order(node: SimNode, fault: Extract<FaultAction, { kind: 'order' }>): void {
  const force = fault.force === undefined ? {} : { force: fault.force }
  deliver(node, { kind: 'command', client: 1, request: { command: fault.order, ...force } })
}

function powerOff(node: SimNode): void {
  killProcess(node)
  node.powered = false
}

function powerOn(node: SimNode): void {
  if (node.powered) return
  node.powered = true
  node.clock = microseconds(0)
  node.kernel = newKernel()
  startProcess(node)
}

function start(node: SimNode): void {
  if (node.powered && node.state === undefined) startProcess(node)
}

function nodeOf(world: World, name: string): SimNode {
  const node = world.nodes.find(other => other.name === name)
  if (node === undefined) throw new Error(`the world has no node ${name}`)
  return node
}

// 192.0.2.250 or 10.77.0.250; it lists no VIP of ours.
function foreignFrame(fault: Extract<FaultAction, { kind: 'foreign_advert' }>): Uint8Array {
  const source = fault.path === 'front' ? 0xc00002fa : 0x0a4d00fa
  const advert: Advert = {
    version: 3,
    vrid: fault.vrid,
    priority: fault.priority,
    interval_cs: 100,
    addresses: [source],
  }
  const form = fault.pseudo_header === true ? 'pseudo_header' : 'message'
  const packet = encodeAdvertPacket(advert, { source, destination: VRRP_GROUP }, form)
  return multicastFrame(packet, fault.vrid, 4)
}
