#!/usr/bin/perl
# Looks who owns a VIP, 100 times a second, in the network namespace that this runs in.
#
#   watch PATH=REGEX ...   a line for each look: microseconds since 1970, and 1 where every file
#                          matches its regular expression
#   ask DEVICE FILE        sends the frames of the file (hexadecimal, a line each) in turn
use strict;
use warnings;

my ($AF_PACKET, $SOCK_RAW, $CLOCK_GETTIME) = (17, 3, 228);
my ($verb, @words) = @ARGV;
$| = 1;
$SIG{INT} = $SIG{TERM} = sub { exit 0 };

sub content {
    open(my $file, '<', $_[0]) or return '';
    local $/;
    return scalar(<$file>) // '';
}

sub now_us {
    my $time = "\0" x 16;
    syscall($CLOCK_GETTIME, 0, $time);
    my ($seconds, $nanoseconds) = unpack('qq', $time);
    return $seconds * 1_000_000 + int($nanoseconds / 1000);
}

sub pause { select(undef, undef, undef, 0.01) }

if ($verb eq 'watch') {
    my @wanted = map { [split /=/, $_, 2] } @words;
    while (1) {
        my $at = now_us();
        my $is = !grep { content($_->[0]) !~ /$_->[1]/m } @wanted;
        print $at, ' ', $is ? 1 : 0, "\n";
        pause();
    }
}

my ($device, $list) = @words;
my @frames = map { pack('H*', $_) } split /\n/, content($list);
my $index = content("/sys/class/net/$device/ifindex") + 0;
socket(my $socket, $AF_PACKET, $SOCK_RAW, 0) or die "socket: $!";
bind($socket, pack('S n i S C C a8', $AF_PACKET, 0, $index, 0, 0, 0, '')) or die "bind: $!";
while (1) {
    for my $frame (@frames) {
        send($socket, $frame, 0);
        pause();
    }
}
