import { holdSysctls, linkSysctls, nodeSysctls, vipDeviceSysctls } from './sysctl.ts'
import { andThen, done, failed, recover, type Talk } from './talk.ts'
import type { MadeVipDevice } from './vip-device.ts'
import { readBack, type VipState, withoutCarrier } from './vip-flip.ts'
import { repairAddresses } from './vip-prepare.ts'

/**
 * Looks whether the kernel still holds a device as it was made: its sysctls and those of its
 * parent, its addresses, and the state that it was last told. Sysctls and addresses are repaired;
 * any other difference is a failure, since only a flip may open or close.
 *
 * @param state asked when it is compared: a flip may come between two steps of the talk
 */
export const auditVip = (
  device: MadeVipDevice,
  state: () => VipState,
): Talk<{ readonly repaired: number }> =>
  andThen(holdSysctls(sysctlsOf(device)), sysctls =>
    andThen(repairAddresses(device), addresses =>
      andThen(holdsState(device, state), () =>
        done({ repaired: sysctls.repaired + addresses.repaired }),
      ),
    ),
  )

/** A difference counts only if no flip came while it was looked for. */
function holdsState(device: MadeVipDevice, state: () => VipState): Talk<undefined> {
  const before = state()
  return recover<undefined>(
    andThen(readBack(device, before), report =>
      andThen(withoutCarrier(device, report), () => done(undefined)),
    ),
    ({ errno, step }) => (state() === before ? failed(errno, step) : done(undefined)),
  )
}

const sysctlsOf = ({ name, parent, family }: MadeVipDevice) => [
  ...nodeSysctls(family),
  ...linkSysctls(parent.name),
  ...vipDeviceSysctls(name, family),
]
