import type { Prefix } from '../model/ipv4.ts'
import type { InterfaceConfig, InterfaceRole, NodeConfig } from '../model/node-config.ts'
import { isWithin, subnetKey, subnetOf } from './subnet.ts'

/** One Ethernet segment: a bridge of this name in the switch namespace. */
export interface NetworkPlan {
  readonly name: string
  readonly role: InterfaceRole
  readonly subnets: readonly Prefix[]
}

/**
 * The networks of a cluster.
 *
 * Interfaces that share a subnet are on one network; one without an address is on the network of
 * its name.
 */
export function planNetworks(nodes: readonly NodeConfig[]): readonly NetworkPlan[] {
  const networks: { name: string; role: InterfaceRole; subnets: Prefix[] }[] = []
  for (const node of nodes) {
    for (const interface_ of node.interfaces) {
      let network = networkOf(networks, interface_)
      if (network === undefined) {
        network = { name: interface_.name, role: interface_.role, subnets: [] }
        networks.push(network)
      }
      for (const prefix of [...interface_.addresses, ...vipsOn(node, interface_.name)]) {
        const subnet = subnetOf(prefix)
        const isKnown = network.subnets.some(known => subnetKey(known) === subnetKey(subnet))
        if (subnet.length < 31 && !isKnown) network.subnets.push(subnet)
      }
    }
  }
  return networks
}

/** The network that an interface is plugged into. */
export function networkOf<
  Network extends { readonly name: string; readonly subnets: readonly Prefix[] },
>(networks: readonly Network[], interface_: InterfaceConfig): Network | undefined {
  const keys = interface_.addresses.map(prefix => subnetKey(subnetOf(prefix)))
  const bySubnet = networks.find(({ subnets }) =>
    subnets.some(subnet => keys.includes(subnetKey(subnet))),
  )
  return bySubnet ?? networks.find(({ name }) => name === interface_.name)
}

/** The network in whose subnet an address lies. */
export function networkAround<Network extends { readonly subnets: readonly Prefix[] }>(
  networks: readonly Network[],
  address: string,
): Network | undefined {
  return networks.find(({ subnets }) => subnets.some(subnet => isWithin(subnet, address)))
}

function vipsOn(node: NodeConfig, name: string): readonly string[] {
  return node.vrrp.instances.flatMap(instance =>
    instance.interface === name ? instance.addresses : [],
  )
}
