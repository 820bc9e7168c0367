//! Small repositories as clients meet them: a good one, and many that are malformed, odd or hostile.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests fail by panicking, and reach for files and programs directly"
)]

#[expect(dead_code, reason = "this binary needs the folder, and reads the roots by itself")]
#[path = "../unit/corpus.rs"]
mod corpus;
mod corpus_test;
mod holder;
mod hostile;
mod hostile_test;
mod judges;
mod matrix_test;
mod part;
mod released;
mod repository;
mod text;
mod tree;
mod unpredicted;
mod variant;
