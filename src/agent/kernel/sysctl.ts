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

/** What the whole node needs. The effective rp_filter is the larger of `all` and the link's. */
export const nodeSysctls: readonly Sysctl[] = [
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

/** A macvlan of ours has no IPv6 addresses: nothing may leave it that was not asked for. */
export const vipDeviceSysctls = (device: string): readonly Sysctl[] => [
  ...linkSysctls(device),
  { path: `/proc/sys/net/ipv6/conf/${device}/disable_ipv6`, value: '1', isOptional: true },
]

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
