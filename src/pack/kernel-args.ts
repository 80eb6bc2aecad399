/** Kernel arguments of every boot: few messages, and ten seconds after a panic a new start. */
export const KERNEL_ARGS = 'loglevel=4 panic=10'
