import { countPiece, movePiece, readGate } from './own-mac-flip.ts'
import { sysctlsOf } from './own-mac-prepare.ts'
import type { OwnMacVips } from './own-mac-vips.ts'
import { holdSysctls } from './sysctl.ts'
import { andThen, done, forEach, type Talk } from './talk.ts'
import type { VipState } from './vip-flip.ts'

/**
 * Looks whether the kernel still holds the VIPs as they were left. Sysctls and addresses are put
 * right, a piece at a time; a gate that is not as it was left is a failure, since only a flip may
 * open or close.
 */
export const auditOwnMac = (
  vips: OwnMacVips,
  state: VipState,
): Talk<{ readonly repaired: number }> =>
  andThen(holdSysctls(sysctlsOf(vips)), sysctls =>
    andThen(repair(vips, state), repaired =>
      andThen(readGate(vips, state), () => done({ repaired: sysctls.repaired + repaired })),
    ),
  )

function repair(vips: OwnMacVips, state: VipState): Talk<number> {
  const each = (piece: OwnMacVips['pieces'][number]): Talk<number> =>
    andThen(countPiece(vips, piece), count => {
      const wrong = state === 'open' ? piece.addresses.length - count : count
      if (wrong === 0) return done(0)
      return andThen(movePiece(vips, piece, state), () => done(wrong))
    })
  return andThen(forEach(vips.pieces, each), all => done(all.reduce((sum, one) => sum + one, 0)))
}
