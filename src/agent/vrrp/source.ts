import { item } from '../never.ts'
import type { DirectorState } from '../state.ts'
import type { Address, Family } from '../wire/address.ts'
import { parseMac, virtualMac } from '../wire/ethernet.ts'
import type { InstanceState, InterfaceState } from './state.ts'

/** The address of an interface that an instance of a family sends from; undefined: none yet. */
export const sourceOf = (link: InterfaceState, family: Family): Address | undefined =>
  family === 4 ? link.address : link.address6

/** The MAC address that stands for the VIPs of an instance; undefined: not known yet. */
export const macOf = (
  { interfaces }: Pick<DirectorState, 'interfaces'>,
  instance: InstanceState,
): readonly number[] | undefined =>
  instance.onOwnMac
    ? parseMac(item(interfaces, instance.interface).mac)
    : virtualMac(instance.vrid, instance.family)
