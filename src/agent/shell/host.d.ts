import type { Duration, Instant } from '../units.ts'

/** A file descriptor: close-on-exec and non-blocking from its birth. */
export type Fd = number

/**
 * The whole of the C host, one line a call. A number is a count or minus errno; nothing throws,
 * and only `wait` sleeps. Byte arrays are the caller's, to be used again.
 */
export interface Host {
  /** The words of the command line, the program's name first. */
  readonly args: readonly string[]

  /** Microseconds since boot, time asleep included. */
  now(): Instant
  /** Sleeps until `until` or until a descriptor is ready; fills pairs of descriptor and events. */
  wait(until: Instant, ready: Int32Array): number
  /** EPOLLIN 1, EPOLLOUT 4, both or 0 for neither. */
  watch(fd: Fd, events: number): number
  /** Reads signalfd_siginfo for SIGHUP, SIGINT, SIGTERM. */
  signals(): Fd
  close(fd: Fd): number

  /** Packets of protocol 112 of the device: IPv4 is read with `recv`, IPv6 (1) with `recvIpv6`. */
  vrrpSocket(device: string, ifindex: number, isIpv6: 0 | 1): Fd
  /** One packet with a header of what the kernel says was in its own; else as `recv`. */
  recvIpv6(fd: Fd, into: Uint8Array): number
  /** Through a raw socket to an address of 4 or 16 bytes; a link-local one is on that link. */
  sendTo(fd: Fd, packet: Uint8Array, to: Uint8Array, ifindex: number): number
  /** Datagrams to and from one address and port; both addresses of 4 or of 16 bytes. */
  udpSocket(device: string, ifindex: number, own: Uint8Array, peer: Uint8Array, port: number): Fd
  /** `sendTo` takes an ICMP message; echo replies are read with `recv`, of IPv6 with `recvIpv6`. */
  echoSocket(device: string, isIpv6: 0 | 1): Fd
  /** 8N1, raw, without flow control; -ERANGE where the port cannot have that speed. */
  serialOpen(path: string, baud: number): Fd
  /** Bytes that the driver has not sent yet. */
  serialQueued(fd: Fd): number
  /** overrun, buffer_overrun, framing, parity, breaks; -ENOTTY where nothing is counted. */
  serialCounters(fd: Fd, into: Uint32Array): number
  /** Sends whole Ethernet frames. */
  packetSocket(ifindex: number): Fd
  /**
   * What a filter passes (struct sock_filter) of ARP, read with `recv`, or for IPv6 of neighbour
   * advertisements, read with `recvIpv6`; without the Ethernet header.
   */
  neighbourSocket(device: string, ifindex: number, isIpv6: 0 | 1, filter: Uint8Array): Fd
  netlinkSocket(protocol: number, groups: number): Fd
  /** One packet; -EAGAIN when none is left, -EMSGSIZE when it was larger than `into`. */
  recv(fd: Fd, into: Uint8Array): number
  send(fd: Fd, bytes: Uint8Array): number
  /** One more message that is sent as it is when the agent fails; an empty one forgets all. */
  guard(fd: Fd, message: Uint8Array): number
  /**
   * Starts the process that sends them when the agent ends or its loop is silent. Above the agent
   * in real time, 0: as any other program. The descriptor ends with it.
   */
  supervise(priority: number): Fd
  /** So long, in microseconds, the loop may be silent from now on; 0: for ever. */
  arm(supervisor: Fd, limit: Duration): number
  /**
   * How long the loop had been silent when its VIPs were closed; 0: they were not. Until this was
   * asked after they were, `send` says -ESHUTDOWN.
   */
  stalled(): Duration

  /** Starts a program without arguments; its process id. */
  childStart(path: string): number
  /** Ready to be read when the child has ended. */
  childWatch(pid: number): Fd
  /** The exit code, 128 and more: ended by a signal; -EAGAIN while it runs. */
  childEnd(pid: number): number
  /** Ends it and all that it has started. */
  childKill(pid: number): number

  /** A path, or after an `@` a name that lives in the network namespace. */
  unixListen(path: string): Fd
  unixConnect(path: string): Fd
  accept(fd: Fd): Fd
  /** A connection under way; the address as a number, the first byte highest. */
  tcpConnect(address: number, port: number): Fd
  /** 0 or minus the error that a connection met. */
  socketError(fd: Fd): number
  /** 0 at the end of the stream. */
  read(fd: Fd, into: Uint8Array): number
  write(fd: Fd, bytes: Uint8Array): number

  /** The whole file; -EFBIG when it is larger. */
  readFile(path: string, into: Uint8Array): number
  /** Replaces the content in one write; with mode -1 the file must exist. */
  writeFile(path: string, bytes: Uint8Array, mode: number): number
  readLink(path: string, into: Uint8Array): number
  /** Names, each ended by a NUL. */
  listDirectory(path: string, into: Uint8Array): number
  makeDirectory(path: string, mode: number): number
  remove(path: string): number

  /** A disk or a file, with 1 to write to it; -EBUSY for a disk that something else has open so. */
  diskOpen(path: string, writable: 0 | 1): Fd
  diskSize(fd: Fd): number
  /** Less than asked for only at the end. */
  diskRead(fd: Fd, into: Uint8Array, offset: number): number
  diskWrite(fd: Fd, bytes: Uint8Array, offset: number): number
  /** All that was written is on the medium, and nothing of it is kept in memory. */
  diskFlush(fd: Fd): number
  /** The kernel reads the partition table anew. */
  diskReread(fd: Fd): number

  /** SCHED_RR with this priority, 1 to 99; not for the children. */
  realtime(priority: number): number
  lockMemory(): number
  /** The watchdog device with its timeout set; from then on it wants to be written to. */
  watchdog(path: string, timeout_s: number): Fd
  kernelRelease(into: Uint8Array): number
  random(into: Uint8Array): number
  /** Standard error as a descriptor of our own that does not block. */
  consoleOut(): Fd
  exit(code: number): never

  /** UTF-8; -EFBIG when it does not fit. */
  encode(text: string, into: Uint8Array): number
  /** What is not UTF-8 becomes U+FFFD. */
  decode(bytes: Uint8Array): string
  /** 32 bytes. */
  sha256(bytes: Uint8Array, into: Uint8Array): number
  /** HMAC-SHA256, 32 bytes. */
  hmac(key: Uint8Array, bytes: Uint8Array, into: Uint8Array): number
}

declare global {
  const host: Host
  /** Of the project, put in when the agent is bundled. */
  const AGENT_VERSION: string
}
