//! Repositories of other dialects, as `dialect_samples.py` makes them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::OnceLock;

use jiff::Timestamp;
use tuf_ceremony::crypto::hex;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::dialect::repository::{Report, verify};

use crate::python::python;
use crate::tuf_fixture::json;

/// All samples, made once; `None` where there is no Python to make them.
pub fn samples(test: &str) -> Option<&'static Json> {
    static SAMPLES: OnceLock<Option<Json>> = OnceLock::new();
    let made = SAMPLES.get_or_init(|| {
        let output = python(test, include_str!("dialect_samples.py"), b"")?;
        Some(json(&String::from_utf8(output).unwrap()))
    });
    if made.is_none() {
        println!("SKIPPED {test}: there are no samples without python");
    }
    made.as_ref()
}

/// One repository.
pub struct Sample {
    pub trusted: Vec<u8>,
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Sample {
    pub fn of(samples: &Json, dialect: &str, case: &str) -> Sample {
        let case = samples.get(dialect).unwrap().get(case).unwrap_or_else(|| panic!("no {case}"));
        let bytes = |json: &Json| hex::decode(json.as_str().unwrap()).unwrap();
        let files = case.get("files").unwrap().as_object().unwrap().iter();
        Sample {
            trusted: bytes(case.get("trusted").unwrap()),
            files: files.map(|(name, json)| (name.clone(), bytes(json))).collect(),
        }
    }

    pub fn tree(&self, file: &str) -> Json {
        Json::parse(&self.files[file], usize::MAX).unwrap()
    }

    pub fn verify(&self, at: &str, roots_only: bool) -> Report {
        let at: Timestamp = at.parse().unwrap();
        let mut read = |name: &str| Ok::<_, Infallible>(self.files.get(name).cloned());
        verify(&self.trusted, at, roots_only, &mut read).unwrap()
    }
}
