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

/** Every IPv4 address of this network namespace. */
export const readAddresses = (): Talk<readonly LinkAddress[]> =>
  andThen(askDump('route', dumpAddresses()), ({ errno, messages }) =>
    errno === 0
      ? done(messages.flatMap(message => decodeLinkAddress(message) ?? []))
      : failed(errno, 'read the addresses'),
  )
