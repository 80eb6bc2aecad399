/** What a simulated node's kernel does with the effects of its director. */

import type { Effect, Event } from '../agent/machine.ts'
import { after, type Duration, microseconds, seconds } from '../agent/units.ts'
import { ETHERNET_HEADER } from '../agent/wire/ethernet.ts'
import type { SimKernel } from './kernel.ts'
import { killProcess } from './life.ts'
import { isQuestion } from './neighbours.ts'
import { deliver, NOT_YET, type SimNode } from './node.ts'
import { sendBeat } from './ports.ts'

/** Does one effect. */
export function performOne(node: SimNode, effect: Effect): void {
  const { kernel } = node
  switch (effect.kind) {
    case 'send':
      node.wires
        .get(effect.interface)
        ?.send(node.name, effect.frame, isQuestion(effect.frame) ? 'arp' : 'frame')
      break
    case 'send_to':
      node.wires.get(effect.interface)?.send(node.name, unicastFrame(effect.packet))
      break
    case 'flip':
      later(node, flipDelay(node, effect.instance), life => {
        // A killed process is dead when its system call is over, and is closed after only then.
        const errno = life <= node.closedLife ? 0 : kernel.flip(effect)
        node.watch.onOwnership(node)
        return { kind: 'done', ticket: effect.ticket, errno, at: NOT_YET }
      })
      break
    case 'set_vips':
      later(node, flipDelay(node, effect.instance), life => {
        const errno = kernel.refusing.vips
        // The next start of the agent makes its devices anew.
        if (errno === 0 && node.life === life) kernel.vips.set(effect.instance, effect.addresses)
        return { kind: 'done', ticket: effect.ticket, errno, at: NOT_YET }
      })
      break
    case 'ipvs_read':
      later(node, kernel.ipvs_delay, () => readIpvs(kernel, effect))
      break
    case 'ipvs_apply':
      later(node, kernel.ipvs_delay, () => {
        const errno = kernel.apply(effect.changes)
        return { kind: 'done', ticket: effect.ticket, errno, at: NOT_YET }
      })
      break
    case 'probe_start':
      later(node, microseconds(800), () => {
        const errno = node.watch.probe(node, effect.address, effect.port)
        return { kind: 'probe', probe: effect.probe, errno, at: NOT_YET }
      })
      break
    case 'beat':
      sendBeat(node, effect.path, effect.bytes)
      break
    case 'ping':
      ping(node, effect)
      break
    case 'fence':
      later(node, seconds(1), () => {
        return { kind: 'done', ticket: effect.ticket, errno: node.watch.fence(node), at: NOT_YET }
      })
      break
    case 'remember':
      kernel.held = effect.held
      break
    case 'adopt_config':
      node.config = effect.config
      break
    case 'exit':
      killProcess(node)
      break
    default:
      break
  }
}

function readIpvs(kernel: SimKernel, { ticket, scope }: Effect & { kind: 'ipvs_read' }): Event {
  const errno = kernel.refusing.ipvs
  if (errno !== 0) return { kind: 'done', ticket, errno, at: NOT_YET }
  return { kind: 'ipvs_table', ticket, services: kernel.read(scope), at: NOT_YET }
}

/** Without a virtual MAC each VIP is added or deleted by itself, about 50 us with many there. */
const ADDRESS_DELAY = microseconds(50)

function flipDelay({ kernel, config }: SimNode, name: string): Duration {
  const instance = config.vrrp.instances.find(each => each.name === name)
  if (instance?.virtual_mac !== false) return kernel.flip_delay
  const vips = instance.addresses.length + (instance.more_addresses?.length ?? 0)
  return microseconds(kernel.flip_delay + ADDRESS_DELAY * vips)
}

function ping(node: SimNode, effect: Extract<Effect, { kind: 'ping' }>): void {
  const { interface: link, target, sequence } = effect
  if (!node.watch.reaches(node, link, target)) return
  later(node, microseconds(600), () => ({ kind: 'pong', target, sequence, at: NOT_YET }))
}

interface Task {
  readonly node: SimNode
  readonly kernel: SimKernel
  readonly life: number
  readonly act: (life: number) => Event
}

function later(node: SimNode, delay: Duration, act: Task['act']): void {
  const { life, kernel } = node
  node.queue.plan(after(node.queue.now(), delay), finish, { node, kernel, life, act })
}

// The kernel does it after its delay whatever becomes of the process; only the answer may be lost.
function finish({ node, kernel, life, act }: Task): void {
  if (!node.powered || node.kernel !== kernel) return
  const answer = act(life)
  if (node.life === life) deliver(node, answer)
}

// Which machine it is for the wire does not ask: each receiver looks at the packet's destination.
function unicastFrame(packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(ETHERNET_HEADER + packet.length)
  const isIpv6 = (packet[0] ?? 0) >>> 4 === 6
  frame.set(isIpv6 ? [0x86, 0xdd] : [0x08, 0x00], 12)
  frame.set(packet, ETHERNET_HEADER)
  return frame
}
