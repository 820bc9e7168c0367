//! The PGP word list against published facts about it.

use std::collections::BTreeSet;

use tuf_ceremony::console::words::{THREE_SYLLABLES, TWO_SYLLABLES, WordsError, compare, words};

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

/// Every digest is spelt by its words, whatever their case and whatever stands between them.
#[test]
fn words_are_read_back() {
    let all: Vec<u8> = (0..=255).flat_map(|byte| [byte, byte]).collect();
    for text in [
        words(&all).join(" "),
        words(&all).join("\n  ").to_uppercase(),
        words(&all).join(", ").to_lowercase(),
    ] {
        assert_eq!(compare(&text, &all), Ok(()));
    }
    assert_eq!(compare(" ", &[]), Ok(()));
}

#[test]
fn the_first_wrong_word_is_named() {
    let digest = bytes("E58294F2E9A22748");
    let said = "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator";
    assert_eq!(compare(said, &digest), Ok(()));
    let other = |place, given, expected| Err(WordsError::Other { place, given, expected });
    let rhythm = |place, word: &str| Err(WordsError::Rhythm { place, word: word.to_owned() });
    let cases = [
        (said.replace("Pluto", "python"), other(3, "python", "Pluto")),
        // What only differs comes before what cannot stand where it does, and the other way round.
        (said.replace("Pluto", "python").replace("dictator", "dictater"), other(3, "python", "Pluto")),
        (said.replace("Istanbul", "Istambul").replace("Pluto", "python"), unknown(2, "Istambul")),
        // Left out, said twice, swapped.
        (said.replace(" Pluto", ""), rhythm(3, "vagabond")),
        (said.replace("Pluto", "Pluto Pluto"), rhythm(4, "Pluto")),
        (said.replace("Istanbul Pluto", "Pluto Istanbul"), rhythm(2, "Pluto")),
        (said.replace(" dictator", ""), Err(WordsError::Count { given: 7, expected: 8 })),
        (format!("{said} goldfish"), Err(WordsError::Count { given: 9, expected: 8 })),
        (String::new(), Err(WordsError::Count { given: 0, expected: 8 })),
    ];
    for (given, expected) in cases {
        assert_eq!(compare(&given, &digest), expected, "{given}");
    }
}

fn unknown(place: usize, word: &str) -> Result<(), WordsError> {
    Err(WordsError::Unknown { place, word: word.to_owned() })
}
