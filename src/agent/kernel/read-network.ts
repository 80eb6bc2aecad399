import type { Family } from '../wire/address.ts'
import { decodeLinkAddress, dumpAddresses, type LinkAddress } from '../wire/netlink-address.ts'
import { decodeLink, dumpLinks, type Link } from '../wire/netlink-link.ts'
import { askDump } from './ask.ts'
import { andThen, done, failed, type Talk } from './talk.ts'

/** Every link of this network namespace. */
export const readLinks = (): Talk<readonly Link[]> =>
  andThen(askDump('route', dumpLinks()), ({ errno, messages }) =>
    errno === 0
      ? done(messages.flatMap(message => decodeLink(message) ?? []))
      : failed(errno, 'read the links'),
  )

/**
 * The addresses of a family of a link, or with index 0 all of this network namespace. An old kernel
 * or a plain socket gives all of them in any case.
 */
export const readAddresses = (index: number, family: Family): Talk<readonly LinkAddress[]> =>
  andThen(askDump('route', dumpAddresses(index, family)), ({ errno, messages }) =>
    errno === 0
      ? done(messages.flatMap(message => decodeLinkAddress(message) ?? []))
      : failed(errno, 'read the addresses'),
  )
