//! Cursors: where a list goes on, opaque to the caller and signed, so that nobody makes up a place of their own.

use super::list::After;
use crate::access::keyed_digest;
use crate::command::Act;
use crate::language::Text;
use crate::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// Bytes of the signature that are kept.
const TAG: usize = 12;

fn tag(pepper: &[u8; 32], principal: &[u8], text: &str) -> Vec<u8> {
    keyed_digest(pepper, "onewindow/cursor/v1", &[principal, text.as_bytes()])[..TAG].to_vec()
}

/// A cursor that only this caller can use.
pub struct CursorSeal {
    pepper: [u8; 32],
    principal: [u8; 16],
}

impl CursorSeal {
    pub fn of(act: &Act<'_>) -> Self {
        Self { pepper: *act.pepper, principal: *act.caller.principal().0.as_bytes() }
    }

    pub fn write(&self, after: &After) -> String {
        let text = format!("{}/{}", after.due, after.case);
        let mut bytes = tag(&self.pepper, &self.principal, &text);
        bytes.extend_from_slice(text.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn read(&self, cursor: &str) -> Result<After, Problem> {
        let refused = || {
            let rule = Text::new("上一页 links.next 中的 cursor", "the cursor in links.next of the page before");
            Problem::invalid("cursor", cursor, rule)
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
        let (signature, text) = bytes.split_at_checked(TAG).ok_or_else(refused)?;
        let text = std::str::from_utf8(text).map_err(|_| refused())?;
        if !bool::from(signature.ct_eq(&tag(&self.pepper, &self.principal, text))) {
            return Err(refused());
        }
        let (due, case) = text.split_once('/').ok_or_else(refused)?;
        Ok(After { due: due.parse().map_err(|_| refused())?, case: case.parse().map_err(|_| refused())? })
    }
}
