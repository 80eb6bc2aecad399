// include/uapi/asm-generic/errno-base.h and errno.h: those that the shell itself tells apart.
export const ENOENT = 2
export const EINTR = 4
export const EIO = 5
export const EAGAIN = 11
export const EEXIST = 17
export const EFBIG = 27
export const EMSGSIZE = 90
export const EADDRINUSE = 98
export const ENOBUFS = 105
export const ETIMEDOUT = 110
export const ECONNREFUSED = 111

const names: Readonly<Record<number, string>> = {
  1: 'not permitted: run it as root',
  [ENOENT]: 'no such file',
  [EIO]: 'input or output failed',
  13: 'permission denied: run it as root',
  19: 'no such device',
  20: 'a part of the path is no folder',
  21: 'it is a folder',
  [EFBIG]: 'it is too large',
  28: 'no space left',
  93: 'the kernel does not have this protocol',
  [EADDRINUSE]: 'the address is in use',
  97: 'the kernel does not have this address family',
  [ETIMEDOUT]: 'no answer in time',
  [ECONNREFUSED]: 'nobody is listening',
}

/** An errno for a person. */
export const explainErrno = (errno: number): string => names[errno] ?? `error ${errno}`
