//! Which IP addresses belong to the world.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not the world's: network and length (IANA IPv4 Special-Purpose Address Registry, and
/// multicast and the former class E).
const CLOSED_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The only IPv6 network that is the world's. What embeds or stands for another address lies outside it (mapped,
/// translated, unique local, link-local, multicast) or is closed below.
const OPEN_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Networks inside it that are not: IETF protocols with Teredo, documentation, 6to4, AS112, documentation again.
const CLOSED_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x2620, 0x004f, 0x8000, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address is one of the world's, and so can be no machine of ours.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|network| holds_v4(*network, address)),
        IpAddr::V6(address) => {
            holds_v6(OPEN_V6, address) && !CLOSED_V6.iter().any(|network| holds_v6(*network, address))
        }
    }
}

fn holds_v4((network, length): (Ipv4Addr, u32), address: Ipv4Addr) -> bool {
    let mask = u32::MAX << (32 - length);
    network.to_bits() == address.to_bits() & mask
}

fn holds_v6((network, length): (Ipv6Addr, u32), address: Ipv6Addr) -> bool {
    let mask = u128::MAX << (128 - length);
    network.to_bits() == address.to_bits() & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_special_addresses_are_told_from_the_worlds() {
        let check = |addresses: &[&str], expect: bool| {
            for address in addresses {
                assert_eq!(is_public(address.parse().unwrap()), expect, "{address}");
            }
        };
        check(
            &["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255"],
            true,
        );
        check(&["172.32.0.0", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255"], true);
        check(&["2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2600::"], true);
        check(&["0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255"], false);
        check(&["127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.170.2", "172.16.0.1"], false);
        check(&["172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.255.255"], false);
        check(&["198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1"], false);
        check(&["239.255.255.255", "240.0.0.1", "255.255.255.255"], false);
        check(&["::", "::1", "::ffff:1.1.1.1", "::ffff:10.0.0.1", "::1.1.1.1", "64:ff9b::a00:1"], false);
        check(&["64:ff9b:1::1", "100::1", "2001::1", "2001:1ff::1", "2001:db8::1", "2002:a00:1::1"], false);
        check(&["3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "5f00::1"], false);
    }
}
