//! The catalogue of checks: one entry for each named control, with its id, what it demands, why, and how to
//! mend what it found. The same ids stand in errors, in the transcript, in waivers and on printed scripts.
//!
//! The functions that enforce a check live elsewhere on this floor; this module is what `explain` reads out.

mod host;
mod key;
mod nearest;
mod plan;
mod record;
mod root;
mod sign;
mod token;

use std::fmt;

pub use nearest::nearest;

/// What a check does when its demand is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Refuses. A waiver written beforehand in `ceremony.toml` lets it through, where [`Check::waivable`] says so.
    Refuse,
    /// Warns, and the warning is written into the record.
    Warn,
    /// Refuses in its grave case and warns in its lesser one; the entry says which is which.
    RefuseOrWarn,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Refuse => "refuses",
            Level::Warn => "warns",
            Level::RefuseOrWarn => "refuses or warns",
        })
    }
}

/// One check as it is explained to an administrator.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The check that this entry explains.
    pub check: Check,
    /// Its name everywhere, e.g. `ROOT-VERSION`.
    pub id: &'static str,
    /// What happens when the demand is not met.
    pub level: Level,
    /// Whether this version of the program applies the check. Where not, the demand is for people to meet.
    pub enforced: bool,
    /// What has to hold, in full sentences.
    pub demands: &'static str,
    /// The incident or the reason behind it.
    pub why: &'static str,
    /// What to do when it fires.
    pub mend: &'static str,
}

/// Declares `Check`, the list of all checks and the way to each entry from one table, so that none of the
/// three can miss a check that the others have.
macro_rules! checks {
    ($($(#[$doc:meta])* $variant:ident => $entry:path,)*) => {
        /// A named control. The order is that of the catalogue, which follows a ceremony from plan to record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $($(#[$doc])* $variant,)*
        }

        impl Check {
            /// Every check, in the order of the catalogue.
            pub const ALL: &[Check] = &[$(Check::$variant,)*];

            /// What `explain` says of this check.
            pub fn entry(self) -> &'static Entry {
                match self {
                    $(Check::$variant => &$entry,)*
                }
            }
        }
    };
}

impl Check {
    /// Whether `ceremony.toml` may let the check's refusal through. Not where what follows would be no ceremony any
    /// longer (plan, signatures, quorum, record), where a device or a medium refuses, or where
    /// clients would not read the metadata alike.
    pub fn waivable(self) -> bool {
        let id = self.id();
        let never = ["PLAN-", "SIGN-", "QUORUM-", "RELEASE-", "RECORD-", "TOKEN-", "MEDIA-"];
        let alike = [
            Check::KeyId,
            Check::KeyDistinct,
            Check::KeyScheme,
            Check::JsonAgree,
            Check::ExpiryFormat,
            Check::RootRoles,
            Check::RootVersion,
            Check::RootRevoked,
            Check::RootFastForward,
        ];
        !never.iter().any(|family| id.starts_with(family)) && !alike.contains(&self)
    }
}

