import type { NodeConfig, RealServerConfig, TcpCheckConfig } from '../../model/node-config.ts'
import { type Instant, milliseconds } from '../units.ts'
import type { Target } from './state.ts'

/**
 * The distinct checks of a config: one for each address, port, interval, timeout, fall and rise.
 * The first probes are spread evenly over the interval, always in the same way.
 */
export function collectTargets(config: NodeConfig, at: Instant): Target[] {
  const found = new Map<string, { target: Target; uses: { service: number; real: number }[] }>()
  config.services.forEach((service, serviceIndex) => {
    const { check } = service
    if (check === undefined) return
    service.real_servers.forEach((real, realIndex) => {
      const name = nameOf(real.address, check.port ?? real.port, check)
      let entry = found.get(name)
      if (entry === undefined) {
        const uses: { service: number; real: number }[] = []
        entry = { target: newTarget(real, check, uses, at), uses }
        found.set(name, entry)
      }
      entry.uses.push({ service: serviceIndex, real: realIndex })
    })
  })
  return spread([...found.values()].map(entry => entry.target))
}

/** Two targets with the same name are the same check. */
export function nameOfTarget(target: Target): string {
  const { address, port, interval, timeout, fall, rise } = target
  return nameOf(address, port, {
    interval_ms: interval / 1_000,
    timeout_ms: timeout / 1_000,
    fall,
    rise,
  })
}

const nameOf = (
  address: string,
  port: number,
  {
    interval_ms,
    timeout_ms,
    fall,
    rise,
  }: Pick<TcpCheckConfig, 'interval_ms' | 'timeout_ms' | 'fall' | 'rise'>,
) => [address, port, interval_ms, timeout_ms, fall, rise].join(' ')

function newTarget(
  real: RealServerConfig,
  check: TcpCheckConfig,
  uses: Target['uses'],
  at: Instant,
): Target {
  return {
    address: real.address,
    port: check.port ?? real.port,
    interval: milliseconds(check.interval_ms),
    timeout: milliseconds(check.timeout_ms),
    fall: check.fall,
    rise: check.rise,
    uses,
    verdict: 'unknown',
    since: at,
    failures: 0,
    successes: 0,
    probe: undefined,
    startedAt: undefined,
    dueAt: at,
    errno: 0,
    errorAt: undefined,
  }
}

function spread(targets: Target[]): Target[] {
  for (const [index, target] of targets.entries()) {
    const part = Math.floor((target.interval * index) / targets.length)
    target.dueAt = (target.dueAt + part) as Instant
  }
  return targets
}
