//! Digests as words that can be read aloud: the PGP word list.
//!
//! Patrick Juola and Philip Zimmermann chose the words in 1995 to be told apart over a bad telephone line. Bytes
//! at even positions (the first is position 0) take a word of two syllables and bytes at odd positions one of
//! three, so that a word left out, said twice or swapped with its neighbour breaks the rhythm and is noticed.

use crate::advice::{Advice, Exit};
use crate::host::display::{count, visible};

/// The words for `bytes`, one a byte, in order.
///
/// ```
/// assert_eq!(tuf_ceremony::console::words::words(&[0xE5, 0x82]), ["topmost", "Istanbul"]);
/// ```
pub fn words(bytes: &[u8]) -> Vec<&'static str> {
    let lists = [&TWO_SYLLABLES, &THREE_SYLLABLES].into_iter().cycle();
    #[expect(clippy::indexing_slicing, reason = "a byte is always below 256, the length of both lists")]
    bytes.iter().zip(lists).map(|(&byte, list)| list[usize::from(byte)]).collect()
}

/// Why words do not spell bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// No word of either list.
    #[error("word {place}, {}, is none of the words for digests", visible(.word))]
    Unknown {
        /// Which, from 1.
        place: usize,
        /// As it was given.
        word: String,
    },
    /// Another word than that of the digest.
    #[error("word {place} is {given}, and {expected} belongs there")]
    Other {
        /// Which, from 1.
        place: usize,
        /// The word that was given.
        given: &'static str,
        /// The word of the digest.
        expected: &'static str,
    },
    /// As many words as there are bytes belong to a digest.
    #[error("{} given, and {expected} belong there; as far as both go they agree", count(.given, "word"))]
    Count {
        /// How many were given.
        given: usize,
        /// How many there are.
        expected: usize,
    },
    /// A word for the other positions.
    #[error(
        "word {place}, {}, has {} syllables, and a word of {} belongs there: one before it is missing, said twice or \
         swapped",
        visible(.word), syllables(.place + 1), syllables(*.place)
    )]
    Rhythm {
        /// Which, from 1.
        place: usize,
        /// As it was given.
        word: String,
    },
}

impl Advice for WordsError {
    fn next_step(&self) -> String {
        match self {
            WordsError::Count { expected, .. } => {
                format!("Give all {expected} words of the paper, in their order, and no others.")
            }
            _ => "Compare that word and those before it with the paper, and give all words again.".to_owned(),
        }
    }
    fn exit(&self) -> Exit {
        Exit::No
    }
}

fn syllables(place: usize) -> &'static str {
    if place % 2 == 1 { "two" } else { "three" }
}

/// The bytes of words up to the first that cannot stand where it does, whatever their case. What is no letter parts words.
fn spell(text: &str) -> (Vec<u8>, Option<WordsError>) {
    let given = text.split(|one: char| one.is_whitespace() || one.is_ascii_punctuation());
    let given = given.filter(|word| !word.is_empty());
    let byte = |list: &[&str; 256], given: &str| {
        let place = list.iter().position(|word| word.eq_ignore_ascii_case(given));
        place.and_then(|place| u8::try_from(place).ok())
    };
    let lists = [(&TWO_SYLLABLES, &THREE_SYLLABLES), (&THREE_SYLLABLES, &TWO_SYLLABLES)].into_iter().cycle();
    let mut bytes = Vec::new();
    for ((place, word), (list, other)) in (1..).zip(given).zip(lists) {
        match byte(list, word) {
            Some(byte) => bytes.push(byte),
            None => {
                let is_other = byte(other, word).is_some();
                let word = word.to_owned();
                let stop = if is_other {
                    WordsError::Rhythm { place, word }
                } else {
                    WordsError::Unknown { place, word }
                };
                return (bytes, Some(stop));
            }
        }
    }
    (bytes, None)
}