checks! {
    /// `PLAN-STRICT`: `ceremony.toml` is read strictly.
    PlanStrict => plan::STRICT,
    /// `PLAN-DIGEST`: the digests of plan and inputs are shown and recorded first.
    PlanDigest => plan::DIGEST,
    /// `PLAN-ID`: the ceremony id is new.
    PlanId => plan::ID,
    /// `PLAN-OUTPUT`: no output exists yet.
    PlanOutput => plan::OUTPUT,
    /// `PLAN-INTENT`: the root changes exactly as declared.
    PlanIntent => plan::INTENT,
    /// `PLAN-REHEARSAL`: rehearsal and production never mix.
    PlanRehearsal => plan::REHEARSAL,
    /// `HOST-BINARY`: the running binary is the planned one.
    HostBinary => host::BINARY,
    /// `HOST-NETWORK`: the machine is off every network.
    HostNetwork => host::NETWORK,
    /// `HOST-CLOCK`: the clock agrees with a witnessed time.
    HostClock => host::CLOCK,
    /// `HOST-MEMORY`: secrets cannot leave memory.
    HostMemory => host::MEMORY,
    /// `TOKEN-ONE`: exactly one token answers to the planned serial.
    TokenOne => token::ONE,
    /// `TOKEN-IDENTITY`: serial, model and manufacturer as planned.
    TokenIdentity => token::IDENTITY,
    /// `TOKEN-PIN`: PIN tries are not wasted.
    TokenPin => token::PIN,
    /// `TOKEN-SLOT`: a new key never replaces another.
    TokenSlot => token::SLOT,
    /// `TOKEN-ORIGIN`: the key was made on the device and stays there.
    TokenOrigin => token::ORIGIN,
    /// `TOKEN-ATTEST`: the device's attestation leads to a pinned vendor root.
    TokenAttest => token::ATTEST,
    /// `TOKEN-SAME-KEY`: the attested key is the key in the root.
    TokenSameKey => token::SAME_KEY,
    /// `TOKEN-POLICY`: the attested touch and PIN policies are those planned.
    TokenPolicy => token::POLICY,
    /// `TOKEN-FIRMWARE`: known firmware advisories are reported.
    TokenFirmware => token::FIRMWARE,
    /// `TOKEN-LENGTH`: the device can sign a message this long.
    TokenLength => token::LENGTH,
    /// `KEY-POSSESSION`: every new key has signed a challenge.
    KeyPossession => key::POSSESSION,
    /// `KEY-STRENGTH`: algorithm and parameters are strong enough.
    KeyStrength => key::STRENGTH,
    /// `KEY-SCHEME`: keytype, scheme and curve agree.
    KeyScheme => key::SCHEME,
    /// `KEY-ID`: keyids are computed from the keys.
    KeyId => key::ID,
    /// `KEY-DISTINCT`: no key counts twice in a role.
    KeyDistinct => key::DISTINCT,
    /// `KEY-HOLDER`: no holder reaches a threshold alone.
    KeyHolder => key::HOLDER,
    /// `ROOT-ROLES`: the four roles are there, and no loose ends.
    RootRoles => root::ROLES,
    /// `ROOT-THRESHOLD`: thresholds can be met and mean something.
    RootThreshold => root::THRESHOLD,
    /// `ROOT-SLACK`: losing a key does not end the root.
    RootSlack => root::SLACK,
    /// `ROOT-VERSION`: the version is the next one.
    RootVersion => root::VERSION,
    /// `ROOT-REVOKED`: a revoked key is gone, and the rest still suffice.
    RootRevoked => root::REVOKED,
    /// `ROOT-FAST-FORWARD`: inflated versions are forgotten.
    RootFastForward => root::FAST_FORWARD,
    /// `EXPIRY-FORMAT`: one way to write a date.
    ExpiryFormat => root::EXPIRY_FORMAT,
    /// `EXPIRY-RANGE`: dates leave room for the next ceremony.
    ExpiryRange => root::EXPIRY_RANGE,
    /// `JSON-AGREE`: every client reads the same values.
    JsonAgree => sign::JSON_AGREE,
    /// `SIGN-REVIEW`: nobody signs unseen.
    SignReview => sign::REVIEW,
    /// `SIGN-KEY`: the device holds the expected key.
    SignKey => sign::KEY,
    /// `SIGN-VERIFY`: every signature is verified at once.
    SignVerify => sign::VERIFY,
    /// `SIGN-STALE`: no signature for a payload that was given up.
    SignStale => sign::STALE,
    /// `QUORUM-OLD`: the threshold of the trusted root is met.
    QuorumOld => sign::QUORUM_OLD,
    /// `QUORUM-NEW`: the threshold of the new root is met.
    QuorumNew => sign::QUORUM_NEW,
    /// `QUORUM-SURPLUS`: there is a signature to spare.
    QuorumSurplus => sign::QUORUM_SURPLUS,
    /// `RELEASE-CLEAN`: only signatures that count are published.
    ReleaseClean => sign::RELEASE_CLEAN,
    /// `RELEASE-CLIENTS`: real clients accept the release.
    ReleaseClients => sign::RELEASE_CLIENTS,
    /// `MEDIA-READ-ONLY`: imports cannot act on this machine.
    MediaReadOnly => record::MEDIA_READ_ONLY,
    /// `MEDIA-READ-BACK`: exports are read back from the medium.
    MediaReadBack => record::MEDIA_READ_BACK,
    /// `SHARE-READ-BACK`: printed shares are proven readable.
    ShareReadBack => record::SHARE_READ_BACK,
    /// `RECORD-CHAIN`: the transcript is whole and in order.
    RecordChain => record::CHAIN,
    /// `RECORD-HSM-LOG`: the device's own log tells the same story.
    RecordHsmLog => record::HSM_LOG,
    /// `RECORD-SCRIPT`: the script was followed, or the deviation is signed for.
    RecordScript => record::SCRIPT,
}

impl Check {
    /// The check's name everywhere, e.g. `ROOT-VERSION`.
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// The check with this id, in upper or lower case. `None` for anything else; see [`nearest`] for typos.
    pub fn from_id(id: &str) -> Option<Check> {
        Check::ALL.iter().copied().find(|check| check.id().eq_ignore_ascii_case(id))
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
