//! What a PostgreSQL client sends: a length and a body, with a byte for the type before them once it has begun.

use std::io::{BufReader, Error, ErrorKind, Read, Result};

/// The code of the message after which every other one has a type: protocol 3.0.
const STARTUP: [u8; 4] = 196_608_u32.to_be_bytes();
/// The longest that is believed; PostgreSQL itself takes no more than 1 GB, and this program sends far less.
const LONGEST: usize = 64 << 20;

pub struct Message(Vec<u8>);

impl Message {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A simple query of this one word, which is how diesel ends its transactions.
    pub fn is_commit(&self) -> bool {
        self.0 == *b"Q\0\0\0\x0bCOMMIT\0"
    }
}

pub struct Messages<R: Read> {
    from: BufReader<R>,
    begun: bool,
}

impl<R: Read> Messages<R> {
    pub fn of(from: R) -> Self {
        Self { from: BufReader::new(from), begun: false }
    }

    /// `None` when the client has said all.
    pub fn next(&mut self) -> Result<Option<Message>> {
        let mut bytes = vec![0; if self.begun { 5 } else { 4 }];
        if self.from.read(&mut bytes[..1])? == 0 {
            return Ok(None);
        }
        self.from.read_exact(&mut bytes[1..])?;
        let head = bytes.len();
        let length = bytes.last_chunk().map_or(0, |length| u32::from_be_bytes(*length)) as usize;
        // The length counts itself.
        let body = length.checked_sub(4).filter(|body| *body <= LONGEST);
        let body = body.ok_or_else(|| Error::new(ErrorKind::InvalidData, "no message of PostgreSQL"))?;
        bytes.resize(head + body, 0);
        self.from.read_exact(&mut bytes[head..])?;
        self.begun |= bytes[head..].starts_with(&STARTUP);
        Ok(Some(Message(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_and_a_commit_is_known() {
        let mut said = b"\0\0\0\x08\x04\xd2\x16\x2f".to_vec();
        said.extend(b"\0\0\0\x0f\0\x03\0\0user\0p\0");
        said.extend(b"Q\0\0\0\x0aBEGIN\0Q\0\0\0\x0bCOMMIT\0X\0\0\0\x04");
        let mut messages = Messages::of(&said[..]);
        let mut seen = Vec::new();
        while let Some(message) = messages.next().unwrap() {
            seen.push((message.bytes().len(), message.is_commit()));
        }
        assert_eq!(seen, [(8, false), (15, false), (11, false), (12, true), (5, false)]);
    }
}
