//! The strict parser, and the two forms that are written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tuf_ceremony::json::strict::read_tolerant;
use tuf_ceremony::json::{Json, Tolerance};
use tuf_ceremony_fuzz::LIMIT;

fuzz_target!(|text: &[u8]| {
    let strict = Json::parse(text, LIMIT);
    for duplicates in [false, true] {
        for whole_floats in [false, true] {
            let tolerance = Tolerance { duplicates, whole_floats };
            let tolerant = read_tolerant::<Json>(text, LIMIT, tolerance);
            match (&strict, tolerant) {
                (Ok(tree), tolerant) => assert_eq!(tolerant, Ok((tree.clone(), vec![])), "{tolerance:?}"),
                (Err(_), Err(_)) => {}
                (Err(why), Ok((tree, lapses))) => {
                    assert!(!lapses.is_empty(), "refused because of {why}, and nothing was let pass");
                    both_forms_say(&tree);
                }
            }
        }
    }
    if let Ok(tree) = &strict {
        both_forms_say(tree);
    }
    if let Ok(tree) = Json::from_canonical(text, LIMIT) {
        assert_eq!(tree.canonical(), text);
    }
});

fn both_forms_say(tree: &Json) {
    assert_eq!(Json::from_canonical(&tree.canonical(), LIMIT).as_ref(), Ok(tree));
    let disk = tree.to_disk();
    assert!(disk.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')));
    // Indentation may make it longer than any limit.
    assert_eq!(Json::parse(&disk, usize::MAX).as_ref(), Ok(tree));
}
