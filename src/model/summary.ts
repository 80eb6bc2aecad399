import type { Cluster } from './cluster.ts'
import type { NodeSpec } from './cluster-spec.ts'
import { longFailback } from './resolve.ts'

/** What was understood of a cluster file, for a person and for a program. No secret is in it. */
export interface Summary {
  readonly cluster: string
  readonly board: string
  readonly nodes: readonly {
    readonly name: string
    readonly priority: number
    /** By interface name. */
    readonly addresses: Readonly<Record<string, readonly string[]>>
    readonly heartbeat?: string
    readonly ssh_host_key: 'from a file' | 'made at each boot'
  }[]
  readonly groups: readonly {
    readonly name: string
    readonly failback: string
    readonly instances: readonly {
      readonly name: string
      readonly interface: string
      readonly vrid: number
      readonly addresses: readonly string[]
    }[]
  }[]
  readonly services: readonly {
    readonly name: string
    readonly protocol: string
    readonly address: string
    readonly port: number
    readonly scheduler: string
    readonly forward: string
    readonly real_servers: number
    readonly checked: boolean
  }[]
  readonly access: { readonly authorized_keys: number; readonly console_password: boolean }
  readonly files: readonly string[]
  readonly packages: readonly string[]
}

/** What was understood of a cluster file. */
export function summarize({ spec, access, files, packages }: Cluster): Summary {
  const { instances, groups } = spec.vrrp
  return {
    cluster: spec.cluster,
    board: spec.board,
    nodes: spec.nodes.map(node => ({
      name: node.name,
      priority: node.priority,
      addresses: addressesOf(node),
      ...heartbeatOf(node),
      ssh_host_key: access.ssh_host_keys.has(node.name) ? 'from a file' : 'made at each boot',
    })),
    groups: Object.entries(groups).map(([name, group]) => ({
      name,
      failback: longFailback(group.failback).mode,
      instances: group.instances.flatMap(member => {
        const instance = instances[member]
        if (instance === undefined) return []
        const { interface: link, vrid, addresses } = instance
        return { name: member, interface: link, vrid, addresses }
      }),
    })),
    services: spec.services.map(service => ({
      name: service.name,
      protocol: service.protocol,
      address: service.address,
      port: service.port,
      scheduler: service.scheduler,
      forward: service.forward,
      real_servers: service.real_servers.length,
      checked: service.check !== undefined,
    })),
    access: {
      authorized_keys: access.authorized_keys.length,
      console_password: access.console_password_hash !== undefined,
    },
    files: files.map(({ destination }) => `/${destination}`),
    packages: packages.map(({ name }) => name),
  }
}

function addressesOf(node: NodeSpec): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(node.interfaces).map(([name, { addresses }]) => [name, addresses]),
  )
}

function heartbeatOf({ serial }: NodeSpec): { readonly heartbeat?: string } {
  const heartbeat = serial?.heartbeat
  if (heartbeat === undefined) return {}
  return { heartbeat: typeof heartbeat === 'string' ? heartbeat : heartbeat.port }
}

// A terminal shows so many; a program asks for all.
const LINES_MAX = 20

/** The summary as the lines a terminal shows. */
export function renderSummary(summary: Summary): string {
  const { nodes, groups, services, access, files, packages } = summary
  return [
    `${summary.cluster}: a pair on the board ${summary.board}`,
    ...nodes.map(node => {
      const addresses = Object.entries(node.addresses).map(
        ([name, own]) => `${name} ${own.join(', ')}`,
      )
      const heartbeat =
        node.heartbeat === undefined ? 'no heartbeat line' : `heartbeat ${node.heartbeat}`
      return `  node ${node.name}: priority ${node.priority}; ${addresses.join('; ')}; ${heartbeat}`
    }),
    ...groups.flatMap(group => [
      `  group ${group.name}: ${counted(group.instances.length, 'instance')}, failback ${group.failback}`,
      ...group.instances.map(
        ({ name, interface: link, vrid, addresses }) =>
          `    ${name}: VRID ${vrid} on ${link}, ${listOf('VIP', addresses)}`,
      ),
    ]),
    ...services
      .slice(0, LINES_MAX)
      .map(
        service =>
          `  service ${service.name}: ${service.protocol} ${service.address}:${service.port}, ${service.scheduler}, ${service.forward}, ${counted(service.real_servers, 'real server')}, ${service.checked ? 'checked' : 'not checked'}`,
      ),
    ...(services.length > LINES_MAX ? [`  and ${services.length - LINES_MAX} more services`] : []),
    `  access: ${counted(access.authorized_keys, 'SSH key')}, ${access.console_password ? 'a console password' : 'no console password'}`,
    ...(files.length === 0 ? [] : [`  ${listOf('file', files)}`]),
    ...(packages.length === 0 ? [] : [`  ${listOf('package', packages)}`]),
  ].join('\n')
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

function listOf(thing: string, names: readonly string[]): string {
  const some = names.slice(0, LINES_MAX).join(', ')
  const more = names.length > LINES_MAX ? ' and others' : ''
  return `${counted(names.length, thing)}: ${some}${more}`
}
