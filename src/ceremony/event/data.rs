//! What the record says of each event: its fields, as they are written into the line.

use crate::crypto::digest::Sha256Digest;
use crate::json::Json;

use super::super::merge::TakenSignature;
use super::Event;
use super::parts::{artifacts, findings_json, optional, payloads_json, step_json, with};

impl Event {
    /// What the record says of it.
    pub fn data(&self) -> Json {
        match self {
            Event::PlanRead { id, inputs } => {
                Json::object([("files", artifacts(inputs)), ("id", Json::from(id.as_str()))])
            }
            Event::Changed { acts, plan } => Json::object([
                ("acts", Json::strings(acts.iter().cloned())),
                ("plan", Json::from(plan.to_hex())),
            ]),
            Event::KeyEnrolled { key, serial, generated, files } => Json::object([
                ("files", artifacts(files)),
                ("generated", Json::Bool(*generated)),
                ("key", Json::from(key.as_str())),
                ("serial", Json::from(serial.as_str())),
            ]),
            Event::Drafted { files }
            | Event::Found { files }
            | Event::Recorded { files }
            | Event::Sealed { files } => Json::object([("files", artifacts(files))]),
            Event::Frozen { plan, payloads, voided, inputs, files, findings } => Json::object([
                ("inputs", artifacts(inputs)),
                ("checks", findings_json(findings)),
                ("files", artifacts(files)),
                ("payloads", payloads_json(payloads)),
                ("plan", Json::from(plan.to_hex())),
                ("voided", Json::strings(voided.iter().map(|digest| digest.to_hex()))),
            ]),
            Event::Reviewed { payload } => Json::object([("payload", Json::from(payload.to_hex()))]),
            Event::Signed { key, payload, digits, files } => Json::object([
                ("digits", Json::Int(i64::try_from(*digits).unwrap_or(i64::MAX))),
                ("files", artifacts(files)),
                ("key", Json::from(key.as_str())),
                ("payload", Json::from(payload.to_hex())),
            ]),
            Event::Refused { act, check, what } => optional(
                vec![("act", Json::from(act.as_str())), ("what", Json::from(what.as_str()))],
                [("check", check.map(Json::from))],
            ),
            Event::NotTaken { act, sha256, checks, count, what } => optional(
                vec![
                    ("act", Json::from(act.as_str())),
                    ("count", Json::Int(i64::try_from(*count).unwrap_or(i64::MAX))),
                    ("what", Json::from(what.as_str())),
                ],
                [
                    ("check", (!checks.is_empty()).then(|| Json::from(checks.join(", ")))),
                    ("sha256", sha256.map(|sha256| Json::from(sha256.to_hex()))),
                ],
            ),
            Event::Released { files, findings } => {
                Json::object([("checks", findings_json(findings)), ("files", artifacts(files))])
            }
            Event::Repaired { bytes, sha256 } => Json::object([
                ("bytes", Json::Int(i64::try_from(*bytes).unwrap_or(i64::MAX))),
                ("sha256", Json::from(sha256.to_hex())),
            ]),
            Event::SittingOpened { vkey, origin } => {
                Json::object([("origin", Json::from(origin.as_str())), ("vkey", Json::from(vkey.as_str()))])
            }
            Event::Script { name, sha256, steps } => Json::object([
                ("name", Json::from(name.as_str())),
                ("sha256", Json::from(sha256.to_hex())),
                ("steps", Json::Int(i64::try_from(*steps).unwrap_or(i64::MAX))),
            ]),
            Event::Step { words, initials } => {
                let own = [("initials", Json::from(initials.as_str())), ("outcome", Json::from("done"))];
                step_json(words, own)
            }
            Event::Exception { words, reason, initials } => {
                let own = [
                    ("initials", Json::strings(initials.iter().cloned())),
                    ("reason", Json::from(reason.as_str())),
                ];
                step_json(words, own)
            }
            Event::Voided { payload, role, version, reason, files } => Json::object([
                ("files", artifacts(files)),
                ("payload", Json::from(payload.to_hex())),
                ("reason", Json::from(reason.as_str())),
                ("role", Json::from(role.as_str())),
                ("version", Json::Int(*version)),
            ]),
            Event::Requested { holder, keys, expires, sha256, files } => {
                let asked =
                    |payloads: &[Sha256Digest]| Json::strings(payloads.iter().map(|digest| digest.to_hex()));
                let keys = keys.iter().map(|(key, payloads)| (key.clone(), asked(payloads)));
                Json::object([
                    ("expires", Json::from(expires.as_str())),
                    ("files", artifacts(files)),
                    ("holder", Json::from(holder.as_str())),
                    ("keys", Json::Obj(keys.collect())),
                    ("sha256", Json::from(sha256.to_hex())),
                ])
            }
            Event::Merged { from, files, signatures } => Json::object([
                ("files", artifacts(files)),
                ("from", from.to_json()),
                ("signatures", Json::Arr(signatures.iter().map(TakenSignature::to_json).collect())),
            ]),
            Event::MediaImported { medium, label, manifest, digits, files } => Json::object([
                ("digits", Json::Int(i64::try_from(*digits).unwrap_or(i64::MAX))),
                ("files", artifacts(files)),
                ("label", Json::from(label.as_str())),
                ("manifest", Json::from(manifest.to_hex())),
                ("medium", Json::from(medium.as_str())),
            ]),
            Event::MediaExported { set, medium, label, folder, manifest, written, encrypted, before } => {
                let mut fields = vec![
                    ("folder", Json::from(folder.as_str())),
                    ("label", Json::from(label.as_str())),
                    ("manifest", Json::from(manifest.to_hex())),
                    ("medium", Json::from(medium.as_str())),
                    ("set", Json::from(set.as_str())),
                    ("written", artifacts(written)),
                ];
                // What is written has no field that says so.
                fields.extend(before.then_some(("found", Json::Bool(true))));
                with(encrypted.as_ref(), fields)
            }
            Event::MediaImage { set, label, manifest, image, encrypted } => with(
                encrypted.as_ref(),
                vec![
                    ("image", Json::from(image.to_hex())),
                    ("label", Json::from(label.as_str())),
                    ("manifest", Json::from(manifest.to_hex())),
                    ("set", Json::from(set.as_str())),
                ],
            ),
            Event::SittingClosed { note } => {
                Json::object([("checkpoint", Json::strings(note.iter().cloned()))])
            }
        }
    }
}
