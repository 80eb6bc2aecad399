import type { InterfaceConfig } from '../../model/node-config.ts'
import { ask } from '../kernel/ask.ts'
import { EEXIST, errnoName } from '../kernel/errno.ts'
import { findInterface, pciAddress } from '../kernel/find-interface.ts'
import { holdSysctls, noLinkLocal } from '../kernel/sysctl.ts'
import { andThen, done, failed, forEach, recover, type Talk } from '../kernel/talk.ts'
import type { NetlinkRequest } from '../wire/netlink.ts'
import { newAddress } from '../wire/netlink-address.ts'
import { type Link, setLink } from '../wire/netlink-link.ts'
import { newRoute } from '../wire/netlink-route.ts'
import { decodeMac, encodeAddress, encodePrefix } from '../wire/text-address.ts'
import type { Complaint } from './complaint.ts'
import { planRenames } from './rename-plan.ts'

/** An interface of node.json and the kernel's link that it is. */
export interface Placed {
  readonly config: InterfaceConfig
  readonly index: number
}

/** Finds each interface by its match; says of each that cannot be found what is there instead. */
export function placeInterfaces(
  configs: readonly InterfaceConfig[],
  links: readonly Link[],
  devicePaths: ReadonlyMap<string, string>,
): { readonly placed: readonly Placed[]; readonly complaints: readonly Complaint[] } {
  const placed: Placed[] = []
  const complaints: Complaint[] = []
  const here = describeLinks(links, devicePaths)
  for (const config of configs) {
    const found = findInterface(config, links, devicePaths)
    const taken =
      found.kind === 'found' ? placed.find(({ index }) => index === found.link.index) : undefined
    if (found.kind === 'found' && taken === undefined) {
      placed.push({ config, index: found.link.index })
    } else if (taken !== undefined) {
      complaints.push(shared(config, taken.config))
    } else {
      complaints.push(missing(config, found.kind === 'ambiguous', here))
    }
  }
  return { placed, complaints }
}

/** Gives the links their names. They are down while they are renamed. */
export function renameLinks(links: readonly Link[], placed: readonly Placed[]): Talk<void> {
  const wanted = placed.map(({ config, index }) => ({ index, name: config.name }))
  const renames = planRenames(links, wanted)
  return andThen(
    forEach(renames, ({ index, from, to }) =>
      request(
        [setLink(index, { up: false }), setLink(index, { name: to })],
        [],
        () => `rename ${from} to ${to}`,
      ),
    ),
    () => done(undefined),
  )
}

/** MTU, addresses, up, routes; what fails is a complaint of its own, the rest goes on. */
export function configureInterface({ config, index }: Placed): Talk<readonly Complaint[]> {
  const { name, mtu, addresses, routes } = config
  const steps: Talk<void>[] = [
    ...(mtu === undefined
      ? []
      : [request([setLink(index, { mtu })], [], () => `set the MTU of ${name} to ${mtu}`)]),
    // One that is named is the only link-local one: adverts come from it, and the peer knows it.
    ...(addresses.some(prefix => prefix.startsWith('fe80:'))
      ? [andThen(holdSysctls([noLinkLocal(name)]), () => done(undefined))]
      : []),
    ...addresses.map(prefix => {
      const { address, prefixLength } = encodePrefix(prefix)
      const requests = [newAddress(index, address, prefixLength)]
      return request(requests, [EEXIST], () => `give ${name} the address ${prefix}`)
    }),
    request([setLink(index, { up: true })], [], () => `bring ${name} up`),
    ...routes.map(({ to, via }) => {
      const gateway = encodeAddress(via)
      const everywhere = gateway.length === 4 ? '0.0.0.0/0' : '::/0'
      const { address, prefixLength } = encodePrefix(to === 'default' ? everywhere : to)
      const route = { destination: address, prefixLength, gateway, index }
      return request([newRoute(route)], [], () => `add the route to ${to} via ${via} on ${name}`)
    }),
  ]
  const judged = forEach(steps, step =>
    recover<Complaint | undefined>(
      andThen(step, () => done(undefined)),
      failure => done(refusedStep(config, failure.step, errnoName(failure.errno))),
    ),
  )
  return andThen(judged, all => done(all.filter(each => each !== undefined)))
}

/** Without a management interface a node still serves. */
const severityFor = (config: InterfaceConfig): Complaint['severity'] =>
  config.role === 'management' ? 'warn' : 'refuse'

function missing(config: InterfaceConfig, isAmbiguous: boolean, here: string): Complaint {
  return {
    severity: severityFor(config),
    code: isAmbiguous ? 'interface_ambiguous' : 'interface_absent',
    message: isAmbiguous
      ? `more than one NIC matches interface ${config.name} (${config.role})`
      : `the NIC of interface ${config.name} (${config.role}) is not there`,
    expected: describeMatch(config),
    found: here,
    remedy:
      'correct the match in the cluster file and stamp again, or put the NIC in; ' +
      'if its driver is missing, add it to the board',
  }
}

const shared = (config: InterfaceConfig, other: InterfaceConfig): Complaint => ({
  severity: severityFor(config),
  code: 'interface_shared',
  message: `interfaces ${other.name} and ${config.name} match the same NIC`,
  expected: 'a NIC for each',
  found: `${describeMatch(other)} and ${describeMatch(config)}`,
  remedy: 'correct the matches in the cluster file and stamp again',
})

const refusedStep = (config: InterfaceConfig, step: string, found: string): Complaint => ({
  severity: severityFor(config),
  code: 'interface_setting_refused',
  message: `the kernel does not ${step}`,
  found,
  remedy: `correct interface ${config.name} in the cluster file and stamp again`,
})

function describeMatch({ match }: InterfaceConfig): string {
  if ('mac' in match) return `MAC ${match.mac}`
  return 'pci' in match ? `PCI ${match.pci}` : `name ${match.name}`
}

function describeLinks(links: readonly Link[], devicePaths: ReadonlyMap<string, string>): string {
  const nics = links
    .filter(link => link.mac.length === 6 && link.name !== 'lo')
    .map(link => {
      const pci = pciAddress(devicePaths.get(link.name))
      return `${link.name} ${decodeMac(link.mac)}${pci === undefined ? '' : ` at PCI ${pci}`}`
    })
  return nics.length === 0 ? 'no NIC at all' : nics.join(', ')
}

function request(
  requests: readonly NetlinkRequest[],
  tolerated: readonly number[],
  step: () => string,
): Talk<void> {
  return andThen(ask('route', requests), ({ errno }) =>
    errno === 0 || tolerated.includes(errno) ? done(undefined) : failed(errno, step()),
  )
}
