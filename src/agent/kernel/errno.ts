// include/uapi/asm-generic/errno{-base,}.h: the ones that this room tells apart or names.

export const ENOENT = 2
export const ESRCH = 3
export const EINTR = 4
export const EIO = 5
export const EAGAIN = 11
export const EBUSY = 16
export const EEXIST = 17
export const ENODEV = 19
export const EINVAL = 22
export const EOPNOTSUPP = 95
export const EADDRNOTAVAIL = 99
export const ENOBUFS = 105
export const ECANCELED = 125

const NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  3: 'ESRCH',
  4: 'EINTR',
  5: 'EIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  20: 'ENOTDIR',
  21: 'EISDIR',
  22: 'EINVAL',
  24: 'EMFILE',
  28: 'ENOSPC',
  30: 'EROFS',
  34: 'ERANGE',
  90: 'EMSGSIZE',
  93: 'EPROTONOSUPPORT',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  100: 'ENETDOWN',
  101: 'ENETUNREACH',
  105: 'ENOBUFS',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  113: 'EHOSTUNREACH',
  125: 'ECANCELED',
}

/** `EEXIST`, or the number where this agent has no name for it. */
export const errnoName = (errno: number): string => NAMES[errno] ?? `errno ${errno}`
