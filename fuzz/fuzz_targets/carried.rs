//! Requests and responses, as they are carried from one machine to another.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tuf_ceremony::ceremony::request::Request;
use tuf_ceremony::ceremony::response::Response;
use tuf_ceremony_fuzz::mutate;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(response) = Response::read("it", bytes) {
        let written = response.to_bytes();
        assert_eq!(written.iter().filter(|byte| **byte == b'\n').count(), 1, "one line");
        let again = Response::read("it", &written).expect("what is written can be read");
        assert_eq!(again, response);
        assert_eq!(again.to_bytes(), written);
    }
    if let Ok(request) = Request::read("it", bytes) {
        assert!(request.require_in_time(request.expires).is_err(), "it is not answered when it has expired");
        assert!(
            request.require_in_time(jiff::Timestamp::MIN).is_ok() || request.expires == jiff::Timestamp::MIN
        );
    }
});
