//! A random sequence of changes, lost keys and compromises. Every released root verifies from every earlier one, no revoked
//! material is left anywhere, and both quorums were really met; what must be refused is, and changes nothing.

use crate::changes_world::{Tally, World};

/// Says what was done, if it ended badly.
struct Told(u64, World);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}\n{}", self.0, self.1.log.join("\n"));
        }
    }
}

/// How many releases of one repository: each is judged from every root before it, by every kind of client.
const RELEASES: usize = 8;

/// Makes so many changes, in one repository after another.
fn play(seed: u64, changes: usize) {
    let mut all = Tally::default();
    for seed in seed.. {
        let mut told = Told(seed, World::new(seed));
        while told.1.tally.releases < RELEASES
            && all.changes + told.1.tally.changes < changes
            && told.1.ceremony()
        {}
        let one = told.1.tally;
        all.changes += one.changes;
        all.refused += one.refused;
        all.not_frozen += one.not_frozen;
        all.releases += one.releases;
        all.roots += one.roots;
        all.stuck += one.stuck;
        if all.changes >= changes {
            break;
        }
    }
    println!("{all:?}");
}

#[test]
fn a_hundred_changes_keep_every_promise() {
    play(1, 100);
}

/// A thousand together, in parts that run side by side.
macro_rules! parts {
    ($($name:ident $seed:literal)*) => {
        $(
            #[test]
            #[ignore = "minutes long: tests/run --full runs it"]
            fn $name() {
                play($seed, 200);
            }
        )*
    };
}

parts! {
    a_thousand_changes_1_of_5 1_000
    a_thousand_changes_2_of_5 2_000
    a_thousand_changes_3_of_5 3_000
    a_thousand_changes_4_of_5 4_000
    a_thousand_changes_5_of_5 5_000
}
