import type { NodeConfig } from '../../model/node-config.ts'
import { ENODEV } from '../kernel/errno.ts'
import { findInterface, readDevicePaths } from '../kernel/find-interface.ts'
import { readLinks } from '../kernel/read-network.ts'
import { andThen, done, failed, type Talk } from '../kernel/talk.ts'
import type { InterfaceName } from '../machine.ts'
import type { Link } from '../wire/netlink-link.ts'

/** The kernel's link of each interface; fails where one that carries VIPs is absent or not one. */
export function findLinks(config: NodeConfig): Talk<ReadonlyMap<InterfaceName, Link>> {
  const needed = new Set(config.vrrp.instances.map(instance => instance.interface))
  return andThen(readLinks(), links =>
    andThen(readDevicePaths(links), paths => {
      const found = new Map<InterfaceName, Link>()
      for (const each of config.interfaces) {
        const result = findInterface(each, links, paths)
        if (result.kind === 'found') found.set(each.name, result.link)
        else if (needed.has(each.name)) {
          const match = Object.entries(each.match).map(([key, value]) => `${key} ${value}`)
          return failed(ENODEV, `find the interface ${each.name} (${match}): ${result.kind}`)
        }
      }
      return done(found)
    }),
  )
}
