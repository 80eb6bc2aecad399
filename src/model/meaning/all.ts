import { checkAccess } from './access.ts'
import { checkAddresses } from './addresses.ts'
import type { Check } from './finding.ts'
import { checkForwarding } from './forwarding.ts'
import { checkHeartbeat } from './heartbeat.ts'
import { checkIdentity } from './identity.ts'
import { checkImage } from './image.ts'
import { checkMoving } from './moving.ts'
import { checkNames } from './names.ts'
import { checkNics } from './nics.ts'
import { checkRoutes } from './routes.ts'
import { checkSerial } from './serial.ts'
import { checkServices } from './services.ts'
import { checkTracking } from './track.ts'
import { checkVrrp } from './vrrp.ts'
import { checkVrrpKinds } from './vrrp-kinds.ts'

/** Every check of what a cluster file means. */
export const checks: readonly Check[] = [
  checkNames,
  checkNics,
  checkIdentity,
  checkSerial,
  checkAddresses,
  checkRoutes,
  checkVrrp,
  checkMoving,
  checkHeartbeat,
  checkVrrpKinds,
  checkTracking,
  checkServices,
  checkForwarding,
  checkImage,
  checkAccess,
]
