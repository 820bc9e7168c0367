//! Signing: SIGN-REVIEW, SIGN-KEY, SIGN-VERIFY, SIGN-STALE.

use crate::crypto::digest::Sha256Digest;
use crate::crypto::{PublicKey, Scheme};
use crate::host::brief::brief;

use super::{Check, Finding};

/// The least number of hex digits that a holder confirms with.
pub const LEAST_DIGITS: usize = 8;

/// Whether what was typed can be the beginning of a digest at all.
pub fn are_digits(typed: &str) -> bool {
    let digits = typed.chars().filter(|c| !c.is_whitespace());
    digits.clone().all(|c| c.is_ascii_hexdigit()) && digits.count() >= LEAST_DIGITS
}

/// SIGN-REVIEW: the holder typed the beginning of the digest of what was shown.
pub fn sign_review(what: &str, digest: Sha256Digest, typed: &str) -> Finding {
    let check = Check::SignReview;
    let is_well_formed = are_digits(typed);
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    if !is_well_formed {
        let found = format!("what was typed for {what} is not {LEAST_DIGITS} or more hex digits");
        let next = format!(
            "Read the digest of the payload from paper or from another screen, and type its first \
             {LEAST_DIGITS} digits or more."
        );
        return Finding::fail(check, found, next);
    }
    if digest.to_hex().starts_with(&typed) {
        return Finding::pass(check, format!("{what} confirmed with {} digits", typed.len()));
    }
    sign_other(what)
}

/// SIGN-REVIEW: what was typed, whatever it was, is not the beginning of a digest that is expected. It is not repeated: it could
/// be a PIN, and this goes into the record.
pub fn sign_other(what: &str) -> Finding {
    let found = format!("what was typed is not the beginning of the digest of {what}");
    let next = "Stop. Compare the paper with what `tuf-ceremony review` shows; if they differ, this is not the \
                file that was reviewed. After a slip, run the command again: nothing was signed.";
    Finding::fail(Check::SignReview, found, next)
}

/// SIGN-KEY: the device's public key is the expected one. Judged before a PIN is asked for.
pub fn sign_key(name: &str, expected: &PublicKey, device: &PublicKey) -> Finding {
    if expected.fingerprint() == device.fingerprint() {
        return Finding::pass(Check::SignKey, format!("the token's key is {name}"));
    }
    let what = format!(
        "the token's key is not {name}: expected {:.16}, the device has {:.16}",
        expected.fingerprint(),
        device.fingerprint()
    );
    let next = "Do not enter the PIN. Insert the token that was provisioned for this key, or \
         correct its id in ceremony.toml.";
    Finding::fail(Check::SignKey, what, next)
}

/// SIGN-VERIFY: our own verification of a signature straight after it was made.
pub fn sign_verify(
    name: &str,
    public: &PublicKey,
    scheme: Scheme,
    message: &[u8],
    signature: &[u8],
) -> Finding {
    match public.verify(scheme, message, signature) {
        Ok(()) => Finding::pass(Check::SignVerify, format!("the signature of {name} verifies")),
        Err(error) => {
            let what = format!("the signature that the token of {name} made does not verify: {error}");
            Finding::fail(
                Check::SignVerify,
                what,
                "Nothing was kept. Do not use this token; it is broken or its module is.",
            )
        }
    }
}

/// SIGN-STALE: the payload is the one that is to be signed now, and its bytes are those that give it its name.
pub fn sign_stale(
    what: &str,
    named: Sha256Digest,
    current: Option<Sha256Digest>,
    bytes: Option<Sha256Digest>,
) -> Finding {
    let check = Check::SignStale;
    match (current, bytes) {
        (Some(current), _) if current != named => {
            let found =
                format!("{what} ({named:.16}) is void: a later freeze put {current:.16} in its place");
            Finding::fail(
                check,
                found,
                "Review and sign the new payload; `status` names it. Destroy papers with the old digest.",
            )
        }
        (None, _) => {
            let found = format!("{what} ({named:.16}) is not a payload of this ceremony");
            Finding::fail(check, found, "Compare the digest with the paper; `status` lists the payloads.")
        }
        (Some(_), Some(found)) if found != named => {
            let found = format!(
                "{what} was changed after it was frozen: named {named:.16}, the bytes are {found:.16}"
            );
            Finding::fail(
                check,
                found,
                "Do not sign. Find out who changed the file; then run `freeze` again, which restores the \
                 payload from the draft.",
            )
        }
        (Some(_), None) => Finding::fail(
            check,
            format!("the bytes of {what} ({named:.16}) are missing"),
            "Run `freeze` again.",
        ),
        (Some(_), Some(_)) => Finding::pass(check, format!("{what} is the current payload")),
    }
}

