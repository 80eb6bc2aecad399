/**
 * What the driver of a serial port has counted since it was opened: struct serial_icounter_struct,
 * linux/serial.h. A pty has none: all stay 0.
 */
export interface LineCounters {
  /** Bytes lost in the UART, and in the kernel's buffer. */
  readonly overrun: number
  readonly buffer_overrun: number
  /** Stop bits that were none: noise, or another speed. */
  readonly framing: number
  readonly parity: number
  readonly breaks: number
}
