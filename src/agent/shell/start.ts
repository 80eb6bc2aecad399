import type { NodeConfig, VrrpInstanceConfig } from '../../model/node-config.ts'
import { errnoName } from '../kernel/errno.ts'
import { type Moving, movingOf, removeLeftRoutes } from '../kernel/moving.ts'
import { prepareOwnMac, removeOwnMac } from '../kernel/own-mac-prepare.ts'
import { hasVirtualMac, type OwnMacVips, ownMacVips } from '../kernel/own-mac-vips.ts'
import { andThen, type Failure, type Talk } from '../kernel/talk.ts'
import { tieToLife } from '../kernel/vip-alive.ts'
import { type MadeVipDevice, vipDevice } from '../kernel/vip-device.ts'
import { prepareVips, removeVips } from '../kernel/vip-prepare.ts'
import type { InterfaceName } from '../machine.ts'
import type { Link } from '../wire/netlink-link.ts'
import { writeAll } from './bytes.ts'
import { EADDRINUSE, EEXIST, explainErrno } from './errno.ts'
import { findLinks } from './find-links.ts'
import { guardVips } from './guard.ts'
import { type OpenKernel, openKernel } from './kernel-port.ts'
import { converseInTurns } from './patient.ts'

/** One agent a network namespace: the name lives in it, and dies with its owner. */
const NAMESPACE_LOCK = '@director'
const EXIT_FAILED = 1

/** What the kernel has been made to hold when the agent starts: every VIP is there, and closed. */
export interface Prepared {
  readonly kernel: OpenKernel
  readonly links: ReadonlyMap<InterfaceName, Link>
  readonly devices: readonly MadeVipDevice[]
  /** Those without virtual MAC. */
  readonly ownMac: readonly OwnMacVips[]
  /** Routes, rules and blocks that follow instances. */
  readonly moving: readonly Moving[]
}

/** Takes the network namespace and makes the VIP devices; where it cannot, the program ends. */
export function prepareKernel(config: NodeConfig): Prepared {
  const taken = host.unixListen(NAMESPACE_LOCK)
  if (taken === -EADDRINUSE) refuse('another directord runs in this network namespace')
  orRefuse(taken, 'take the name of the agent')
  const kernel = orRefuse(openKernel(), 'open the netlink sockets')
  const links = talkOrRefuse(kernel, findLinks(config))
  const ownMac = vipsOfKind(config, links, false, ownMacVips)
  const moving = config.vrrp.instances.flatMap(instance => {
    const link = links.get(instance.interface)
    return link === undefined ? [] : (movingOf(instance, link) ?? [])
  })
  talkOrRefuse(kernel, andThen(removeOwnMac(ownMac), removeLeftRoutes))
  const devices = talkOrRefuse(kernel, prepareVips(vipsOfKind(config, links, true, vipDevice)))
  talkOrRefuse(kernel, prepareOwnMac(ownMac))
  if (!talkOrRefuse(kernel, tieToLife(devices, ownMac))) {
    writeAll(2, 'directord: warning: this kernel leaves VIPs open when the agent is killed\n')
  }
  orRefuse(guardVips(devices, ownMac, moving, kernel), 'leave the closing messages with the host')
  return { kernel, links, devices, ownMac, moving }
}

/** What prepareKernel has made; the addresses first, or they would answer without their filter. */
export const removeAll = (ownMac: readonly OwnMacVips[]): Talk<void> =>
  andThen(removeOwnMac(ownMac), () => andThen(removeLeftRoutes(), removeVips))

function vipsOfKind<T>(
  config: NodeConfig,
  links: ReadonlyMap<InterfaceName, Link>,
  isVirtual: boolean,
  make: (instance: VrrpInstanceConfig, link: Link) => T,
): readonly T[] {
  return config.vrrp.instances.flatMap(instance => {
    const link = links.get(instance.interface)
    return link === undefined || hasVirtualMac(instance) !== isVirtual ? [] : [make(instance, link)]
  })
}

/** A socket at the path. Whoever prepared the kernel is alone: one that is there is a leftover. */
export function openListener(path: string): number {
  const folder = path.slice(0, path.lastIndexOf('/'))
  const made = folder === '' ? 0 : host.makeDirectory(folder, 0o755)
  if (made < 0 && made !== -EEXIST) orRefuse(made, `make the folder ${folder}`)
  host.remove(path)
  return orRefuse(host.unixListen(path), `open the control socket ${path}`)
}

export interface Scheduling {
  readonly scheduling: 'real_time' | 'normal'
  readonly memory: 'locked' | 'pageable'
}

/** Where it is not permitted the agent runs all the same, and says so. */
export function schedule(priority: number, say: (line: string) => void): Scheduling {
  if (priority === 0) return { scheduling: 'normal', memory: 'pageable' }
  const scheduled = host.realtime(priority)
  if (scheduled < 0) say(`directord: warning: no real-time scheduling (${errnoName(-scheduled)})`)
  const locked = host.lockMemory()
  if (locked < 0) say(`directord: warning: memory is not locked (${errnoName(-locked)})`)
  return {
    scheduling: scheduled < 0 ? 'normal' : 'real_time',
    memory: locked < 0 ? 'pageable' : 'locked',
  }
}

/** The result, unless it is -errno: then the program ends with what could not be done. */
export function orRefuse<T>(result: T | number, doing: string): T {
  if (typeof result === 'number' && result < 0) {
    return refuse(`cannot ${doing}: ${explainErrno(-result)}`)
  }
  return result as T
}

/** A talk's value, or the end of the program. */
export const talkOrRefuse = <T>(kernel: OpenKernel, talk: Talk<T>): T =>
  converseInTurns<T>(talk, kernel, ({ errno, step }: Failure) =>
    refuse(`cannot ${step}: ${explainErrno(errno)}`),
  )

/** Ends the program with lines that say why. */
export function refuse(...lines: readonly string[]): never {
  writeAll(2, lines.map(line => `directord: ${line}\n`).join(''))
  return host.exit(EXIT_FAILED)
}
