//! A checkpoint as C2SP tlog-checkpoint writes it: the log's name, its size, its root.

use super::tree::{Frontier, Hash};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, which is also its key's.
    pub origin: String,
    pub point: Point,
}

/// The tree at one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub size: u64,
    pub root: Hash,
}

impl From<&Frontier> for Point {
    fn from(tree: &Frontier) -> Self {
        Self { size: tree.size(), root: tree.root() }
    }
}

impl Checkpoint {
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.point.size, STANDARD.encode(self.point.root))
    }

    /// Lines after the third are extensions, which are signed but mean nothing here.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number: u64 = size.parse().ok()?;
        let point = Point { size: number, root: STANDARD.decode(root).ok()?.try_into().ok()? };
        // One way of writing a number: no sign, no leading zero.
        (!origin.is_empty() && number.to_string() == size).then(|| Self { origin: origin.to_owned(), point })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_as_it_was_written_and_in_no_other_way() {
        let checkpoint = Checkpoint {
            origin: "window.example.cn/log".to_owned(),
            point: Point { size: 42, root: [7; 32] },
        };
        let text = checkpoint.text();
        assert_eq!(Checkpoint::parse(&text), Some(checkpoint.clone()));
        assert_eq!(Checkpoint::parse(&format!("{text}an extension\n")), Some(checkpoint));
        for bad in [
            text.replace("42", "042"),
            text.replace("42", "+42"),
            text.replace("Bw", "B"),
            text.replace("window.example.cn/log", ""),
        ] {
            assert_eq!(Checkpoint::parse(&bad), None, "{bad}");
        }
    }
}
