//! Keys of the other dialects, read into the keys that the rest of this room counts with.

use jiff::Timestamp;

use crate::crypto::certificate::Certificate;
use crate::crypto::{Scheme, Weakness};
use crate::json::Json;
use crate::json::view::{At, ShapeError};
use crate::tuf::key::{Key, KeyProblem, Usable};

use super::file::Oddity;
use super::{Dialect, go_tuf, notary};

/// The shortest RSA key that clients of either dialect accept, in bits.
const RSA_BITS: usize = 2048;

/// Why a key of another dialect can verify nothing, beyond what can be wrong with keys of TUF 1.0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForeignKeyProblem {
    /// Clients of both dialects compute keyids, and count no key whose keyid is another.
    #[error("its keyid is not the SHA-256 of the key in this dialect, which is {computed}")]
    Keyid {
        /// What the keyid should be.
        computed: String,
    },
    /// The public value is not base64.
    #[error("the public value is not base64")]
    NotBase64,
    /// Both dialects refuse short RSA keys.
    #[error("the RSA modulus has {bits} bits, fewer than 2048")]
    Short {
        /// Length of the modulus in bits.
        bits: usize,
    },
    /// A client of Notary takes no root key whose certificate is not valid today.
    #[error("its certificate for {subject} is valid from {not_before} to {not_after} only")]
    Certificate {
        /// The subject.
        subject: String,
        /// The first instant.
        not_before: Timestamp,
        /// The last.
        not_after: Timestamp,
    },
}

/// A key as it was read.
pub(super) struct Read {
    pub(super) key: Key,
    pub(super) certificate: Option<Certificate>,
    pub(super) oddities: Vec<Oddity>,
}

/// Reads a key object of a dialect.
pub(super) fn read(dialect: Dialect, keyid: &str, at: &At<'_>) -> Result<Read, ShapeError> {
    let keytype = at.field("keytype")?.string()?;
    let value = at.field("keyval")?;
    let public = value.field("public")?.string()?;
    let stated = at.optional("scheme")?.map(|scheme| scheme.string()).transpose()?;
    let (usable, certificate, scheme) = match dialect {
        Dialect::Notary1 => {
            let (usable, certificate) = notary::usable(keytype, public);
            let scheme = usable.as_ref().map_or("", |usable| usable.scheme.name());
            (usable, certificate, scheme)
        }
        Dialect::Tuf1 | Dialect::GoTuf09 => {
            let scheme = stated.unwrap_or_else(|| go_tuf::scheme_of(keytype));
            (go_tuf::usable(keytype, scheme, public), None, scheme)
        }
    };
    let computed = match dialect {
        Dialect::Notary1 => vec![notary::keyid(keytype, public)],
        Dialect::Tuf1 | Dialect::GoTuf09 => go_tuf::keyids(at.json()),
    };
    let mut oddities = Vec::new();
    if value.optional("private")?.is_some_and(|private| !matches!(private.json(), Json::Null)) {
        oddities.push(Oddity::PrivateHalf { keyid: keyid.to_owned() });
    }
    let mut key = Key::new(keyid, at.json(), keytype.to_owned(), scheme.to_owned(), usable);
    if let Some(first) = computed.first().filter(|_| !computed.iter().any(|one| one == keyid)) {
        oddities.push(Oddity::Keyid { listed: keyid.to_owned(), computed: first.clone() });
        key.usable = Err(KeyProblem::Foreign(ForeignKeyProblem::Keyid { computed: first.clone() }));
    }
    Ok(Read { key, certificate, oddities })
}

/// The scheme by which a key judges a signature of this method; `None` if the method is not for this key.
pub(super) fn scheme_for(
    dialect: Dialect,
    key: &Key,
    usable: &Usable,
    method: Option<&str>,
) -> Option<Scheme> {
    match (dialect, method) {
        (Dialect::Notary1, method) => notary::scheme(method.unwrap_or_default(), usable.public.algorithm()),
        (_, Some(method)) if !go_tuf::fits(method, key) => None,
        (_, _) => Some(usable.scheme),
    }
}

/// Refuses RSA keys that no client of these dialects accepts.
pub(super) fn strong_enough(usable: Usable) -> Result<Usable, KeyProblem> {
    match usable.public.weakness() {
        Some(Weakness::RsaShort { bits }) if bits < RSA_BITS => {
            Err(KeyProblem::Foreign(ForeignKeyProblem::Short { bits }))
        }
        _ => Ok(usable),
    }
}
