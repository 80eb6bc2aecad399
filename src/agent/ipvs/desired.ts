import type { NodeConfig, ServiceConfig } from '../../model/node-config.ts'
import type { IpvsService, IpvsServiceKey } from '../machine.ts'

export const keyOf = ({ protocol, address, port }: ServiceConfig): IpvsServiceKey => ({
  protocol,
  address,
  port,
})

/**
 * What the kernel should hold for a service: its real servers, but not those that are down. A
 * service whose real servers are all down stays, without any.
 */
export function desiredService(
  config: ServiceConfig,
  isDown: (real: ServiceConfig['real_servers'][number]) => boolean,
): IpvsService {
  return {
    key: keyOf(config),
    scheduler: config.scheduler,
    flags: 0,
    timeout_s: 0,
    destinations: config.real_servers
      .filter(real => !isDown(real))
      .map(({ address, port, weight }) => ({ address, port, forward: config.forward, weight })),
  }
}

/** Every service of the config with all its real servers. */
export const desiredServices = (config: NodeConfig): readonly IpvsService[] =>
  config.services.map(service => desiredService(service, () => false))
