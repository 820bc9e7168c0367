//! tuf-ceremony: offline root-key ceremonies for The Update Framework.
//!
//! The map, from the floor up. A folder imports only from floors below its own; `tests/unit/architecture.rs` holds it to
//! that, and `clippy.toml` keeps one door each to clock, randomness, files and terminal.
//!
//! Floor 0. [`json`] is the strict tree, the canonical form that is signed and the form on disk; it knows nothing of
//! TUF. [`crypto`] has digests, public keys and signature verification, one file a scheme, and is the only place that
//! names a backend; it also has the formats of transparency logs (`crypto::tlog`). [`host`] has the doors to the outside:
//! clock, randomness, durable files, media and mounts, standard input, secrets, and the one sanitiser of what is shown. [`advice`] is
//! what every error owes
//! its reader.
//!
//! Floor 1. [`tuf`] has typed views of metadata, verification that returns evidence, the semantic diff, and what came
//! before TUF 1.0, read only; no I/O.
//! [`token`] is the devices that sign: any PKCS#11 token, and the rehearsal token; bytes and public keys only.
//! [`console`] asks and tells, behind a trait, and has tables and digest words.
//!
//! Floor 2. [`checks`] are the named controls, each one function over evidence, and their catalogue. [`policy`] reads
//! `ceremony.toml`. [`media`] finds removable media, holds them to manifests, copies in both directions, and encrypts sets. [`qr`] shows
//! artifacts as QR codes and reads them back; it has the one place that makes a code.
//!
//! Floor 3. [`ceremony`] is the directory, its payloads, signatures, release, the script and the walk through it, requests
//! to holders elsewhere and what comes back, and the record with its sittings, seal and witnesses; it gathers the evidence
//! that the checks judge.
//!
//! Floor 4. [`print`] is paper: digest sheets, labels and summary sheets, as HTML, plain text and PDF.
//!
//! Floor 5. [`cli`] has one file a subcommand: arguments, one call into the library, output. The binary only calls it.

pub mod advice;
pub mod ceremony;
pub mod checks;
pub mod cli;
pub mod console;
pub mod crypto;
pub mod host;
pub mod json;
pub mod media;
pub mod policy;
pub mod print;
pub mod qr;
pub mod token;
pub mod tuf;
