//! Cursors: where a list goes on, opaque to the caller and signed, so that nobody makes up a place of their own.

use super::act::Act;
use crate::access::keyed_digest;
use crate::language::Text;
use crate::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// Bytes of the signature that are kept.
const TAG: usize = 12;

/// Writes and reads cursors that only one caller can use, in one list.
pub struct CursorSeal {
    pepper: [u8; 32],
    principal: [u8; 16],
    list: &'static str,
}

impl CursorSeal {
    pub fn of(act: &Act<'_>, list: &'static str) -> Self {
        Self { pepper: *act.pepper, principal: *act.caller.principal().0.as_bytes(), list }
    }

    fn tag(&self, text: &str) -> Vec<u8> {
        let parts = [self.list.as_bytes(), &self.principal, text.as_bytes()];
        keyed_digest(&self.pepper, "onewindow/cursor/v1", &parts)[..TAG].to_vec()
    }

    pub fn write(&self, place: &str) -> String {
        let mut bytes = self.tag(place);
        bytes.extend_from_slice(place.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place a cursor stands for; a made-up or foreign one is refused.
    pub fn read<T>(&self, cursor: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Problem> {
        let place = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (tag, place) = bytes.split_at_checked(TAG)?;
            let place = std::str::from_utf8(place).ok()?;
            bool::from(tag.ct_eq(&self.tag(place))).then(|| parse(place))?
        };
        place().ok_or_else(|| {
            let rule =
                Text::new("上一页 links.next 中的 cursor", "the cursor in links.next of the page before");
            Problem::invalid("cursor", cursor, rule)
        })
    }
}
