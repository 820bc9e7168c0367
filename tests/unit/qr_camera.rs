//! Codes as a camera sees them: turned, from the side, grey on grey, with grain.

use tuf_ceremony::qr::code::{Code, QUIET};
use tuf_ceremony::qr::picture::Picture;

use crate::qr_fixture::{Random, texts};

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;

/// How a code is held before the camera.
#[derive(Debug)]
struct Held {
    /// Its turn about its middle, in radians.
    turn: f64,
    /// How much nearer its one side is than its middle.
    slant: f64,
}

fn film(code: &Code, held: &Held, grain: &[u8]) -> Picture {
    let middle = code.side as f64 / 2.0 + QUIET as f64;
    // With room for its corners when it is turned.
    let pixels = (235.0 / middle).min(8.0);
    let (sin, cos) = held.turn.sin_cos();
    let is_light = |at: usize| {
        let (x, y) = ((at % WIDTH) as f64 - WIDTH as f64 / 2.0, (at / WIDTH) as f64 - HEIGHT as f64 / 2.0);
        let near = 1.0 + held.slant * (0.6 * x + y) / (HEIGHT as f64 / 2.0);
        let module = |along: f64| (along * near / pixels + middle).floor();
        let (x, y) = (module(x * cos + y * sin), module(y * cos - x * sin));
        x < 0.0 || y < 0.0 || code.is_light(x as usize, y as usize, QUIET)
    };
    let shade = |(at, grain): (usize, &u8)| grain / 8 + if is_light(at) { 190 } else { 40 };
    Picture::from_raw("film", WIDTH, HEIGHT, grain.iter().enumerate().map(shade).collect()).unwrap()
}

/// Nobody holds a camera straight: up to 24 degrees to each side, and from the side.
#[test]
fn a_code_that_is_held_askew_is_read() {
    let mut random = Random(37);
    let content = random.bytes(6000);
    let grain = random.bytes(WIDTH * HEIGHT);
    for version in [3, 13, 18, 20] {
        let mut texts = texts("1.root.json", &content, version, 10).into_iter();
        for slant in [0.0, 0.1] {
            for turn in -2..=2 {
                let held = Held { turn: f64::from(turn) * 0.2, slant };
                let text = texts.next().unwrap();
                let code = Code::in_version(&text, version).unwrap();
                assert_eq!(film(&code, &held, &grain).codes().unwrap(), [text], "{version} {held:?}");
            }
        }
    }
}
