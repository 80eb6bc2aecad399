// Generic netlink: include/uapi/linux/genetlink.h.
import { concat, type NetlinkMessage, type NetlinkRequest } from './netlink.ts'
import {
  type Attribute,
  type Attributes,
  asText,
  asU16,
  decodeAttributes,
  encodeAttributes,
  text,
} from './netlink-attributes.ts'

const GENL_ID_CTRL = 0x10
const CTRL_CMD_NEWFAMILY = 1
const CTRL_CMD_GETFAMILY = 3
const CTRL_ATTR_FAMILY_ID = 1
const CTRL_ATTR_FAMILY_NAME = 2

export interface GenericMessage {
  readonly command: number
  readonly attributes: Attributes
}

/** struct genlmsghdr and attributes; version 1 is what the controller and IPVS speak. */
export function genericRequest(
  family: number,
  command: number,
  attributes: readonly Attribute[],
  flags = 0,
): NetlinkRequest {
  return {
    type: family,
    flags,
    payload: concat(new Uint8Array([command, 1, 0, 0]), encodeAttributes(attributes)),
  }
}

/** Undefined: shorter than its header, or its attributes are malformed. */
export function decodeGeneric(message: NetlinkMessage): GenericMessage | undefined {
  const command = message.payload[0]
  if (command === undefined || message.payload.length < 4) return undefined
  const attributes = decodeAttributes(message.payload.subarray(4))
  return attributes && { command, attributes }
}

/** Asks for the number of a family by its name, for example `IPVS`. */
export const getFamily = (name: string): NetlinkRequest =>
  genericRequest(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, [text(CTRL_ATTR_FAMILY_NAME, name)])

/** The answer to `getFamily`; undefined for any other message. */
export function decodeFamily(
  message: NetlinkMessage,
): { readonly id: number; readonly name: string } | undefined {
  if (message.type !== GENL_ID_CTRL) return undefined
  const generic = decodeGeneric(message)
  if (generic?.command !== CTRL_CMD_NEWFAMILY) return undefined
  const id = asU16(generic.attributes.get(CTRL_ATTR_FAMILY_ID))
  const name = asText(generic.attributes.get(CTRL_ATTR_FAMILY_NAME))
  return id === undefined || name === undefined ? undefined : { id, name }
}
