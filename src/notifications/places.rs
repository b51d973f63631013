//! How many may be connected at once, together and from one address (fault W07).
//!
//! Who finds no place is closed at once: waiting would be a place too.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) const TOGETHER: usize = 64;
/// Connections at once from one address, or from one network of IPv6 (/64).
pub(super) const EACH: usize = 8;

#[derive(Debug, Default)]
struct Taken {
    together: usize,
    each: HashMap<IpAddr, usize>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<Taken>>);

/// One place; given back when dropped.
#[derive(Debug)]
pub(super) struct ConnectionPlace {
    places: Places,
    whose: IpAddr,
}

impl Places {
    /// A place for this address, if one is free.
    pub(super) fn take(&self, peer: IpAddr) -> Option<ConnectionPlace> {
        let whose = network(peer);
        // Poisoned or not, the counts hold; refusing everybody would be worse.
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.together >= TOGETHER || taken.each.get(&whose).is_some_and(|n| *n >= EACH) {
            return None;
        }
        taken.together += 1;
        *taken.each.entry(whose).or_default() += 1;
        drop(taken);
        Some(ConnectionPlace { places: self.clone(), whose })
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.together = taken.together.saturating_sub(1);
        if let Some(number) = taken.each.get_mut(&self.whose) {
            *number = number.saturating_sub(1);
            if *number == 0 {
                // Removed, or the map would grow with every address that ever connected.
                taken.each.remove(&self.whose);
            }
        }
    }
}

/// An owner of IPv6 has a whole network.
fn network(peer: IpAddr) -> IpAddr {
    // An IPv4 address in IPv6's form is one address, not a network.
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let high = address.to_bits() & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from_bits(high))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    // W07
    #[test]
    fn one_address_has_eight_places_and_all_together_64() {
        let places = Places::default();
        let mut held: Vec<ConnectionPlace> = Vec::new();
        for _ in 0..100 {
            held.extend(places.take(from("10.0.0.1")));
        }
        assert_eq!(held.len(), EACH);
        assert!(places.take(from("::ffff:10.0.0.1")).is_none(), "the same in other words");
        for n in 0..EACH {
            held.extend(places.take(from(&format!("2001:db8::{n}"))));
        }
        assert!(places.take(from("2001:db8::ffff")).is_none(), "the same network");
        for n in 2..100 {
            held.extend(places.take(from(&format!("10.0.0.{n}"))));
        }
        assert_eq!(held.len(), TOGETHER);
        held.clear();
        assert!(places.take(from("10.0.0.1")).is_some());
        assert!(places.0.lock().unwrap().each.is_empty(), "nothing is kept of who has gone");
    }
}
