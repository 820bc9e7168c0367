//! Changes JSON as a tree. Of a file that is changed byte by byte nearly nothing gets past the parser; of this, most does.

use libfuzzer_sys::fuzzer_mutate;
use tuf_ceremony::json::{Json, Object};

use crate::LIMIT;

/// Of this many changes one is made to the bytes all the same: duplicate names and floats have no place in a tree.
const TO_BYTES: usize = 4;

/// What lists of facts put after a name: a name that ends so could pass for a statement about another.
const ENDINGS: [&str; 7] = ["", "", "", ": public", ": threshold", ": key type", ": field \"x\""];

/// A custom mutator for targets that read JSON.
pub fn json(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(u64::from(seed));
    let tree = data.get(..size).and_then(|text| Json::parse(text, LIMIT).ok());
    if let Some(mut tree) = tree.filter(|_| dice.below(TO_BYTES) > 0) {
        change(&mut tree, &mut dice, &mut by_libfuzzer);
        let text = tree.to_disk();
        if text.len() <= max_size {
            data[..text.len()].copy_from_slice(&text);
            return text.len();
        }
    }
    fuzzer_mutate(data, size, max_size)
}

/// A text changed by libFuzzer, which knows the dictionary and what the program compared texts with.
fn by_libfuzzer(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(text.len() + 64, 0);
    let changed = fuzzer_mutate(&mut bytes, text.len(), text.len() + 64);
    String::from_utf8_lossy(&bytes[..changed]).into_owned()
}

/// Makes one to three changes to a tree. `text` changes strings and names.
pub fn change(tree: &mut Json, dice: &mut Dice, text: &mut dyn FnMut(&str) -> String) {
    for _ in 0..=dice.below(3) {
        let count = nodes(tree);
        let other = nth(tree, dice.below(count)).clone();
        let place = nth(tree, dice.below(count));
        match dice.below(8) {
            0 => *place = other,
            1 => *place = atom(dice),
            2..=3 => alter(place, dice, text),
            _ => match place {
                Json::Arr(elements) => change_array(elements, other, dice),
                Json::Obj(members) => change_object(members, other, dice, text),
                _ => alter(place, dice, text),
            },
        }
    }
}

/// Numbers from a seed (splitmix64): the same seed, the same numbers.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

/// How many values there are in a tree, itself included.
fn nodes(tree: &Json) -> usize {
    1 + match tree {
        Json::Arr(elements) => elements.iter().map(nodes).sum(),
        Json::Obj(members) => members.values().map(nodes).sum(),
        _ => 0,
    }
}

/// A value in a tree by its number.
fn nth(tree: &mut Json, number: usize) -> &mut Json {
    if number == 0 {
        return tree;
    }
    let mut rest = number - 1;
    let inner: Vec<&mut Json> = match tree {
        Json::Arr(elements) => elements.iter_mut().collect(),
        Json::Obj(members) => members.values_mut().collect(),
        _ => unreachable!("it has no values in it"),
    };
    for value in inner {
        let count = nodes(value);
        if rest < count {
            return nth(value, rest);
        }
        rest -= count;
    }
    unreachable!("there are fewer values than that")
}

fn atom(dice: &mut Dice) -> Json {
    const NUMBERS: [i64; 10] = [0, 1, -1, 2, 3, 32, 1 << 53, i64::MAX, i64::MIN, 4096];
    match dice.below(6) {
        0 => Json::Null,
        1 => Json::Bool(dice.below(2) == 0),
        2 => Json::Arr(Vec::new()),
        3 => Json::Obj(Object::new()),
        4 => Json::from(""),
        _ => Json::Int(NUMBERS[dice.below(NUMBERS.len())]),
    }
}

fn alter(value: &mut Json, dice: &mut Dice, text: &mut dyn FnMut(&str) -> String) {
    *value = match value {
        Json::Str(old) => Json::Str(text(old)),
        Json::Int(old) => Json::Int(match dice.below(3) {
            0 => old.saturating_add(1),
            1 => old.saturating_sub(1),
            _ => return *value = atom(dice),
        }),
        Json::Bool(old) => Json::Bool(!*old),
        Json::Null | Json::Arr(_) | Json::Obj(_) => atom(dice),
    };
}

fn change_array(elements: &mut Vec<Json>, other: Json, dice: &mut Dice) {
    let place = dice.below(elements.len() + 1);
    match dice.below(4) {
        0 if place < elements.len() => drop(elements.remove(place)),
        1 if place < elements.len() => elements.insert(place, elements[place].clone()),
        2 if place < elements.len() => {
            let with = dice.below(elements.len());
            elements.swap(place, with);
        }
        _ => elements.insert(place, other),
    }
}

fn change_object(members: &mut Object, other: Json, dice: &mut Dice, text: &mut dyn FnMut(&str) -> String) {
    let names: Vec<String> = members.keys().cloned().collect();
    let Some(name) = names.get(dice.below(names.len() + 1)) else {
        members.insert(text("x"), other);
        return;
    };
    match dice.below(4) {
        0 => drop(members.remove(name)),
        1 => {
            let value = members.remove(name).unwrap_or(other);
            members.insert(text(name), value);
        }
        2 => {
            let value = members.get(name).cloned().unwrap_or(other);
            let ending = ENDINGS[dice.below(ENDINGS.len())];
            let new = if ending.is_empty() { text(name) } else { format!("{name}{ending}") };
            members.insert(new, value);
        }
        _ => drop(members.insert(name.clone(), other)),
    }
}
