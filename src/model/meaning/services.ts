import type { ServiceSpec } from '../cluster-spec.ts'
import { formatAddress } from '../ip.ts'
import { nearest } from '../nearest.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'
import { addressOf, vipAt } from './networks.ts'

/** Each service is at a VIP, alone, and its settings do not contradict each other. */
export function* checkServices({ spec, networks }: Subject): Iterable<Finding> {
  const vips = new Set(networks.vips.map(({ prefix }) => formatAddress(prefix.address)))
  const seen = new Map<string, string>()
  for (const [index, service] of spec.services.entries()) {
    const path: DocumentPath = ['services', index]
    if (!vips.has(service.address) && vipAt(networks, addressOf(service.address)) === undefined) {
      yield notVip(service, vips, path)
    }
    const key = `${service.protocol} ${service.address}:${service.port}`
    const other = seen.get(key)
    if (other === undefined) seen.set(key, service.name)
    else {
      yield {
        code: 'duplicate_service',
        path: [...path, 'port'],
        message: 'two services have the same address, port and protocol',
        expected: 'one service for each',
        found: `${key} for ${other} and for ${service.name}`,
      }
    }
    yield* checkCheck(service, path)
    yield* checkServers(service, path)
    yield* checkWeights(service, path)
  }
}

function notVip(service: ServiceSpec, vips: ReadonlySet<string>, path: DocumentPath): Finding {
  const near = nearest(service.address, vips)
  const some = [...vips].slice(0, 8).join(', ')
  return {
    code: 'service_address_not_vip',
    path: [...path, 'address'],
    message: `the address of the service ${service.name} is not a VIP`,
    expected: `a VIP of an instance: ${some}${vips.size > 8 ? ' and others' : ''}`,
    found: service.address,
    ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
  }
}

function* checkCheck(service: ServiceSpec, path: DocumentPath): Iterable<Finding> {
  const { check } = service
  if (check === undefined) return
  if (check.timeout_ms >= check.interval_ms) {
    yield {
      code: 'check_timeout',
      path: [...path, 'check', 'timeout_ms'],
      message: 'a check may last longer than the time to the next one',
      expected: `less than the interval of ${check.interval_ms} ms`,
      found: `${check.timeout_ms} ms`,
    }
  }
  if (service.protocol === 'udp' && check.port === undefined) {
    yield {
      code: 'check_without_port',
      path: [...path, 'check'],
      message: `a TCP check cannot try the UDP port of the service ${service.name}`,
      expected: 'port: a TCP port of the real servers',
      remedy: 'name a TCP port of the same program, or leave the check out',
    }
  }
}

function* checkServers(service: ServiceSpec, path: DocumentPath): Iterable<Finding> {
  const seen = new Set<string>()
  for (const [index, server] of service.real_servers.entries()) {
    const at: DocumentPath = [...path, 'real_servers', index]
    const port = server.port ?? service.port
    const key = `${server.address}:${port}`
    if (seen.has(key)) {
      yield {
        code: 'duplicate_real_server',
        path: [...at, 'address'],
        message: `the service ${service.name} has a real server twice`,
        expected: 'each address and port once',
        found: key,
        remedy: 'for a larger share of the connections raise its weight',
      }
    }
    seen.add(key)
    if (service.forward === 'dr' && port !== service.port) {
      yield {
        code: 'dr_port_change',
        path: [...at, 'port'],
        message: 'direct routing cannot change the port',
        expected: `${service.port}, the port of the service ${service.name}`,
        found: String(port),
        remedy: 'leave the port out, or use forward: nat',
      }
    }
  }
}

function* checkWeights(service: ServiceSpec, path: DocumentPath): Iterable<Finding> {
  const weights = new Set(service.real_servers.map(({ weight }) => weight))
  if (weights.size === 1 && weights.has(0)) {
    yield {
      code: 'all_weights_zero',
      severity: 'warning',
      path: [...path, 'real_servers'],
      message: `no real server of ${service.name} takes new connections`,
      expected: 'at least one weight above 0',
      found: 'weight 0 for all',
    }
  }
  weights.delete(0)
  // ip_vs_rr.c and ip_vs_lc.c look at a weight only to see whether it is 0.
  if (weights.size > 1 && (service.scheduler === 'rr' || service.scheduler === 'lc')) {
    yield {
      code: 'weights_ignored',
      severity: 'warning',
      path: [...path, 'scheduler'],
      message: `the scheduler ${service.scheduler} does not look at weights`,
      expected: `w${service.scheduler}, or the same weight for all`,
      found: `${service.scheduler} with weights ${[...weights].slice(0, 5).join(', ')}`,
    }
  }
}
