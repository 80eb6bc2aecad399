#!/usr/bin/perl
# Sends Ethernet frames through a device:
#
#   frames.pl DEVICE COUNT RATE FRAME ...   COUNT frames (hexadecimal), the given ones in turn, RATE
#                                           of them a second, in bursts every 10 ms
use strict;
use warnings;

my ($AF_PACKET, $SOCK_RAW) = (17, 3);
my ($device, $count, $rate, @frames) = @ARGV;
open(my $file, '<', "/sys/class/net/$device/ifindex") or die "no device $device";
my $index = <$file> + 0;
socket(my $socket, $AF_PACKET, $SOCK_RAW, 0) or die "socket: $!";
# struct sockaddr_ll: family, protocol, ifindex, hatype, pkttype, halen, addr
my $to = pack('S n i S C C a8', $AF_PACKET, 0, $index, 0, 0, 6, '');
my $burst = $rate > 100 ? int($rate / 100) : 1;
for (my $sent = 0; $sent < $count; $sent++) {
    defined(send($socket, pack('H*', $frames[$sent % @frames]), 0, $to)) or die "send: $!";
    select(undef, undef, undef, $rate > 100 ? 0.01 : 1 / $rate) if ($sent + 1) % $burst == 0;
}
