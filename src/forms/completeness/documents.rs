//! The pool of documents: each is of a known kind, fits into the window and has the digest of its bytes.

use super::{Desk, REPEATED, key, unknown};
use crate::forms::checklist::{Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::forms::form::DocumentEntry;
use crate::identifiers::Sha256Hex;
use crate::language::{Bilingual, Text};

/// The largest document that is taken, in bytes.
const MOST_BYTES: i64 = 50 * 1024 * 1024;

impl<'a> Desk<'a> {
    pub(super) fn documents(self, list: &mut Checklist<'a>) {
        list.bag("documents", &self.form.documents)
            .each(|list, place, document| self.document(list, place, document));
    }

    fn document(self, list: &mut Checklist<'a>, place: usize, document: &DocumentEntry) {
        let earlier = &self.form.documents[..place];
        list.text("documentKey", &document.document_key).required().read(key).must(
            |key| !earlier.iter().any(|other| other.document_key.as_ref() == Some(key)),
            |key| REPEATED.found(key),
        );
        let kind = list
            .text("kind", &document.kind)
            .required()
            .must(
                |code| self.pack.document_kind(code).is_some(),
                |code| unknown(Text::new("没有这一材料类型", "is no kind of document"), code),
            )
            .value()
            .and_then(|code| self.pack.document_kind(code));
        list.text("fileName", &document.file_name)
            .required()
            .at_most(200)
            .must(|name| is_file_name(name), |_| NOT_A_FILE_NAME);
        list.text("mediaType", &document.media_type).required().must(
            |media_type| kind.is_none_or(|kind| kind.media_types.iter().any(|allowed| allowed == media_type)),
            |media_type| {
                let allowed = kind.map(|kind| kind.media_types.join(", ")).unwrap_or_default();
                Finding::new(DefectCode::NotAllowed, Text::new("不接受", "is not taken"))
                    .found(media_type)
                    .allowed(Bilingual::new(allowed.clone(), allowed))
            },
        );
        list.value("sizeBytes", document.size_bytes).required().between(1..=MOST_BYTES);
        list.text("sha256", &document.sha256).required().read(Sha256Hex::parse);
        list.value("pageCount", document.page_count).between(1..=100_000);
        list.date("signedOn", &document.signed_on).not_future();
        if document.document_key.as_ref().is_some_and(|key| !self.is_used(key)) {
            list.warning(UNUSED);
        }
    }

    fn is_used(self, key: &str) -> bool {
        self.form.items.iter().any(|item| item.document_keys.iter().any(|used| used == key))
    }
}

const UNUSED: Finding = Finding::new(DefectCode::Unused, Text::new("未被任何事项使用", "is used by no item"));
const NOT_A_FILE_NAME: Finding =
    Finding::new(DefectCode::Format, Text::new("须为不含路径的文件名", "must be a file name without a path"));

/// A bare name: nothing in it may lead to another folder. What was found is not said back: it may tell the invention.
fn is_file_name(name: &str) -> bool {
    !name.contains(['/', '\\', ':']) && !name.trim_matches(['.', ' ']).is_empty()
}
