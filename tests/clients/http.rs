//! A small HTTP server that remembers what it was asked for.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::repository::Files;

#[derive(Default)]
struct Shared {
    files: Mutex<Files>,
    asked: Mutex<Vec<String>>,
    over: AtomicBool,
}

/// Serves files under `http://127.0.0.1`, until it is dropped.
pub struct Server {
    port: u16,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(files: &Files) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let serve = move || {
            for stream in listener.incoming() {
                if own.over.load(Ordering::SeqCst) {
                    break;
                }
                let own = Arc::clone(&own);
                // A client that goes away is its own affair.
                thread::spawn(move || stream.and_then(|stream| answer(stream, &own)));
            }
        };
        let server = Server { port, shared, listener: Some(thread::spawn(serve)) };
        server.publish(files);
        server
    }

    /// Serves these files from now on.
    pub fn publish(&self, files: &Files) {
        *self.shared.files.lock().unwrap_or_else(PoisonError::into_inner) = files.clone();
    }

    /// The address of a folder.
    pub fn url(&self, folder: &str) -> String {
        format!("http://127.0.0.1:{}/{folder}", self.port)
    }

    /// The paths that were asked for since this was asked last.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // So that it looks up once more.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        drop(self.listener.take().map(JoinHandle::join));
    }
}

/// Reads one request, and answers with the file whose path is asked for, byte by byte as it is written in the request.
fn answer(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let found = shared.files.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
    shared.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    let (status, body) = match found {
        Some(bytes) => ("200 OK", bytes),
        None => ("404 Not Found", vec![]),
    };
    write!(stream, "HTTP/1.0 {status}\r\nContent-Length: {}\r\n\r\n", body.len())?;
    stream.write_all(&body)
}
