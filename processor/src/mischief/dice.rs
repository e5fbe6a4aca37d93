use clock::Random;
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Dice that fall the same way for the same seed, file and throw, in whatever order files come.
#[derive(Debug)]
pub(super) struct Dice {
    seed: u64,
    throws: Mutex<HashMap<(&'static str, String), u64>>,
}

impl Dice {
    pub(super) fn new(seed: Option<u64>, random: &dyn Random) -> Self {
        let seed = seed.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            random.fill(&mut bytes);
            u64::from_le_bytes(bytes)
        });
        Self { seed, throws: Mutex::default() }
    }

    /// Throws for one misfortune of one file.
    pub(super) fn falls(&self, what: &'static str, file: &str, chance: f64) -> bool {
        if chance <= 0.0 {
            return false;
        }
        let throw = {
            let mut throws = self.throws.lock().unwrap_or_else(PoisonError::into_inner);
            let count = throws.entry((what, file.to_owned())).or_insert(0);
            *count += 1;
            *count
        };
        let digest = Sha256::new()
            .chain_update(self.seed.to_le_bytes())
            .chain_update(what)
            .chain_update([0])
            .chain_update(file)
            .chain_update(throw.to_le_bytes())
            .finalize();
        let drawn = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
        f64::from(drawn) < chance * (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::SeededRandom;

    #[test]
    fn chances_are_kept() {
        let dice = Dice::new(Some(3), &SeededRandom::new(0));
        let fallen = (0..2_000).filter(|_| dice.falls("drop", "plan.docx", 0.25)).count();
        assert!((400..600).contains(&fallen), "{fallen}");
        assert!((0..100).all(|_| dice.falls("x", "f", 1.0)));
        assert!((0..100).all(|_| !dice.falls("x", "f", 0.0)));
    }
}
