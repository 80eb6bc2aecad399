import type { NodeConfig, SerialPort } from '../../model/node-config.ts'
import { ENOENT, errnoName } from '../kernel/errno.ts'
import { applyIpvs, findIpvs } from '../kernel/ipvs.ts'
import { andThen, done, type Failure, file, forEach, recover, type Talk } from '../kernel/talk.ts'
import { asciiText } from '../kernel/text.ts'
import { type VipDevice, vipDevice } from '../kernel/vip-device.ts'
import { prepareVips, removeVips } from '../kernel/vip-prepare.ts'
import type { IpvsService } from '../machine.ts'
import type { Complaint } from './complaint.ts'
import type { Placed } from './interfaces.ts'

/**
 * Tries all that the agent asks of the kernel: a VIP device of each family with one address
 * (macvlan, protodown, nf_tables at ingress, sysctls read back), IPVS and each scheduler that a
 * service names. What was made for the trial is removed again.
 */
export function assertKernel(
  config: NodeConfig,
  placed: readonly Placed[],
): Talk<readonly Complaint[]> {
  return andThen(tryVipDevice(config, placed), vip =>
    andThen(config.services.length === 0 ? done([]) : tryIpvs(config), ipvs =>
      done([...vip, ...ipvs]),
    ),
  )
}

function tryVipDevice(config: NodeConfig, placed: readonly Placed[]): Talk<readonly Complaint[]> {
  const devices = trialDevices(config, placed)
  // An absent interface has its own complaint.
  if (devices.length === 0) return done([])
  const trial = andThen(prepareVips(devices), () => removeVips())
  return recover<readonly Complaint[]>(
    andThen(trial, () => done([])),
    failure => {
      const complaints = [vipComplaint(failure)]
      const removed = andThen(removeVips(), () => done(complaints))
      return recover<readonly Complaint[]>(removed, () => done(complaints))
    },
  )
}

function trialDevices(config: NodeConfig, placed: readonly Placed[]): readonly VipDevice[] {
  const all = config.vrrp.instances.flatMap(instance => {
    const parent = placed.find(each => each.config.name === instance.interface)
    if (parent === undefined) return []
    const one = { ...instance, addresses: instance.addresses.slice(0, 1), more_addresses: [] }
    return vipDevice(one, { index: parent.index, name: parent.config.name })
  })
  const firsts = [4, 6].map(family => all.find(device => device.family === family))
  return firsts.filter(device => device !== undefined)
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

const vipComplaint = ({ errno, step }: Failure): Complaint => ({
  severity: 'refuse',
  code: 'vip_trial_failed',
  message: `a VIP device cannot be made: the kernel does not ${step}`,
  expected: 'modules macvlan and nf_tables, netfilter ingress, and sysctls that keep their value',
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
