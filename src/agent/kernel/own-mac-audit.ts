import { EIO } from './errno.ts'
import { countPiece, movePiece, readGate } from './own-mac-flip.ts'
import { sysctlsOf } from './own-mac-prepare.ts'
import type { OwnMacVips } from './own-mac-vips.ts'
import { holdSysctls } from './sysctl.ts'
import { andThen, done, failed, forEach, type Talk } from './talk.ts'
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
    andThen(countPiece(piece), count => {
      const all = piece.addresses.length
      const wrong = state === 'open' ? all - count : count
      if (wrong === 0) return done(0)
      return andThen(movePiece(vips, piece, state), () =>
        andThen(countPiece(piece), now =>
          now === (state === 'open' ? all : 0)
            ? done(wrong)
            : failed(EIO, `repair ${vips.name}: ${now} of ${all} VIPs are there`),
        ),
      )
    })
  return andThen(forEach(vips.pieces, each), all => done(all.reduce((sum, one) => sum + one, 0)))
}
