//! Properties of the strict reader and of both written forms, over arbitrary trees.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use tuf_ceremony::json::Json;

fn texts() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        3 => any::<char>(),
        2 => prop::char::range('\0', '\u{20}'),
        2 => prop::sample::select(vec!['"', '\\', '/', ':', 'u', 'e', '\u{301}', '\u{7f}', '\u{e000}', '\u{ffff}', '\u{10000}', '😀']),
    ];
    vec(character, 0..6).prop_map(String::from_iter)
}

fn leaves() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::Int),
        texts().prop_map(Json::Str),
    ]
}

/// Trees of some 40 values, six levels deep.
fn trees() -> impl Strategy<Value = Json> {
    leaves().prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::Arr),
            btree_map(texts(), inner, 0..5).prop_map(|members| Json::Obj(members.into_iter().collect())),
        ]
    })
}

fn without_control_characters(value: &Json) -> Json {
    let clean = |text: &String| text.chars().filter(|character| *character >= ' ').collect::<String>();
    match value {
        Json::Str(text) => Json::Str(clean(text)),
        Json::Arr(elements) => Json::Arr(elements.iter().map(without_control_characters).collect()),
        Json::Obj(members) => Json::Obj(
            members.iter().map(|(name, value)| (clean(name), without_control_characters(value))).collect(),
        ),
        other => other.clone(),
    }
}

/// Compact JSON of the same tree with the members of every object backwards.
fn backwards(value: &Json) -> String {
    match value {
        Json::Arr(elements) => format!("[{}]", elements.iter().map(backwards).collect::<Vec<_>>().join(",")),
        Json::Obj(members) => {
            let member = |(name, value)| {
                format!("{}:{}", backwards(&Json::Str(String::clone(name))), backwards(value))
            };
            format!("{{{}}}", members.iter().rev().map(member).collect::<Vec<_>>().join(","))
        }
        leaf => String::from_utf8(leaf.to_disk()).unwrap().trim_end().to_owned(),
    }
}

type Members = Vec<(String, Json)>;

/// The same members sorted and in any order.
fn members_twice() -> impl Strategy<Value = (Members, Members)> {
    btree_map(texts(), leaves(), 0..8).prop_flat_map(|members| {
        let sorted = Vec::from_iter(members);
        (Just(sorted.clone()), Just(sorted).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_written_to_disk_is_read_back_the_same(tree in trees()) {
        let written = tree.to_disk();
        prop_assert!(written.iter().all(|byte| *byte == b'\n' || (b' '..=b'~').contains(byte)));
        prop_assert_eq!(Json::parse(&written, written.len()).unwrap(), tree);
    }

    #[test]
    fn the_canonical_form_of_text_without_control_characters_is_stable(tree in trees()) {
        let tree = without_control_characters(&tree);
        let canonical = tree.canonical();
        let read = Json::parse(&canonical, canonical.len()).unwrap();
        prop_assert_eq!(read.canonical(), canonical);
        prop_assert_eq!(read, tree);
    }

    #[test]
    fn different_trees_have_different_canonical_forms(one in trees(), other in trees()) {
        prop_assert_eq!(one == other, one.canonical() == other.canonical());
    }

    #[test]
    fn the_order_of_members_in_the_text_does_not_matter(tree in trees()) {
        let read = Json::parse(backwards(&tree).as_bytes(), usize::MAX).unwrap();
        prop_assert_eq!(read.canonical(), tree.canonical());
        prop_assert_eq!(read.to_disk(), tree.to_disk());
    }

    #[test]
    fn the_order_of_insertion_does_not_matter((sorted, shuffled) in members_twice()) {
        let object = |members: Vec<_>| Json::Obj(members.into_iter().collect());
        prop_assert_eq!(object(sorted).canonical(), object(shuffled).canonical());
    }

    #[test]
    fn a_changed_byte_is_read_or_refused_at_a_place_in_the_text(
        tree in trees(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut text = tree.to_disk();
        let at = at.index(text.len());
        text[at] = byte;
        if cut {
            text.truncate(at + 1);
        }
        if let Err(error) = Json::parse(&text, usize::MAX) {
            let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
            prop_assert!((1..=lines.len()).contains(&error.line), "{error} in {} lines", lines.len());
            prop_assert!(error.column <= lines[error.line - 1].len() + 1, "{error}");
            prop_assert!(!error.what.is_empty());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..64)) {
        if let Err(error) = Json::parse(&bytes, usize::MAX) {
            prop_assert!(error.line >= 1);
        }
    }
}
