//! The variants, by what is wrong with them.

use std::sync::OnceLock;

use crate::variant::{Collector, Variant};

mod dates;
mod delegations;
mod duplicates;
mod extra;
mod fields;
mod json_text;
mod keys;
mod layout;
mod meta;
mod names;
mod numbers;
mod quorum;
mod roots;
mod shape;
mod signatures;
mod spec_version;
mod succinct;
mod target_files;

/// Every variant. They are made once.
pub fn all() -> &'static [Variant] {
    static ALL: OnceLock<Vec<Variant>> = OnceLock::new();
    ALL.get_or_init(collect)
}

fn collect() -> Vec<Variant> {
    let mut list = Collector::default();
    let groups = [
        dates::add,
        delegations::add,
        duplicates::add,
        extra::add,
        fields::add,
        json_text::add,
        keys::add,
        layout::add,
        meta::add,
        names::add,
        numbers::add,
        quorum::add,
        roots::add,
        shape::add,
        signatures::add,
        spec_version::add,
        succinct::add,
        target_files::add,
    ];
    for add in groups {
        add(&mut list);
    }
    list.variants
}
