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

mod bins_test;
mod conformance;
mod conformance_download_test;
mod conformance_test;
#[expect(dead_code, reason = "this binary needs the folder, and reads the roots by itself")]
#[path = "../unit/corpus.rs"]
mod corpus;
mod corpus_test;
mod evidence_test;
mod flow;
mod graph;
mod holder;
mod hostile;
mod hostile_test;
mod http;
mod incidents;
mod judges;
mod limits_test;
mod matrix_test;
mod part;
mod past_test;
mod paths_test;
mod program;
#[path = "../unit/python.rs"]
mod python;
mod released;
mod repository;
mod rollback_test;
mod roots_test;
mod rotated_test;
mod search_test;
mod state_test;
mod target_names_test;
mod text;
mod tree;
mod unpredicted;
mod variant;
mod verify_test;
mod visit_test;