/// SIGN-STALE: the payload was given up. `successor` is what stands in its place by now.
pub fn sign_void(
    what: &str,
    named: Sha256Digest,
    reason: Option<&str>,
    successor: Option<Sha256Digest>,
) -> Finding {
    let check = Check::SignStale;
    let Some(reason) = reason else {
        return Finding::pass(check, format!("{what} was not made void"));
    };
    let found = format!("{what} ({named:.16}) was made void: {reason}");
    let next = match successor {
        None => "Nobody signs it any longer. Correct the plan, then run `draft` and `freeze`: they make a new payload. Destroy \
                 papers and requests with the old digest."
            .to_owned(),
        Some(successor) => format!(
            "Nobody signs it any longer: {successor:.16} stands in its place. Send a new request for that. Destroy papers and \
             requests with the old digest."
        ),
    };
    Finding::fail(check, found, next)
}

/// SIGN-STALE: a draft does not come out as a payload that was given up: signatures over that one could come back.
pub fn sign_again(what: &str, named: Sha256Digest, reason: &str) -> Finding {
    let found = format!("{what} comes out as {named:.16} again, which was made void: {reason}");
    let next = "Correct in ceremony.toml what was wrong with it. If it was right, set `planned` anew: all dates count from there, \
                and other bytes come out.";
    Finding::fail(Check::SignStale, found, next)
}

/// SIGN-STALE: a payload says something else than one that was given up. Where only the commitment to the record differs,
/// signatures over the old one do not count, and what was wrong with it may be in it still.
pub fn sign_same(what: &str, void: Sha256Digest, reason: &str) -> Finding {
    let found = format!("{what} says nothing else than {void:.16} did, which was made void: {reason}");
    let next = "If something in it was wrong, it is wrong still: correct ceremony.toml, then run `draft` and `freeze`.";
    Finding::warn(Check::SignStale, found, next)
}

/// SIGN-STALE: what was carried here belongs to this ceremony.
pub fn sign_elsewhere(what: &str, theirs: &str, ours: &str) -> Finding {
    if theirs == ours {
        return Finding::pass(Check::SignStale, format!("{what} belongs to the ceremony {ours}"));
    }
    let found = format!("{what} belongs to the ceremony {}, and this is {ours}", brief(theirs));
    Finding::fail(
        Check::SignStale,
        found,
        "Take it to the directory of that ceremony; nothing of it was taken here.",
    )
}

/// SIGN-STALE: a request is answered in its time.
pub fn sign_expired(what: &str, expires: &str, now: &str) -> Finding {
    let found = format!("{what} expired on {expires}, and this machine's clock says {now}");
    let next = "Check the clock. If it is right, ask for a new request: by now another payload may stand.";
    Finding::fail(Check::SignStale, found, next)
}

/// SIGN-STALE: what a request says beside its files is what follows from them.
pub fn sign_request(what: &str, differs: Option<&str>) -> Finding {
    let Some(member) = differs else {
        return Finding::pass(Check::SignStale, format!("{what} says what follows from the files in it"));
    };
    let member = brief(member);
    let found = format!("{what} says in {member:?} something else than what follows from the files in it");
    let next = "Do not sign. Compare the SHA-256 of the request with those who wrote it, and have it carried here once more.";
    Finding::fail(Check::SignStale, found, next)
}

/// SIGN-VERIFY: a signature that was carried here is by a key of the payload, and verifies with our bytes.
pub fn sign_carried(what: &str, keyid: &str, verdict: Result<(), String>) -> Finding {
    match verdict {
        Ok(()) => {
            Finding::pass(Check::SignVerify, format!("the signature of {keyid:.16} over {what} verifies"))
        }
        Err(why) => {
            let found = format!("the signature of {keyid:.16} over {what} was not taken: {why}");
            let next =
                "Find out who made it, and let the holder sign once more; what is here was left alone.";
            Finding::fail(Check::SignVerify, found, next)
        }
    }
}
