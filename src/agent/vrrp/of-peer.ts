import type { Address } from '../wire/address.ts'
import type { InstanceState } from './state.ts'

/** Whether adverts from an address can be the other node's; where its address is not known, yes. */
export const isOfPeer = ({ peer }: InstanceState, address: Address): boolean =>
  peer === undefined || peer === address
