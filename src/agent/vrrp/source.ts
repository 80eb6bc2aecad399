import type { Address, Family } from '../wire/address.ts'
import type { InterfaceState } from './state.ts'

/** The address of an interface that an instance of a family sends from; undefined: none yet. */
export const sourceOf = (link: InterfaceState, family: Family): Address | undefined =>
  family === 4 ? link.address : link.address6
