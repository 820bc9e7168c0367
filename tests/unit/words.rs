//! The PGP word list against published facts about it.

use std::collections::BTreeSet;

use tuf_ceremony::console::words::{THREE_SYLLABLES, TWO_SYLLABLES, words};

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn published_fingerprint() {
    let said = words(&bytes("E58294F2E9A227486E8B061B31CC528FD7FA3F19")).join(" ");
    assert_eq!(
        said,
        "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict bravado \
         chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless"
    );
}

#[test]
fn ends_of_the_lists() {
    assert_eq!(words(&[]), [""; 0]);
    assert_eq!(words(&[0x00, 0x00]), ["aardvark", "adroitness"]);
    assert_eq!(words(&[0xff, 0xff, 0xff]), ["Zulu", "Yucatan", "Zulu"]);
}

#[test]
fn position_and_not_value_chooses_the_list() {
    let twice = words(&[0x12; 4]);
    assert_eq!(twice, ["atlas", "backwater", "atlas", "backwater"]);
}

#[test]
fn all_512_words_differ_whatever_their_case() {
    let all: BTreeSet<String> =
        TWO_SYLLABLES.iter().chain(&THREE_SYLLABLES).map(|word| word.to_lowercase()).collect();
    assert_eq!(all.len(), 512);
    assert!(
        all.iter().all(|word| word.chars().all(|c| c.is_ascii_lowercase())),
        "a word is not plain ASCII letters"
    );
}

#[test]
fn the_lists_are_alphabetical_but_for_one_published_swap() {
    let swaps = |list: &[&'static str]| -> Vec<(&'static str, &'static str)> {
        list.windows(2)
            .filter(|pair| pair[0].to_lowercase() > pair[1].to_lowercase())
            .map(|p| (p[0], p[1]))
            .collect()
    };
    assert_eq!(swaps(&TWO_SYLLABLES), []);
    assert_eq!(swaps(&THREE_SYLLABLES), [("applicant", "Apollo")]);
}
