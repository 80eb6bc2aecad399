import { never } from '../agent/never.ts'
import { after, milliseconds } from '../agent/units.ts'
import { fromHex } from '../agent/wire/bytes.ts'
import type { FaultAction } from './faults.ts'
import { deliver, NOT_YET, reportLink, type SimNode } from './node.ts'
import { receiveSerial, reportPath } from './ports.ts'
import { restoreSnapshot, takeSnapshot } from './snapshot.ts'
import { actAsStranger } from './stranger.ts'
import type { World } from './world.ts'

export type PathFault = Extract<
  FaultAction,
  {
    kind:
      | 'line'
      | 'inject'
      | 'tap'
      | 'replay'
      | 'address6'
      | 'adapter'
      | 'target'
      | 'fencing'
      | 'snapshot'
      | 'restore'
      | 'clock_step'
      | 'tracked'
      | 'claim'
      | 'squat'
  }
>

/** Does to the heartbeat's paths, to what is pinged and to frozen machines what a fault says. */
export function hurtPaths(world: World, fault: PathFault): void {
  switch (fault.kind) {
    case 'line': {
      const { kind: _, from, ...faults } = fault
      Object.assign(world.line.faultsOf(from), faults)
      break
    }
    case 'inject':
      receiveSerial(nodeNamed(world, fault.node), fromHex(fault.hex) ?? new Uint8Array(0))
      break
    case 'tap':
      nodeNamed(world, fault.node).tapped = []
      break
    case 'replay':
      playAgain(world, nodeNamed(world, fault.of))
      break
    case 'address6': {
      const node = nodeNamed(world, fault.node)
      if (fault.ready) node.tentative.delete(fault.path)
      else node.tentative.add(fault.path)
      reportLink(node, fault.path)
      break
    }
    case 'adapter':
      plug(nodeNamed(world, fault.node), fault.plugged)
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
      const snapshot = takeSnapshot(nodeNamed(world, fault.node))
      if (snapshot !== undefined) world.snapshots.set(fault.node, snapshot)
      break
    }
    case 'restore': {
      const snapshot = world.snapshots.get(fault.node)
      if (snapshot !== undefined) restoreSnapshot(nodeNamed(world, fault.node), snapshot)
      break
    }
    case 'clock_step':
      break
    case 'tracked':
      track(nodeNamed(world, fault.node), fault.index, fault.down)
      break
    case 'claim':
    case 'squat':
      actAsStranger(world.wires.get(fault.path), fault)
      break
    default:
      never(fault)
  }
}

function track(node: SimNode, index: number, down: number): void {
  const group = node.config.vrrp.groups[0]?.name ?? ''
  node.tracked.set(`${group} ${index}`, down)
  if (node.powered) deliver(node, { kind: 'tracked', group, index, down, at: NOT_YET })
}

function plug(node: SimNode, plugged: boolean): void {
  if (node.line !== undefined) node.line.isOpen = plugged
  for (const { name, kind } of node.config.heartbeat?.paths ?? []) {
    if (kind === 'serial') reportPath(node, name)
  }
}

// A few milliseconds apart, so that each is looked at alone.
function playAgain(world: World, of: SimNode): void {
  const recorded = of.tapped ?? []
  of.tapped = undefined
  const to = world.nodes.find(node => node !== of)
  recorded.forEach(({ path, bytes }, index) => {
    world.queue.plan(after(world.queue.now(), milliseconds(3 * index)), () => {
      if (to?.powered) deliver(to, { kind: 'heard', path, bytes, at: NOT_YET })
    })
  })
}

/** A node of the world. @throws Error where there is none */
export function nodeNamed(world: World, name: string): SimNode {
  const node = world.nodes.find(other => other.name === name)
  if (node === undefined) throw new Error(`the world has no node ${name}`)
  return node
}
