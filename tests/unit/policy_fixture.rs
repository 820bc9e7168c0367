//! The `ceremony.toml` that the tests of the policy start from: the abridged one of the house plan, completed.

use tuf_ceremony::advice::{Advice, Exit};
use tuf_ceremony::policy::{Policy, PolicyError};

/// A genesis with five keys of three kinds of token, and one online key.
pub const GOOD: &str = r#"# The first root of packages.example.org.
[ceremony]
id = "example-2027-root"
repository = "packages.example.org"
script = "genesis"
planned = 2027-01-14T15:00:00Z
change = "genesis"

[holder.ada]
name = "Ada"
site = "Berlin"

[holder.ben]
name = "Ben"

[holder.cleo]
name = "Cléo"

[holder.dan]
name = "Dan"

[holder.eve]
name = "Eve"

[key.ada-yubihsm]
holder = "ada"
scheme = "ecdsa-sha2-nistp256"
token = { kind = "yubihsm", serial = "0013200460", object = 3 }

[key.ben-card]
holder = "ben"
scheme = "ecdsa-sha2-nistp256"
token = { kind = "pkcs11", module = "/usr/lib/softhsm/libsofthsm2.so", serial = "a1b2c3", id = "02" }

[key.cleo-card]
holder = "cleo"
scheme = "ecdsa-sha2-nistp384"
token = { kind = "pkcs11", module = "/usr/lib/opensc-pkcs11.so", serial = "77", label = "root", model = "PIV" }

[key.dan-card]
holder = "dan"
scheme = "ed25519"
token = { kind = "pkcs11", module = "/usr/lib/opensc-pkcs11.so", serial = "78" }

[key.eve-card]
holder = "eve"
scheme = "ecdsa-sha2-nistp256"
public = "keys/eve-card/public.pem"

[key.online]
scheme = "ed25519"
public = "keys/online/public.pem"

[role.root]
keys = [
    "ada-yubihsm",
    "ben-card",
    "cleo-card",
    "dan-card",
    "eve-card",
]
threshold = 3
expires = "1 year"

[role.targets]
keys = ["ada-yubihsm", "ben-card", "cleo-card"]
threshold = 2
expires = "6 months"

[role.snapshot]
keys = ["online"]
threshold = 1
expires = "30 days"

[role.timestamp]
keys = ["online"]
threshold = 1
expires = 2027-01-21T15:00:00Z

[delegation.nightly]
keys = ["dan-card", "eve-card"]
threshold = 1
expires = "12 weeks"
paths = ["nightly/*", "nightly/*/*"]

[[waiver]]
check = "ROOT-SLACK"
reason = "Eve's second token arrives in February"
until = 2027-02-01
"#;

/// [`GOOD`] as a revocation of the old online key, with a trusted root.
pub fn revocation() -> String {
    let trusted = format!("[trusted]\nroot = \"trusted/3.root.json\"\nsha256 = \"{}\"\n\n", "ab".repeat(32));
    let old = "[key.old-online]\nscheme = \"ed25519\"\npublic = \"keys/old-online/public.pem\"\n\n";
    let revoke = "[[revoke]]\nkey = \"old-online\"\nreason = \"compromised\"\nsince = 2026-12-20T00:00:00Z\n\n[[waiver]]";
    GOOD.replace("change = \"genesis\"", "change = \"revoke\"")
        .replace("[holder.ada]", &format!("{trusted}[holder.ada]"))
        .replace("[role.root]", &format!("{old}[role.root]"))
        .replace("[[waiver]]", revoke)
}

/// Reads [`GOOD`] with one passage replaced, which must be there exactly once.
pub fn with(from: &str, to: &str) -> Result<Policy, PolicyError> {
    assert_eq!(GOOD.matches(from).count(), 1, "{from:?} is not in the example once");
    Policy::parse(GOOD.replace(from, to).as_bytes())
}

/// Asserts what the operator reads: what happened, and what to do next.
#[track_caller]
pub fn refused(result: Result<Policy, PolicyError>, happened: &str, next: &str) {
    let error = result.expect_err("this must be refused");
    assert_eq!(error.check(), Some("PLAN-STRICT"));
    assert_eq!(error.exit(), Exit::No);
    assert_eq!(
        [error.to_string(), error.next_step()],
        [format!("ceremony.toml, {happened}"), next.to_owned()]
    );
}

/// What a whole file is refused with.
#[track_caller]
pub fn refuses_text(text: &[u8], happened: &str, next: &str) {
    refused(Policy::parse(text), happened, next);
}

/// What [`GOOD`] with one passage replaced is refused with.
#[track_caller]
pub fn refuses(from: &str, to: &str, happened: &str, next: &str) {
    refused(with(from, to), happened, next);
}
