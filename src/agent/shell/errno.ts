import { errnoName } from '../kernel/errno.ts'

// include/uapi/asm-generic/errno-base.h and errno.h: those that the shell itself tells apart.
export const ENOENT = 2
export const EAGAIN = 11
export const EEXIST = 17
export const EFBIG = 27
export const EADDRINUSE = 98
export const ETIMEDOUT = 110
export const ECONNREFUSED = 111

const TEXTS: Readonly<Record<number, string>> = {
  1: 'not permitted: it needs root',
  [ENOENT]: 'there is no such file',
  13: 'permission denied: it needs root',
  19: 'there is no such device',
  20: 'a part of the path is no folder',
  21: 'it is a folder',
  [EFBIG]: 'it is too large',
  28: 'no space is left',
  36: 'the name is too long',
  40: 'it is a symbolic link',
  93: 'the kernel does not have the protocol',
  97: 'the kernel does not have the address family',
  [EADDRINUSE]: 'the address is in use',
  [ECONNREFUSED]: 'nobody listens there',
}

/** What a file, a socket or a device at the start met, for a person. */
export const explainErrno = (errno: number): string => TEXTS[errno] ?? errnoName(errno)
