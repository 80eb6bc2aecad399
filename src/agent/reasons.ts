/** Every reason that the director gives, in words; docs/status.md lists them. */
export const REASONS = {
  // Changes of role
  startup_complete: 'the startup hold is over: the group begins to listen as backup',
  address_owner: 'priority 255: the instance owns its addresses and takes them at once',
  down_timer_expired: 'no advert of an active router was heard for Active_Down_Interval',
  peer_released: 'the active router gave up with priority 0',
  higher_priority: 'another active router has a higher priority',
  higher_address: 'another active router has the same priority and a higher address',
  loop_stalled: 'this agent was stalled for three intervals, so the peer may have taken over',
  link_down: 'an interface of the group has no link',
  address_missing: 'an interface of the group has no IPv4 address',
  open_failed: 'the kernel did not open the VIPs',
  stopping: 'the agent was told to stop',
  // What a group waits for
  loading: 'the VIPs are not yet seen closed, or IPVS is not yet read back',
  startup_hold: 'links must be up and listened to for the startup hold',
  // What else is said
  listening: 'VIPs are closed, IPVS is loaded and read back: the startup hold begins',
  link_up: 'an interface has its link again',
  close_failed: 'the kernel did not close the VIPs; it is asked again until it does',
  second_active_heard: 'a router that should yield to us claims the VIPs; they are announced again',
  address_list_differs: 'another router advertises other VIPs for the same instance',
  advert_interval_differs: 'another router advertises at another interval; a backup follows it',
  address_owner_heard: 'another router says that it owns the addresses (priority 255)',
  silence_held_by_group: 'an instance hears no active router, another of its group still does',
  loop_late: 'this agent woke late: the backup listens once more before it takes over',
  ipvs_failed: 'the kernel refused an IPVS request, did not answer, or holds something else',
  ipvs_repaired: 'someone else had changed the IPVS table; it was repaired',
  real_server_down: 'the check of a real server failed so often that it was removed',
  real_server_up: 'the check of a real server succeeded so often that it was restored',
  service_down: 'a service has no real server that is up',
  stopped_with_open_vips: 'the agent ends although the kernel did not close the VIPs in time',
} as const

export type Reason = keyof typeof REASONS