/// Whether words are those of `bytes`.
///
/// # Errors
/// The first word that is wrong, or that the words are too few or too many.
pub fn compare(text: &str, expected: &[u8]) -> Result<(), WordsError> {
    let right = words(expected);
    let (given, stop) = spell(text);
    let pairs = words(&given).into_iter().zip(&right);
    if let Some((place, (given, expected))) = (1..).zip(pairs).find(|(_, (given, right))| given != *right) {
        return Err(WordsError::Other { place, given, expected });
    }
    match stop {
        Some(stop) => Err(stop),
        None if given.len() == expected.len() => Ok(()),
        None => Err(WordsError::Count { given: given.len(), expected: expected.len() }),
    }
}

/// Words for bytes at even positions, by value. Lower case but for names.
#[rustfmt::skip]
pub const TWO_SYLLABLES: [&str; 256] = [
    "aardvark", "absurd", "accrue", "acme", "adrift", "adult", "afflict", "ahead",
    "aimless", "Algol", "allow", "alone", "ammo", "ancient", "apple", "artist",
    "assume", "Athens", "atlas", "Aztec", "baboon", "backfield", "backward", "banjo",
    "beaming", "bedlamp", "beehive", "beeswax", "befriend", "Belfast", "berserk", "billiard",
    "bison", "blackjack", "blockade", "blowtorch", "bluebird", "bombast", "bookshelf", "brackish",
    "breadline", "breakup", "brickyard", "briefcase", "Burbank", "button", "buzzard", "cement",
    "chairlift", "chatter", "checkup", "chisel", "choking", "chopper", "Christmas", "clamshell",
    "classic", "classroom", "cleanup", "clockwork", "cobra", "commence", "concert", "cowbell",
    "crackdown", "cranky", "crowfoot", "crucial", "crumpled", "crusade", "cubic", "dashboard",
    "deadbolt", "deckhand", "dogsled", "dragnet", "drainage", "dreadful", "drifter", "dropper",
    "drumbeat", "drunken", "Dupont", "dwelling", "eating", "edict", "egghead", "eightball",
    "endorse", "endow", "enlist", "erase", "escape", "exceed", "eyeglass", "eyetooth",
    "facial", "fallout", "flagpole", "flatfoot", "flytrap", "fracture", "framework", "freedom",
    "frighten", "gazelle", "Geiger", "glitter", "glucose", "goggles", "goldfish", "gremlin",
    "guidance", "hamlet", "highchair", "hockey", "indoors", "indulge", "inverse", "involve",
    "island", "jawbone", "keyboard", "kickoff", "kiwi", "klaxon", "locale", "lockup",
    "merit", "minnow", "miser", "Mohawk", "mural", "music", "necklace", "Neptune",
    "newborn", "nightbird", "Oakland", "obtuse", "offload", "optic", "orca", "payday",
    "peachy", "pheasant", "physique", "playhouse", "Pluto", "preclude", "prefer", "preshrunk",
    "printer", "prowler", "pupil", "puppy", "python", "quadrant", "quiver", "quota",
    "ragtime", "ratchet", "rebirth", "reform", "regain", "reindeer", "rematch", "repay",
    "retouch", "revenge", "reward", "rhythm", "ribcage", "ringbolt", "robust", "rocker",
    "ruffled", "sailboat", "sawdust", "scallion", "scenic", "scorecard", "Scotland", "seabird",
    "select", "sentence", "shadow", "shamrock", "showgirl", "skullcap", "skydive", "slingshot",
    "slowdown", "snapline", "snapshot", "snowcap", "snowslide", "solo", "southward", "soybean",
    "spaniel", "spearhead", "spellbind", "spheroid", "spigot", "spindle", "spyglass", "stagehand",
    "stagnate", "stairway", "standard", "stapler", "steamship", "sterling", "stockman", "stopwatch",
    "stormy", "sugar", "surmount", "suspense", "sweatband", "swelter", "tactics", "talon",
    "tapeworm", "tempest", "tiger", "tissue", "tonic", "topmost", "tracker", "transit",
    "trauma", "treadmill", "Trojan", "trouble", "tumor", "tunnel", "tycoon", "uncut",
    "unearth", "unwind", "uproot", "upset", "upshot", "vapor", "village", "virus",
    "Vulcan", "waffle", "wallet", "watchword", "wayside", "willow", "woodlark", "Zulu",
];

