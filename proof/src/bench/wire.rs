//! Requests as bytes, and a connection that sends them: the load must cost little beside what it measures.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than the server's own deadline.
const PATIENCE: Duration = Duration::from_secs(15);

/// One kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// What came back.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Connection {
    /// `address` is `http://host:port`.
    pub fn open(address: &str) -> Result<Self, String> {
        let place = address.strip_prefix("http://").unwrap_or(address);
        let said = |error: std::io::Error| format!("{address}: {error}");
        let stream = TcpStream::connect(place).map_err(said)?;
        stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(PATIENCE))).map_err(said)?;
        Ok(Self { stream, read: Vec::with_capacity(64 * 1024) })
    }

    pub fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>, String> {
        self.stream.write_all(request).map_err(|error| format!("the request was not taken: {error}"))?;
        self.read.clear();
        let head = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break end + 4;
            }
            self.more()?;
        };
        let text = std::str::from_utf8(&self.read[..head]).map_err(|_| "an answer's head is no text")?;
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or("an answer without a status")?;
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let end = head + length.unwrap_or(0);
        while self.read.len() < end {
            self.more()?;
        }
        Ok(Answer { status, body: &self.read[head..end] })
    }

    fn more(&mut self) -> Result<(), String> {
        let mut part = [0; 16 * 1024];
        match self.stream.read(&mut part) {
            Ok(0) => Err("the connection was closed".to_owned()),
            Ok(count) => {
                self.read.extend_from_slice(&part[..count]);
                Ok(())
            }
            Err(error) => Err(format!("no answer: {error}")),
        }
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|part| part == what)
}

/// Who asks, and where.
pub struct Caller<'a> {
    pub cookie: &'a str,
    pub address: &'a str,
}

impl Caller<'_> {
    fn host(&self) -> &str {
        self.address.strip_prefix("http://").unwrap_or(self.address)
    }

    pub fn get(&self, path: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n", self.host(), self.cookie)
            .into_bytes()
    }

    pub fn post(&self, path: &str, key: &str, version: Option<i64>, body: &str) -> Vec<u8> {
        let version = version.map(|version| format!("If-Match: \"{version}\"\r\n")).unwrap_or_default();
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nOrigin: {}\r\nIdempotency-Key: {key}\r\n\
             {version}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host(),
            self.cookie,
            self.address,
            body.len()
        )
        .into_bytes()
    }
}
