import type { Segment } from './segment.ts'

/** lb1 and lb2 at 192.0.2.11 and 192.0.2.12. */
export function arrangePair(segment: Segment): void {
  segment.machine('lb1', '192.0.2.11/24')
  segment.machine('lb2', '192.0.2.12/24')
}

/** A machine at 192.0.2.HOST, fe80::HOST and 2001:db8::HOST. */
export function addTwoFamilies(segment: Segment, name: string, host: number): void {
  segment.machine(name, `192.0.2.${host}/24`)
  segment.ip(name, `-6 address add fe80::${host}/64 dev front nodad`)
  segment.ip(name, `-6 address add 2001:db8::${host}/64 dev front nodad`)
}

/** The client's address of IPv6: 2001:db8::fe. */
export function addClientIpv6(segment: Segment): void {
  segment.ip('client', '-6 address add 2001:db8::fe/64 dev br0 nodad')
}
