import { after, microseconds, seconds } from '../agent/units.ts'
import { type Advert, VRRP_GROUP, VRRP_GROUP_6 } from '../agent/wire/vrrp.ts'
import { encodeAdvertPacket, multicastFrame } from '../agent/wire/vrrp-packet.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { checkNodeConfig } from '../model/node-config-check.ts'
import { hurtPaths, nodeNamed } from './apply-path-fault.ts'
import type { ConfigEdit, FaultAction } from './faults.ts'
import { newKernel } from './kernel.ts'
import { crashProcess, killProcess, resumeProcess, stallProcess } from './life.ts'
import { deliver, NOT_YET, reportLink, type SimNode, startProcess } from './node.ts'
import type { World } from './world.ts'

/** Does one fault to the world, now. */
export function act(world: World, fault: FaultAction): void {
  switch (fault.kind) {
    case 'power_off':
      powerOff(nodeNamed(world, fault.node))
      break
    case 'power_on':
      powerOn(nodeNamed(world, fault.node))
      break
    case 'stop':
      deliver(nodeNamed(world, fault.node), { kind: 'stop', at: NOT_YET })
      break
    case 'start':
      start(nodeNamed(world, fault.node), fault.isConfigWrong ?? false)
      break
    case 'kill':
      crashProcess(nodeNamed(world, fault.node))
      break
    case 'supervisor':
      nodeNamed(world, fault.node).supervised = fault.running
      break
    case 'stall':
      stallProcess(nodeNamed(world, fault.node))
      break
    case 'resume':
      resumeProcess(nodeNamed(world, fault.node))
      break
    case 'refuse':
      nodeNamed(world, fault.node).kernel.refusing[fault.what] = fault.errno
      break
    case 'order':
      order(nodeNamed(world, fault.node), fault)
      break
    case 'reload':
      reload(nodeNamed(world, fault.node), fault)
      break
    case 'ipvs_clear':
      nodeNamed(world, fault.node).kernel.ipvs.clear()
      break
    case 'arp_ignore_reset':
      resetArpIgnore(nodeNamed(world, fault.node))
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
      | 'reload'
      | 'ipvs_clear'
      | 'arp_ignore_reset'
  }
>
type NetworkFault = Exclude<FaultAction, MachineFault>

function hurtNetwork(world: World, fault: NetworkFault): void {
  switch (fault.kind) {
    case 'carrier':
      world.wires.get(fault.path)?.setCarrier(fault.node, fault.up)
      reportLink(nodeNamed(world, fault.node), fault.path)
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

function order(node: SimNode, fault: Extract<FaultAction, { kind: 'order' }>): void {
  const force = fault.force === undefined ? {} : { force: fault.force }
  const request = { command: fault.order, ...force }
  deliver(node, { kind: 'command', client: 1, request, at: NOT_YET })
}

// As the agent's shell: a file that is no config does not reach the core.
function reload(node: SimNode, edit: ConfigEdit): void {
  const config = edited(node.config, edit)
  const check = edit.isCheck ?? false
  if (edit.isConfigWrong === true || checkNodeConfig(config).length > 0) return
  deliver(node, { kind: 'reload', client: 1, file: 'node.json', config, check, at: NOT_YET })
}

function edited(config: NodeConfig, { services, vips, digest, priority }: ConfigEdit): NodeConfig {
  return {
    ...config,
    services: services ?? config.services,
    shared_digest: digest?.repeat(32) ?? config.shared_digest,
    vrrp: {
      ...config.vrrp,
      instances: config.vrrp.instances.map(instance => ({
        ...instance,
        addresses: vips?.[instance.name] ?? instance.addresses,
        priority: priority ?? instance.priority,
      })),
    },
  }
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
  node.boots += 1
  node.core = node.options.cores?.[node.boots] ?? node.core
  startProcess(node)
}

// As the agent's own start: a config that is not right is refused before anything is touched.
function start(node: SimNode, isConfigWrong: boolean): void {
  if (!node.powered || node.state !== undefined) return
  const wrong = { ...node.config, vrrp: { ...node.config.vrrp, groups: [] } }
  if (isConfigWrong && checkNodeConfig(wrong).length > 0) return
  startProcess(node)
}

/** Each VIP device is audited in its turn, one every two seconds (agent/shell/vips.ts). */
const AUDIT_GAP = seconds(2)

function resetArpIgnore(node: SimNode): void {
  const { kernel, life, queue, config } = node
  kernel.answersClosed = true
  if (node.options.isAudited === false) return
  const round = AUDIT_GAP * config.vrrp.instances.length
  queue.plan(after(queue.now(), microseconds(round)), () => {
    if (node.life !== life) return
    kernel.answersClosed = false
    node.watch.onOwnership(node)
  })
}

// 192.0.2.250, 10.77.0.250 or fe80::250; it lists no VIP of ours.
function foreignFrame(fault: Extract<FaultAction, { kind: 'foreign_advert' }>): Uint8Array {
  const isIpv6 = fault.family === 'ipv6'
  const ipv4 = fault.path === 'front' ? 0xc00002fa : 0x0a4d00fa
  const source = isIpv6 ? `fe80${'0'.repeat(25)}250` : ipv4
  const advert: Advert = {
    version: 3,
    vrid: fault.vrid,
    priority: fault.priority,
    interval_cs: 100,
    addresses: [source],
  }
  const form = fault.pseudo_header === true ? 'pseudo_header' : 'message'
  const destination = isIpv6 ? VRRP_GROUP_6 : VRRP_GROUP
  const packet = encodeAdvertPacket(advert, { source, destination }, form)
  return multicastFrame(packet, fault.vrid, isIpv6 ? 6 : 4)
}
