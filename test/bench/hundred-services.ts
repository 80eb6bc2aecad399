const SERVICES = Array.from({ length: 100 }, (_, index) => 8001 + index)
const REAL_SERVERS = ['10.77.0.21', '10.77.0.22']

/** Where the image of `hundredServices` has keepalived's configuration. */
export const KEEPALIVED_CONFIG = '/etc/keepalived/bench.conf'

/**
 * A cluster file with 100 services of two real servers each, which are probed every 2 s.
 *
 * The image has keepalived too, for which `keepalived.conf` must be beside the file.
 */
export function hundredServices(): string {
  const services = SERVICES.map(
    port => `
  - name: web${port}
    address: 192.0.2.100
    port: ${port}
    protocol: tcp
    scheduler: wlc
    forward: nat
    check: { type: tcp, interval_ms: 2000, timeout_ms: 1000, fall: 2, rise: 2 }
    real_servers:
${REAL_SERVERS.map(address => `      - { address: ${address}, port: ${port} }`).join('\n')}`,
  )
  return `cluster: bench
board: pc
nodes:
  - name: lb1
    priority: 200
    interfaces:
      front: { match: { mac: "52:54:00:d1:01:01" }, addresses: [192.0.2.11/24] }
      back: { match: { mac: "52:54:00:d1:01:02" }, addresses: [10.77.0.11/24] }
    serial: { console: ttyS0 }
  - name: lb2
    priority: 100
    interfaces:
      front: { match: { mac: "52:54:00:d1:02:01" }, addresses: [192.0.2.12/24] }
      back: { match: { mac: "52:54:00:d1:02:02" }, addresses: [10.77.0.12/24] }
    serial: { console: ttyS0 }
interfaces:
  front: { role: front }
  back: { role: back }
vrrp:
  instances:
    front: { interface: front, vrid: 10, addresses: [192.0.2.100/24] }
    back: { interface: back, vrid: 20, addresses: [10.77.0.1/24] }
  groups:
    service: { instances: [front, back], failback: manual }
services:${services.join('')}
# The peer, beside which ours is measured.
packages: [keepalived]
files:
  - { source: keepalived.conf, destination: ${KEEPALIVED_CONFIG} }
`
}

/** The same for keepalived. */
export function keepalivedConfig(): string {
  const instance = (name: string, vrid: number, address: string) => `
vrrp_instance ${name} {
  interface ${name}
  virtual_router_id ${vrid}
  version 3
  priority 200
  advert_int 1
  use_vmac
  nopreempt
  virtual_ipaddress { ${address} }
}`
  const services = SERVICES.map(
    port => `
virtual_server 192.0.2.100 ${port} {
  delay_loop 2
  lvs_sched wlc
  lvs_method NAT
  protocol TCP
${REAL_SERVERS.map(
  address => `  real_server ${address} ${port} {
    weight 1
    TCP_CHECK {
      connect_timeout 1
      retry 1
      delay_before_retry 1
    }
  }`,
).join('\n')}
}`,
  )
  return `vrrp_sync_group service {
  group {
    front
    back
  }
}${instance('front', 10, '192.0.2.100/24')}${instance('back', 20, '10.77.0.1/24')}
${services.join('')}
`
}