/// Words for bytes at odd positions, by value. Alphabetical but for `applicant` and `Apollo`, which are swapped
/// in the published list.
#[rustfmt::skip]
pub const THREE_SYLLABLES: [&str; 256] = [
    "adroitness", "adviser", "aftermath", "aggregate", "alkali", "almighty", "amulet", "amusement",
    "antenna", "applicant", "Apollo", "armistice", "article", "asteroid", "Atlantic", "atmosphere",
    "autopsy", "Babylon", "backwater", "barbecue", "belowground", "bifocals", "bodyguard", "bookseller",
    "borderline", "bottomless", "Bradbury", "bravado", "Brazilian", "breakaway", "Burlington", "businessman",
    "butterfat", "Camelot", "candidate", "cannonball", "Capricorn", "caravan", "caretaker", "celebrate",
    "cellulose", "certify", "chambermaid", "Cherokee", "Chicago", "clergyman", "coherence", "combustion",
    "commando", "company", "component", "concurrent", "confidence", "conformist", "congregate", "consensus",
    "consulting", "corporate", "corrosion", "councilman", "crossover", "crucifix", "cumbersome", "customer",
    "Dakota", "decadence", "December", "decimal", "designing", "detector", "detergent", "determine",
    "dictator", "dinosaur", "direction", "disable", "disbelief", "disruptive", "distortion", "document",
    "embezzle", "enchanting", "enrollment", "enterprise", "equation", "equipment", "escapade", "Eskimo",
    "everyday", "examine", "existence", "exodus", "fascinate", "filament", "finicky", "forever",
    "fortitude", "frequency", "gadgetry", "Galveston", "getaway", "glossary", "gossamer", "graduate",
    "gravity", "guitarist", "hamburger", "Hamilton", "handiwork", "hazardous", "headwaters", "hemisphere",
    "hesitate", "hideaway", "holiness", "hurricane", "hydraulic", "impartial", "impetus", "inception",
    "indigo", "inertia", "infancy", "inferno", "informant", "insincere", "insurgent", "integrate",
    "intention", "inventive", "Istanbul", "Jamaica", "Jupiter", "leprosy", "letterhead", "liberty",
    "maritime", "matchmaker", "maverick", "Medusa", "megaton", "microscope", "microwave", "midsummer",
    "millionaire", "miracle", "misnomer", "molasses", "molecule", "Montana", "monument", "mosquito",
    "narrative", "nebula", "newsletter", "Norwegian", "October", "Ohio", "onlooker", "opulent",
    "Orlando", "outfielder", "Pacific", "pandemic", "Pandora", "paperweight", "paragon", "paragraph",
    "paramount", "passenger", "pedigree", "Pegasus", "penetrate", "perceptive", "performance", "pharmacy",
    "phonetic", "photograph", "pioneer", "pocketful", "politeness", "positive", "potato", "processor",
    "provincial", "proximate", "puberty", "publisher", "pyramid", "quantity", "racketeer", "rebellion",
    "recipe", "recover", "repellent", "replica", "reproduce", "resistor", "responsive", "retraction",
    "retrieval", "retrospect", "revenue", "revival", "revolver", "sandalwood", "sardonic", "Saturday",
    "savagery", "scavenger", "sensation", "sociable", "souvenir", "specialist", "speculate", "stethoscope",
    "stupendous", "supportive", "surrender", "suspicious", "sympathy", "tambourine", "telephone", "therapist",
    "tobacco", "tolerance", "tomorrow", "torpedo", "tradition", "travesty", "trombonist", "truncated",
    "typewriter", "ultimate", "undaunted", "underfoot", "unicorn", "unify", "universe", "unravel",
    "upcoming", "vacancy", "vagabond", "vertigo", "Virginia", "visitor", "vocalist", "voyager",
    "warranty", "Waterloo", "whimsical", "Wichita", "Wilmington", "Wyoming", "yesteryear", "Yucatan",
];
