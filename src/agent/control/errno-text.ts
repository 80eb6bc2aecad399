// include/uapi/asm-generic/errno{-base,}.h: what a probe, a flip or IPVS can end with.
const TEXTS: Readonly<Record<number, string>> = {
  1: 'operation not permitted',
  2: 'no such entry, or the scheduler is not in the kernel',
  3: 'no such service',
  5: 'the kernel holds something else than it was told',
  12: 'out of memory',
  17: 'it exists already',
  19: 'no such device',
  22: 'invalid argument',
  24: 'too many open files',
  99: 'address not available',
  100: 'the network is down',
  101: 'the network cannot be reached',
  103: 'connection aborted',
  104: 'connection reset',
  105: 'no buffer space',
  110: 'timed out',
  111: 'connection refused',
  112: 'the host is down',
  113: 'no route to the host',
}

/** `connection refused (errno 111)` */
export function errnoText(errno: number): string {
  const text = TEXTS[errno]
  return text === undefined ? `errno ${errno}` : `${text} (errno ${errno})`
}
