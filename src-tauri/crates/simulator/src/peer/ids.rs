//! Ids of sessions, resumption handles and calls, in the forms the service gives them.

use crate::profile::CallIds;

/// Alphabet of the long handles.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Ids, the same for the same seed.
#[derive(Debug)]
pub(super) struct Ids {
    state: u64,
    calls: u64,
}

impl Ids {
    /// Ids made from `seed`, different ones for every connection of a registry.
    pub(super) fn new(seed: u64, connection: u64) -> Self {
        let mut spread = Self { state: connection, calls: 0 };
        Self { state: seed ^ spread.word(), calls: 0 }
    }

    /// A UUID.
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.word(), self.word());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }

    /// A handle of the older, longer form.
    pub(super) fn long(&mut self) -> String {
        let mut handle = String::from("Cih");
        while handle.len() < 56 {
            let word = self.word();
            handle.extend((0..10).map(|n| char::from(LETTERS[(word >> (6 * n)) as usize % 64])));
        }
        handle.truncate(56);
        handle
    }

    /// Id of a call.
    pub(super) fn call(&mut self, form: CallIds) -> String {
        self.calls += 1;
        match form {
            CallIds::Digits => {
                const DIGITS: u64 = 1_000_000_000_000_000_000;
                format!("function-call-{}", DIGITS + self.word() % (9 * DIGITS))
            }
            CallIds::Short if self.calls % 2 == 1 => format!("call_{:06}", self.word() % 1_000_000),
            CallIds::Short => format!("fc_{:032x}", u128::from(self.word()) << 64 | u128::from(self.word())),
            CallIds::Uuid => self.uuid(),
        }
    }

    /// Id of a call in another form than that of the call before.
    pub(super) fn mixed_call(&mut self) -> String {
        self.call(match self.calls % 4 {
            0 => CallIds::Digits,
            1 | 2 => CallIds::Short,
            _ => CallIds::Uuid,
        })
    }

    /// SplitMix64.
    fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_like_uuids_and_differ() {
        let mut ids = Ids::new(7, 1);
        let (one, two) = (ids.uuid(), ids.uuid());
        assert_ne!(one, two);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
    }

    #[test]
    fn connections_of_one_seed_have_their_own_ids() {
        assert_ne!(Ids::new(7, 1).uuid(), Ids::new(7, 2).uuid());
    }

    #[test]
    fn older_models_have_longer_handles_and_their_own_calls() {
        let mut ids = Ids::new(7, 1);
        assert_eq!(ids.long().len(), 56);
        assert_eq!(ids.call(CallIds::Digits).len(), "function-call-".len() + 19);
        assert_eq!(&ids.call(CallIds::Short)[..3], "fc_");
        assert_eq!(&ids.call(CallIds::Short)[..5], "call_");
    }

    #[test]
    fn mixed_ids_have_every_form_in_turn() {
        let mut ids = Ids::new(7, 1);
        let made = [(); 5].map(|()| ids.mixed_call());
        for (id, beginning) in made.iter().zip(["function-call-", "fc_", "call_", "", "function-call-"]) {
            assert!(id.starts_with(beginning), "{made:?}");
        }
        assert_eq!(made[3].len(), 36);
    }
}
