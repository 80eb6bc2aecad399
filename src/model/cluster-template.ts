/**
 * A commented cluster file for a new pair.
 *
 * Addresses are from RFC 5737 and RFC 1918, MAC addresses from those for documentation
 * (RFC 7042 section 2.1.2), which no NIC has: `validate` warns of them.
 */
export function clusterTemplate(wanted: {
  readonly name: string
  readonly nodes: readonly [string, string]
  readonly forward: 'nat' | 'dr'
  readonly schema: string
}): string {
  const { name, nodes, forward, schema } = wanted
  return `# yaml-language-server: $schema=${schema}
#
# The cluster ${name}: two directors in front of real servers.
# Change what is not so with you, first of all the MAC addresses, then:
#   ./director validate FILE    says what is wrong
#   ./director build FILE       makes the images
cluster: ${name}
board: pc # a folder in board/

nodes:
${nodes.map((node, index) => nodeOf(node, index)).join('')}
# What the interfaces are for; the same on both nodes.
interfaces:
  front: # towards the clients
    role: front
    routes:
      - { to: default, via: 192.0.2.1 }
  back: # towards the real servers
    role: back
  mgmt: # log-in and monitoring only: no service is ever there
    role: management

# The addresses that move between the nodes (VIPs).
vrrp:
  instances:
    # The VRID must be unique on its network segment, routers of others included.
    front: { interface: front, vrid: 10, addresses: [192.0.2.100/24] }
${forward === 'nat' ? NAT_GATEWAY : ''}\
  groups:
    # Instances of a group are always active on the same node. failback: manual leaves a node that
    # returns as backup until you move the group; automatic moves it at once.
    service: { instances: [${forward === 'nat' ? 'front, back' : 'front'}], failback: manual }

# How the nodes hear each other beside VRRP: while any path says that the other node is active,
# nobody takes over. The key is the same on both; \`connectivity\` can name addresses to ping, so that
# the node which sees more of the world is active.
heartbeat:
  keys: [{ id: 1, file: secrets/heartbeat-1.key }]
  paths:
    line: { serial: true } # the null-modem cable
    back: { interface: back }

services:
  - name: web
    address: 192.0.2.100
    port: 80
    scheduler: wlc # rr, wrr, lc, wlc, sh or mh
${forward === 'nat' ? NAT : DR}\
    check: { type: tcp, interval_ms: 2000, timeout_ms: 1000, fall: 2, rise: 2 }
    real_servers:
      - { address: 10.77.0.21, weight: 1 }
      - { address: 10.77.0.22, weight: 1 }

access:
  # SSH listens on the management interface and takes no passwords. For example:
  #   authorized_keys: ["ssh-ed25519 AAAA... you@example.net", { file: keys/colleagues.pub }]
  authorized_keys: []
  console_password_hash: { file: secrets/console-password.hash }
`
}

const NAT_GATEWAY = `\
    # The gateway that the real servers use.
    back: { interface: back, vrid: 20, addresses: [10.77.0.1/24] }
`

const NAT = `\
    forward: nat # the real servers use the VIP on the back interface as their gateway
`

const DR = `\
    # The real servers answer the clients themselves: each holds 192.0.2.100 on a loopback interface
    # and does not answer ARP for it (arp_ignore=1, arp_announce=2).
    forward: dr
`

function nodeOf(name: string, index: number): string {
  const mac = (number: number) => `"00:00:5e:00:53:${index + 1}${number}"`
  const host = 11 + index
  return `\
  - name: ${name}
    priority: ${index === 0 ? 200 : 100} # the higher one is active when both start together
    interfaces:
      # The MAC address is on the label of the NIC; \`pci\` or \`name\` are possible instead of \`mac\`.
      front: { match: { mac: ${mac(1)} }, addresses: [192.0.2.${host}/24] }
      back: { match: { mac: ${mac(2)} }, addresses: [10.77.0.${host}/24] }
      mgmt: { match: { mac: ${mac(3)} }, addresses: [198.51.100.${host}/24] }
    # A null-modem cable between the two ttyS1 carries the heartbeat; ttyS0 is the console.
    serial: { console: ttyS0, heartbeat: ttyS1 }
    ssh_host_key: { file: secrets/${name}.ssh_host_ed25519_key }
`
}
