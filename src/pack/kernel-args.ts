/**
 * Kernel arguments of every boot.
 *
 * - `loglevel=4`: warnings and worse; a serial line takes a second for 11,000 characters.
 * - `panic=10`: ten seconds after a panic a new start.
 * - `cryptomgr.notests`: no self-tests of ciphers, which take most of a second under emulation. The
 *   system uses one of them alone, for the signatures of modules; if that one were wrong, modules
 *   would not load and director-setup would say so.
 * - `initcall_blacklist=jent_mod_init`: no test of the ciphers' own gatherer of timing noise, a
 *   tenth of a second. Nothing here uses it; the random numbers of programs come from elsewhere.
 */
export const KERNEL_ARGS = [
  ...['loglevel=4', 'panic=10'],
  ...['cryptomgr.notests', 'initcall_blacklist=jent_mod_init'],
].join(' ')
