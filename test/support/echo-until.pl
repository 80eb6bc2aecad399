#!/usr/bin/perl
# Asks an IPv4 address by ICMP echo every 0.1 ms, and ends when it was answered:
#
#   echo-until.pl ADDRESS
use strict;
use warnings;

my ($AF_INET, $SOCK_RAW, $ICMP) = (2, 3, 1);
my ($address) = @ARGV;
socket(my $socket, $AF_INET, $SOCK_RAW, $ICMP) or die "socket: $!";
# struct sockaddr_in: family, port, address, padding
my $to = pack('S n C4 x8', $AF_INET, 0, split /\./, $address);
connect($socket, $to) or die "connect: $!";
# Echo request, code 0, checksum, identifier 0, sequence number 0
my $question = pack('C C n n n', 8, 0, 0xf7ff, 0, 0);
vec(my $wanted = '', fileno($socket), 1) = 1;
do { send($socket, $question, 0) } until select(my $ready = $wanted, undef, undef, 0.0001) > 0;
