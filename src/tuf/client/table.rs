//! What each client makes of each rule. One line a rule, one column a client.

use super::profile::Profile;
use super::rule::{Rule, Stance};

/// Accepts.
const A: Stance = Stance::Accepts;
/// Warns.
const W: Stance = Stance::Warns;
/// Does not count.
const I: Stance = Stance::DoesNotCount;
/// Refuses.
const R: Stance = Stance::Refuses;

/// What a client makes of a rule.
pub(super) fn stance(rule: Rule, profile: Profile) -> Stance {
    let [strict, lenient, python_tuf, go_tuf, tough, tuf_js, rust_tuf] = row(rule);
    match profile {
        Profile::Strict => strict,
        Profile::Lenient => lenient,
        Profile::PythonTuf => python_tuf,
        Profile::GoTuf => go_tuf,
        Profile::Tough => tough,
        Profile::TufJs => tuf_js,
        Profile::RustTuf => rust_tuf,
    }
}

#[rustfmt::skip]
fn row(rule: Rule) -> [Stance; 7] {
    match rule {
        //                          strict lenient python go tough js rust
        Rule::DuplicateName      => [R, R, A, A, R, A, A],
        Rule::DuplicateEntry     => [R, R, A, A, A, A, A],
        Rule::DuplicateOutside   => [R, R, A, A, R, A, R],
        Rule::WholeFloat         => [R, R, R, R, R, A, R],
        Rule::BooleanInteger     => [R, R, A, R, R, R, R],
        Rule::LargeInteger       => [A, W, A, A, A, R, R],
        Rule::NotNfc             => [A, W, A, A, R, A, A],
        Rule::ControlCharacter   => [A, W, A, A, A, A, R],
        Rule::NamesSortOddly     => [A, W, A, A, A, R, A],
        Rule::DateFraction       => [R, W, R, A, A, A, A],
        Rule::DateOffset         => [R, W, R, A, R, A, A],
        Rule::DateForm           => [R, W, R, A, R, A, A],
        Rule::DateUnreadable     => [R, R, R, R, R, A, R],
        Rule::SpecMajor          => [R, R, R, A, A, R, R],
        Rule::SpecShort          => [A, A, A, A, A, A, A],
        Rule::SpecLong           => [A, A, A, A, A, A, R],
        Rule::SpecPreRelease     => [A, W, R, A, A, R, R],
        Rule::SpecLeadingZero    => [R, W, A, A, A, A, R],
        Rule::SpecForm           => [R, R, R, A, A, R, R],
        Rule::ConsistentAbsent   => [A, A, A, R, R, R, R],
        Rule::MirrorsRole        => [A, A, R, A, R, A, A],
        Rule::UnknownRole        => [R, R, R, A, R, A, A],
        Rule::MissingRole        => [R, R, R, R, A, R, R],
        Rule::KeyidNotHash       => [R, W, A, A, R, A, I],
        Rule::KeyidUpperCase     => [R, W, A, A, A, A, R],
        Rule::KeyExtra           => [A, A, A, A, A, A, I],
        Rule::OneKeyTwoKeyids    => [W, W, W, W, W, W, W],
        Rule::RepeatedRoleKeyid  => [W, W, R, A, A, R, R],
        Rule::UndefinedKeyid     => [W, W, A, R, A, A, A],
        Rule::UnknownKeyUsed     => [I, I, R, R, R, I, I],
        Rule::UnknownKeyUnused   => [A, A, R, A, R, A, A],
        Rule::KeyDisagrees       => [I, I, R, R, R, I, R],
        Rule::BrokenKey          => [I, I, I, R, R, I, I],
        Rule::OldKeyType         => [I, W, A, A, A, A, I],
        Rule::HexPoint           => [I, W, I, R, A, A, I],
        Rule::Ed25519Pem         => [I, W, I, R, R, A, R],
        Rule::ShortRsa           => [R, I, A, A, A, A, A],
        Rule::SchemeP384         => [A, A, A, A, R, I, I],
        Rule::SchemePkcs1        => [A, A, A, I, R, I, I],
        Rule::SchemePss          => [A, A, A, A, A, A, I],
        Rule::SchemeP256         => [A, A, A, A, A, A, I],
        Rule::SchemeMlDsa        => [A, A, A, R, R, I, I],
        Rule::RepeatedSignature  => [R, R, R, R, R, R, A],
        Rule::EmptySignature     => [W, W, A, A, A, A, A],
        Rule::NotHexSignature    => [W, W, A, R, R, A, R],
        Rule::ExtraTimestampFile => [R, W, R, A, R, R, R],
        Rule::UpperCaseHash      => [R, W, R, A, A, R, R],
        Rule::NoHashes           => [R, R, R, A, R, A, A],
        Rule::UnknownHash        => [R, R, R, R, A, R, R],
        Rule::NoSha256           => [A, A, A, A, R, A, A],
        Rule::DelegationExtra    => [A, W, A, A, R, A, A],
        Rule::RepeatedDelegation => [R, R, R, A, A, R, R],
        Rule::PathsUnstated      => [A, W, R, A, R, A, R],
        Rule::HashPrefixes       => [A, A, A, W, A, A, R],
        Rule::HashPrefixForm     => [R, W, A, A, A, A, R],
        Rule::SuccinctBins       => [A, A, A, A, R, A, R],
        Rule::TargetInFolder     => [A, A, A, A, W, A, A],
        Rule::TargetName         => [R, W, A, A, A, A, R],
        Rule::CustomEmpty        => [A, A, A, A, R, A, A],
        Rule::CustomForm         => [R, W, A, A, R, A, R],
        Rule::KeyReencoded       => [W, W, A, A, A, A, A],
        Rule::NoSpareSignature   => [W, W, A, A, A, A, A],
        Rule::RootCopy           => [W, W, A, A, A, A, A],
        Rule::ManyDelegations    => [A, A, W, W, A, W, A],
        Rule::UnreachableTarget  => [W, W, A, A, R, A, A],
        Rule::DialectOddity      => [W, W, A, A, A, A, A],
    }
}
