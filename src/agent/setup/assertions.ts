import type { NodeConfig, SerialPort, VrrpInstanceConfig } from '../../model/node-config.ts'
import { ENOENT, errnoName } from '../kernel/errno.ts'
import { applyIpvs, findIpvs } from '../kernel/ipvs.ts'
import { prepareOwnMac } from '../kernel/own-mac-prepare.ts'
import { hasVirtualMac, ownMacVips } from '../kernel/own-mac-vips.ts'
import { andThen, done, type Failure, file, forEach, recover, type Talk } from '../kernel/talk.ts'
import { asciiText } from '../kernel/text.ts'
import { vipDevice } from '../kernel/vip-device.ts'
import { prepareVips, removeVips } from '../kernel/vip-prepare.ts'
import type { IpvsService } from '../machine.ts'
import type { Complaint } from './complaint.ts'
import type { Placed } from './interfaces.ts'

/**
 * Tries all that the agent asks of the kernel for this configuration: of each family a VIP device
 * with one address (macvlan, protodown, nf_tables at ingress, sysctls read back), for instances
 * without virtual MAC the gate at their interface instead, IPVS and each scheduler that a service
 * names. What was made for the trial is removed again.
 */
export function assertKernel(
  config: NodeConfig,
  placed: readonly Placed[],
): Talk<readonly Complaint[]> {
  return andThen(tryVips(config, placed), vip =>
    andThen(config.services.length === 0 ? done([]) : tryIpvs(config), ipvs =>
      done([...vip, ...ipvs]),
    ),
  )
}

function tryVips(config: NodeConfig, placed: readonly Placed[]): Talk<readonly Complaint[]> {
  const devices = firstOfEach(config, placed, true, vipDevice)
  const ownMac = firstOfEach(config, placed, false, ownMacVips)
  // An absent interface has its own complaint.
  if (devices.length + ownMac.length === 0) return done([])
  const trial = andThen(prepareVips(devices), () => andThen(prepareOwnMac(ownMac), removeVips))
  return recover<readonly Complaint[]>(
    andThen(trial, () => done([])),
    failure => {
      const complaints = [vipComplaint(failure, devices.length > 0)]
      const removed = andThen(removeVips(), () => done(complaints))
      return recover<readonly Complaint[]>(removed, () => done(complaints))
    },
  )
}

/** Of each family the first instance with virtual MAC, or without, as if it had one VIP. */
function firstOfEach<T extends { readonly family: 4 | 6 }>(
  config: NodeConfig,
  placed: readonly Placed[],
  isVirtual: boolean,
  make: (instance: VrrpInstanceConfig, parent: { index: number; name: string }) => T,
): readonly T[] {
  const all = config.vrrp.instances.flatMap(instance => {
    const parent = placed.find(each => each.config.name === instance.interface)
    if (parent === undefined || hasVirtualMac(instance) !== isVirtual) return []
    const one = { ...instance, addresses: instance.addresses.slice(0, 1), more_addresses: [] }
    return make(one, { index: parent.index, name: parent.config.name })
  })
  return [4, 6].flatMap(family => all.find(each => each.family === family) ?? [])
}

function tryIpvs(config: NodeConfig): Talk<readonly Complaint[]> {
  return recover(
    andThen(findIpvs(), family => {
      const kinds = new Set(config.services.map(each => `${each.protocol} ${each.scheduler}`))
      return andThen(
        forEach([...kinds], kind => tryScheduler(family, kind)),
        all => done(all.filter(each => each !== undefined)),
      )
    }),
    failure => done([ipvsComplaint(failure)]),
  )
}

/** Adds a service that nobody can reach and deletes it again. */
function tryScheduler(family: number, kind: string): Talk<Complaint | undefined> {
  const [protocol = '', scheduler = ''] = kind.split(' ')
  const service: IpvsService = {
    key: { protocol: protocol === 'udp' ? 'udp' : 'tcp', address: '127.255.255.254', port: 9 },
    scheduler,
    flags: 0,
    timeout_s: 0,
    destinations: [],
  }
  const trial = andThen(applyIpvs(family, [{ kind: 'add_service', service }]), () =>
    applyIpvs(family, [{ kind: 'delete_service', key: service.key }]),
  )
  return recover<Complaint | undefined>(
    andThen(trial, () => done(undefined)),
    ({ errno }) =>
      done({
        severity: 'refuse',
        code: 'scheduler_missing',
        message: `the kernel has no IPVS scheduler ${scheduler} for ${protocol}`,
        expected: `module ip_vs_${scheduler}`,
        found: errnoName(errno),
        remedy: 'add the module to the recipe and build again, or choose another scheduler',
      }),
  )
}

/** The heartbeat's serial port: without it a node serves, with one path less. */
export function assertHeartbeat(port: SerialPort | undefined): Talk<readonly Complaint[]> {
  if (port === undefined) return done([])
  const name = port.port
  return andThen(file({ kind: 'read_link', path: `/sys/class/tty/${name}` }), link =>
    andThen(file({ kind: 'read', path: `/sys/class/tty/${name}/type` }), type =>
      andThen(file({ kind: 'read', path: '/sys/class/tty/console/active' }), active => {
        const consoles = asciiText(active.content ?? new Uint8Array(0))
          .trim()
          .split(' ')
        // The driver names ports without hardware too; PORT_UNKNOWN tells them apart.
        const isEmpty = asciiText(type.content ?? new Uint8Array(0)).trim() === '0'
        if (link.errno !== 0 || isEmpty) return done([portAbsent(name)])
        return done(consoles.includes(name) ? [portIsConsole(name)] : [])
      }),
    ),
  )
}

const SYSCTLS = 'sysctls that keep their value'

const vipComplaint = ({ errno, step }: Failure, withMacvlan: boolean): Complaint => ({
  severity: 'refuse',
  code: 'vip_trial_failed',
  message: `VIPs cannot be opened and closed: the kernel does not ${step}`,
  expected: `${withMacvlan ? 'modules macvlan and' : 'module'} nf_tables, netfilter ingress, and ${SYSCTLS}`,
  found: errnoName(errno),
  remedy: 'add what is missing to the recipe and build again',
})

const ipvsComplaint = ({ errno, step }: Failure): Complaint => ({
  severity: 'refuse',
  code: 'ipvs_missing',
  message: `IPVS cannot be used: the agent cannot ${step}`,
  expected: 'module ip_vs',
  found: errno === ENOENT ? 'no generic netlink family IPVS' : errnoName(errno),
  remedy: 'add the module to the recipe and build again',
})

const portAbsent = (name: string): Complaint => ({
  severity: 'warn',
  code: 'heartbeat_port_absent',
  message: `the serial port ${name} of the heartbeat is not there`,
  expected: `/dev/${name} with hardware behind it`,
  remedy: 'put the port in or correct serial.heartbeat; until then one path to the peer is missing',
})

const portIsConsole = (name: string): Complaint => ({
  severity: 'warn',
  code: 'heartbeat_port_is_console',
  message: `the serial port ${name} of the heartbeat is a console`,
  expected: `a kernel command line without console=${name}`,
  remedy: 'correct serial.heartbeat or the console; until then one path to the peer is missing',
})
