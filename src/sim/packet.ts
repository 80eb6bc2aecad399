import { part } from '../agent/wire/bytes.ts'
import { ETHERNET_HEADER } from '../agent/wire/ethernet.ts'

/** The packet in a frame, as a view: most frames are sent again and again, and never changed. */
export const packetIn = (frame: Uint8Array): Uint8Array =>
  part(frame, ETHERNET_HEADER, frame.length)
