import type { MatchSpec } from '../cluster-spec.ts'
import type { DocumentPath } from '../yaml/offsets.ts'
import type { Finding, Subject } from './finding.ts'

/** Each interface finds a NIC of its own. */
export function* checkNics({ spec }: Subject): Iterable<Finding> {
  yield* checkPlaceholders({ spec })
  const macs = new Map<string, string>()
  for (const [index, node] of spec.nodes.entries()) {
    const own = new Map<string, string>()
    for (const [name, { match }] of Object.entries(node.interfaces)) {
      const path: DocumentPath = ['nodes', index, 'interfaces', name, 'match']
      const owner = `${name} of ${node.name}`
      if ('mac' in match) {
        yield* checkMac(match.mac.toLowerCase(), owner, [...path, 'mac'], macs)
      } else yield* checkOther(match, owner, path, own)
    }
  }
}

// 00:00:5e:00:53:XX, RFC 7042 section 2.1.2: `init` writes them, and no NIC has one.
function* checkPlaceholders({ spec }: Pick<Subject, 'spec'>): Iterable<Finding> {
  const places = spec.nodes.flatMap((node, index) =>
    Object.entries(node.interfaces).flatMap(([name, { match }]) =>
      'mac' in match && match.mac.toLowerCase().startsWith('00:00:5e:00:53:')
        ? [{ path: ['nodes', index, 'interfaces', name, 'match', 'mac'], mac: match.mac }]
        : [],
    ),
  )
  const [first] = places
  if (first === undefined) return
  yield {
    code: 'placeholder_mac',
    severity: 'warning',
    path: first.path,
    message: 'a MAC address is one for documentation, which no NIC has',
    expected: 'the permanent address of the NIC, as its label or `ip link` shows it',
    found: places.length === 1 ? first.mac : `${first.mac} and ${places.length - 1} more`,
    remedy: 'put the MAC addresses of your NICs in; until then no interface is found at boot',
  }
}

function* checkMac(
  mac: string,
  owner: string,
  path: DocumentPath,
  seen: Map<string, string>,
): Iterable<Finding> {
  const unusable = whyUnusable(mac)
  if (unusable !== undefined) {
    yield {
      code: 'mac_unusable',
      path,
      message: 'no NIC has this MAC address as its own',
      expected: 'the permanent address of the NIC, as its label or `ip link` shows it',
      found: `${mac}, ${unusable}`,
    }
  }
  const other = seen.get(mac)
  if (other === undefined) seen.set(mac, owner)
  else {
    yield {
      code: 'duplicate_mac',
      path,
      message: 'two interfaces have the same MAC address',
      expected: 'a MAC address of its own for each interface of each node',
      found: `${mac} for ${other} and for ${owner}`,
    }
  }
}

function whyUnusable(mac: string): string | undefined {
  if (mac === '00:00:00:00:00:00') return 'which is no address'
  if (Number.parseInt(mac.slice(0, 2), 16) % 2 === 1) return 'which is a group address'
  // RFC 9568 section 7.3.
  if (mac.startsWith('00:00:5e:00:01:') || mac.startsWith('00:00:5e:00:02:')) {
    return 'which is a virtual MAC of VRRP'
  }
  return undefined
}

function* checkOther(
  match: MatchSpec,
  owner: string,
  path: DocumentPath,
  seen: Map<string, string>,
): Iterable<Finding> {
  const [[kind, value]] = Object.entries(match) as [[string, string]]
  const other = seen.get(`${kind} ${value}`)
  if (other === undefined) seen.set(`${kind} ${value}`, owner)
  else {
    yield {
      code: 'duplicate_match',
      path: [...path, kind],
      message: 'two interfaces of a node match the same NIC',
      expected: 'a NIC of its own for each interface',
      found: `${kind} ${value} for ${other} and for ${owner}`,
    }
  }
}
