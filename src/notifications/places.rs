//! How many may be connected at once, together and from one address, and who goes when a place is
//! needed (fault W07).
//!
//! Who finds no place is closed at once: waiting would be a place too.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;

use tokio::sync::oneshot;

pub(super) const TOGETHER: usize = 64;
/// Connections at once from one address, or from one network of IPv6 (/64).
pub(super) const EACH: usize = 8;

/// One of those who are connected.
#[derive(Debug)]
struct Connected {
    whose: IpAddr,
    /// The head of the request is not through: nobody knows what it wants.
    silent: bool,
    /// Dropped when its place is given to another.
    _keeps: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Taken {
    /// By the order in which they came.
    connected: BTreeMap<u64, Connected>,
    next: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<Taken>>);

/// One place; given back when dropped.
#[derive(Debug)]
pub(super) struct ConnectionPlace {
    places: Places,
    number: u64,
    /// Closed when the place is given to another.
    pub(super) lost: oneshot::Receiver<()>,
}

impl Taken {
    fn of(&self, whose: IpAddr) -> usize {
        self.connected.values().filter(|one| one.whose == whose).count()
    }

    /// Makes room for one more of this address: the oldest silent connection goes, of the address
    /// itself where it has all that it may have, else of the address that has most. So many silent
    /// ones from few addresses keep out no other address, and from many they soon keep out nobody.
    fn make_room(&mut self, whose: IpAddr) -> Option<()> {
        let own = self.of(whose) >= EACH;
        if !own && self.connected.len() < TOGETHER {
            return Some(());
        }
        let silent = self.connected.iter().filter(|(_, one)| one.silent);
        let (oldest, _) = silent
            .filter(|(_, one)| !own || one.whose == whose)
            .min_by_key(|(number, one)| (Reverse(self.of(one.whose)), **number))?;
        let oldest = *oldest;
        self.connected.remove(&oldest).map(drop)
    }
}

impl Places {
    /// A place for this address, if one is free or held by somebody silent.
    pub(super) fn take(&self, peer: IpAddr) -> Option<ConnectionPlace> {
        let whose = network(peer);
        self.with(|taken| {
            taken.make_room(whose)?;
            let (keeps, lost) = oneshot::channel();
            let number = taken.next;
            taken.next += 1;
            taken.connected.insert(number, Connected { whose, silent: true, _keeps: keeps });
            Some(ConnectionPlace { places: self.clone(), number, lost })
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut Taken) -> R) -> R {
        // Poisoned or not, the list holds; refusing everybody would be worse.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ConnectionPlace {
    /// Whether another has it by now; if not, that wakes whoever asked.
    pub(super) fn is_lost(&mut self, context: &mut Context<'_>) -> bool {
        // Closed, it would be asked again after its answer.
        self.lost.is_terminated() || Pin::new(&mut self.lost).poll(context).is_ready()
    }

    /// The head is through: the place is kept until the request is answered or its time is over.
    pub(super) fn keep(&self) {
        self.places.with(|taken| {
            if let Some(one) = taken.connected.get_mut(&self.number) {
                one.silent = false;
            }
        });
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        // Another may have it by now.
        self.places.with(|taken| drop(taken.connected.remove(&self.number)));
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
    use tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    fn from(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn is_lost(place: &mut ConnectionPlace) -> bool {
        place.lost.try_recv() == Err(TryRecvError::Closed)
    }

    fn kept(places: &Places, address: &str) -> Option<ConnectionPlace> {
        places.take(from(address)).inspect(ConnectionPlace::keep)
    }

    // W07
    #[test]
    fn one_address_has_eight_places_and_all_together_64() {
        let places = Places::default();
        let mut held: Vec<ConnectionPlace> = Vec::new();
        for _ in 0..100 {
            held.extend(kept(&places, "10.0.0.1"));
        }
        assert_eq!(held.len(), EACH);
        assert!(places.take(from("::ffff:10.0.0.1")).is_none(), "the same in other words");
        for n in 0..EACH {
            held.extend(kept(&places, &format!("2001:db8::{n}")));
        }
        assert!(places.take(from("2001:db8::ffff")).is_none(), "the same network");
        for n in 2..100 {
            held.extend(kept(&places, &format!("10.0.0.{n}")));
        }
        assert_eq!(held.len(), TOGETHER);
        held.clear();
        assert!(places.take(from("10.0.0.1")).is_some());
        assert!(places.0.lock().unwrap().connected.is_empty(), "nothing is kept of who has gone");
    }

    // W07
    #[test]
    fn the_oldest_silent_one_goes_first_of_its_own_address_and_then_of_the_one_with_most() {
        let places = Places::default();
        let mut own: Vec<_> = (0..EACH).map(|_| places.take(from("10.0.0.1")).unwrap()).collect();
        own[0].keep();
        let mut ninth = places.take(from("10.0.0.1")).unwrap();
        assert_eq!(own.iter_mut().map(is_lost).collect::<Vec<_>>(), {
            let mut lost = [false; EACH];
            lost[1] = true;
            lost
        });
        // Eight addresses with all their places; a ninth finds one, and keeps it whatever comes.
        let mut others: Vec<_> = (2..=8)
            .flat_map(|n| (0..EACH).map(move |_| format!("10.0.0.{n}")))
            .map(|address| places.take(from(&address)).unwrap())
            .collect();
        let mut good = places.take(from("10.9.9.9")).unwrap();
        assert!(is_lost(&mut own[2]) && !others.iter_mut().any(is_lost));
        for _ in 0..10 {
            for n in 1..=8 {
                others.extend(places.take(from(&format!("10.0.0.{n}"))));
            }
        }
        assert!(!is_lost(&mut good) && !is_lost(&mut own[0]) && is_lost(&mut ninth));
        assert!(places.0.lock().unwrap().connected.len() <= TOGETHER);
    }
}
