//! Holders, keys, and the tokens they live in.

use std::collections::BTreeMap;

use toml::Spanned;
use unicode_security::skeleton;

use super::raw::{self, Text};
use super::read::{Read, Reader};
use super::{Holder, KeyPlan, TokenKind, TokenPlan};
use crate::crypto::{Scheme, hex};

/// The schemes that new keys are written with (DESIGN section 4).
const WRITTEN: [Scheme; 7] = [
    Scheme::Ed25519,
    Scheme::EcdsaSha2Nistp256,
    Scheme::EcdsaSha2Nistp384,
    Scheme::RsassaPssSha256,
    Scheme::MlDsa44,
    Scheme::MlDsa65,
    Scheme::MlDsa87,
];

impl Reader<'_> {
    /// Every holder by short name. People are told apart by the name that people know, in reviews and on paper.
    pub(super) fn holders(&self, file: &raw::File) -> Read<BTreeMap<String, Holder>> {
        let mut holders: BTreeMap<String, Holder> = BTreeMap::new();
        for (short, raw) in &file.holder {
            let name = self.line(&raw.name)?;
            if let Some((other, _)) = holders.iter().find(|(_, holder)| holder.name == name) {
                let what = format!("{name:?} is the name of the holder {other:?} already");
                let mend = "Give one person one entry; add what tells two people of one name apart.";
                return Err(self.error(&raw.name, what, mend));
            }
            if let Some((other, _)) = holders.iter().find(|(_, holder)| look_alike(&holder.name, &name)) {
                let what =
                    format!("{name:?} looks like the name of the holder {other:?}, and is written otherwise");
                let mend = "Write it in one script, as the person does; add what tells two people who look alike apart.";
                return Err(self.error(&raw.name, what, mend));
            }
            let site = raw.site.as_ref().map(|site| self.line(site)).transpose()?;
            holders.insert(self.name(short)?, Holder { name, site });
        }
        Ok(holders)
    }

    /// One key and its name.
    pub(super) fn key(
        &self,
        name: &Text,
        raw: &raw::Key,
        holders: &BTreeMap<String, Holder>,
        file: &raw::File,
    ) -> Read<(String, KeyPlan)> {
        let key_name = self.name(name)?;
        if let Some(holder) = &raw.holder
            && !holders.contains_key(holder.get_ref())
        {
            return Err(self.unknown(holder, "holder", holders.keys()));
        }
        let scheme = Scheme::from_name(raw.scheme.get_ref()).filter(|scheme| WRITTEN.contains(scheme));
        let scheme = scheme.ok_or_else(|| {
            let what = format!("{:?} is not a scheme that new keys are made for", raw.scheme.get_ref());
            self.error(&raw.scheme, what, format!("Use one of {}.", WRITTEN.map(Scheme::name).join(", ")))
        })?;
        if raw.token.is_none() && raw.public.is_none() {
            let mend = "Add token = { … } for a key that signs here, or public = \
                 \"keys/…/public.pem\" for one that does not.";
            return Err(self.error(name, "has neither a token nor a public half", mend));
        }
        if let Some(token) = raw.token.as_ref().filter(|_| scheme.name().starts_with("ml-dsa")) {
            let what = format!("no adapter of this version signs with {scheme}");
            let mend = "Sign elsewhere, and give the public half: public = \"keys/…/public.pem\".";
            return Err(self.error(token, what, mend));
        }
        let token = raw.token.as_ref().map(|token| self.token(&key_name, token)).transpose()?;
        let public = raw.public.as_ref().map(|public| self.path(public)).transpose()?;
        let holder = raw.holder.as_ref().map(|holder| holder.get_ref().clone());
        let standby_for = raw.standby_for.as_ref().map(|other| self.key_name(other, file)).transpose()?;
        if let Some(raw) = raw.standby_for.as_ref().filter(|other| *other.get_ref() == key_name) {
            let mend = "Name the key whose place this one takes, or remove standby_for.";
            return Err(self.error(raw, "a key cannot take its own place", mend));
        }
        let revoked = raw.revoked.as_ref().map(|reason| self.reason(reason)).transpose()?;
        Ok((key_name, KeyPlan { holder, scheme, token, public, standby_for, revoked }))
    }

    /// The name of a key that the file defines.
    pub(super) fn key_name(&self, name: &Text, file: &raw::File) -> Read<String> {
        let known = file.key.keys().map(Spanned::get_ref);
        if known.clone().any(|known| known == name.get_ref()) {
            return Ok(name.get_ref().clone());
        }
        Err(self.unknown(name, "key", known))
    }

    fn token(&self, key: &str, raw: &Spanned<raw::Token>) -> Read<TokenPlan> {
        let token = raw.get_ref();
        let serial = self.line(&token.serial)?;
        let kind = match token.kind.get_ref().as_str() {
            "rehearsal" => {
                self.only(token, &[])?;
                TokenKind::Rehearsal
            }
            "pkcs11" => {
                self.only(token, &["module", "id", "label"])?;
                let module = token.module.as_ref().ok_or_else(|| {
                    let mend = "Add module = \"/path/of/the/vendor's/library.so\".";
                    self.error(raw, "a pkcs11 token needs its module", mend)
                })?;
                let id = token.id.as_ref().map(|id| self.hex(id)).transpose()?;
                let label = token.label.as_ref().map_or(Ok(key.to_owned()), |label| self.line(label))?;
                TokenKind::Pkcs11 { module: self.module(module)?, id, label }
            }
            "yubihsm" => {
                self.only(token, &["object"])?;
                let object = token.object.as_ref();
                let number =
                    object.and_then(|object| u16::try_from(*object.get_ref()).ok()).filter(|n| *n > 0);
                let object = number.ok_or_else(|| {
                    self.error(
                        raw,
                        "a yubihsm token needs the key's object id",
                        "Add object = N, 1 to 65535.",
                    )
                })?;
                TokenKind::Yubihsm { object }
            }
            other => {
                let what = format!("{other:?} is not a kind of token");
                return Err(self.error(&token.kind, what, "Write pkcs11, yubihsm or rehearsal."));
            }
        };
        let stated = |text: &Option<Text>| text.as_ref().map(|text| self.line(text)).transpose();
        Ok(TokenPlan {
            kind,
            serial,
            model: stated(&token.model)?,
            manufacturer: stated(&token.manufacturer)?,
        })
    }

    /// Refuses the fields that this kind of token does not have.
    fn only(&self, token: &raw::Token, fields: &[&str]) -> Read<()> {
        let place = |text: &Option<Text>| text.as_ref().map(Spanned::span);
        let given = [
            ("module", place(&token.module)),
            ("id", place(&token.id)),
            ("label", place(&token.label)),
            ("object", token.object.as_ref().map(Spanned::span)),
        ];
        let foreign = given.into_iter().find(|(field, span)| span.is_some() && !fields.contains(field));
        let Some((field, Some(span))) = foreign else { return Ok(()) };
        let what = format!("a {} token has no field {field:?}", token.kind.get_ref());
        Err(self.error(&Spanned::new(span, ()), what, format!("Remove {field}.")))
    }

    /// Relative paths would be searched for, and the first library found would be given the PIN.
    fn module(&self, text: &Text) -> Read<String> {
        let module = self.line(text)?;
        if module.starts_with('/') {
            return Ok(module);
        }
        let what = format!("{module:?} is not the full path of a module");
        Err(self.error(text, what, "Write the module's full path, beginning with \"/\"."))
    }

    fn hex(&self, text: &Text) -> Read<Vec<u8>> {
        let bytes = hex::decode(text.get_ref()).filter(|bytes| !bytes.is_empty() && bytes.len() <= 32);
        bytes.ok_or_else(|| {
            let mend = "Write the CKA_ID in hex digits, for example \"02\".";
            self.error(text, format!("{:?} is not an id in hex", text.get_ref()), mend)
        })
    }
}

/// Whether two names look the same in print (Unicode UTS #39, section 4), such as one in Latin and one in Cyrillic letters.
fn look_alike(one: &str, other: &str) -> bool {
    skeleton(one).eq(skeleton(other))
}
