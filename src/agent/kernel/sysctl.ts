import type { Family } from '../wire/address.ts'
import { EIO, ENOENT } from './errno.ts'
import { andThen, done, failed, file, forEach, type Talk } from './talk.ts'
import { asciiBytes, asciiText } from './text.ts'

/** A value below /proc/sys that the agent relies on. */
export interface Sysctl {
  readonly path: string
  readonly value: string
  /** The kernel may be built without it. */
  readonly isOptional?: boolean
}

/**
 * What the whole node needs. The effective rp_filter is the larger of `all` and the link's. A node
 * that forwards IPv6 answers for its VIPs with the router flag (RFC 9568 8.2.2).
 */
export const nodeSysctls = (family: Family): readonly Sysctl[] =>
  family === 6
    ? [{ path: ipv6('all', 'forwarding'), value: '1' }]
    : [
        { path: '/proc/sys/net/ipv4/ip_forward', value: '1' },
        { path: ipv4('all', 'rp_filter'), value: '0' },
      ]

/**
 * What a link needs that carries VIPs or has them on a macvlan above it: no ARP answer for an
 * address of another link, no ARP request that names one, no reverse path check.
 */
export const linkSysctls = (link: string): readonly Sysctl[] => [
  { path: ipv4(link, 'arp_ignore'), value: '1' },
  { path: ipv4(link, 'arp_announce'), value: '2' },
  { path: ipv4(link, 'rp_filter'), value: '0' },
]

/**
 * A macvlan of ours has the VIPs and no other address, so that nothing leaves it that was not
 * asked for: no IPv6 beside IPv4, and beside the VIPs of IPv6 none that the kernel makes of the
 * virtual MAC (RFC 9568 7.4) or of an advertised prefix.
 */
export const vipDeviceSysctls = (device: string, family: Family): readonly Sysctl[] => [
  ...linkSysctls(device),
  ...(family === 4
    ? [{ path: ipv6(device, 'disable_ipv6'), value: '1', isOptional: true }]
    : [
        noLinkLocal(device),
        { path: ipv6(device, 'disable_ipv6'), value: '0' },
        { path: ipv6(device, 'accept_ra'), value: '0' },
        { path: ipv6(device, 'autoconf'), value: '0' },
        { path: ipv6(device, 'accept_dad'), value: '0' },
        { path: ipv6(device, 'forwarding'), value: '1' },
      ]),
]

/** The kernel makes no link-local address for the link by itself (IN6_ADDR_GEN_MODE_NONE). */
export const noLinkLocal = (link: string): Sysctl => ({
  path: ipv6(link, 'addr_gen_mode'),
  value: '1',
})

/** Reads each, writes those that differ and reads them back. */
export const holdSysctls = (sysctls: readonly Sysctl[]): Talk<{ readonly repaired: number }> =>
  andThen(forEach(sysctls, hold), all => done({ repaired: all.filter(each => each).length }))

/** True: it had to be written. */
function hold(sysctl: Sysctl): Talk<boolean> {
  const { path, value } = sysctl
  return andThen(readSysctl(path), found => {
    if (found === value || (found === undefined && sysctl.isOptional === true)) {
      return done(false)
    }
    return andThen(file({ kind: 'write', path, content: asciiBytes(value) }), ({ errno }) =>
      errno !== 0
        ? failed(errno, `set ${path} to ${value}`)
        : andThen(readSysctl(path), now =>
            now === value
              ? done(true)
              : failed(EIO, `set ${path} to ${value}: it reads ${now ?? 'nothing'}`),
          ),
    )
  })
}

/** Undefined: there is no such file. */
export const readSysctl = (path: string): Talk<string | undefined> =>
  andThen(file({ kind: 'read', path }), ({ errno, content }): Talk<string | undefined> => {
    if (errno === ENOENT) return done(undefined)
    if (errno !== 0) return failed(errno, `read ${path}`)
    return done(asciiText(content ?? new Uint8Array(0)).trim())
  })

function ipv4(link: string, name: string): string {
  return `/proc/sys/net/ipv4/conf/${link}/${name}`
}

function ipv6(link: string, name: string): string {
  return `/proc/sys/net/ipv6/conf/${link}/${name}`
}
