//! A work to be registered (作品登记).

use super::parts::{Creator, NamedParty, right_number};
use super::{ItemContext, Matter};
use crate::catalogue::RightKind;
use crate::forms::checklist::Checklist;
use crate::forms::party::Address;
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A work, who made it and to whom the rights belong.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CopyrightWork {
    #[schema(max_length = 400, example = "江海潮纹样")]
    pub work_title: Option<String>,
    pub work_category: Option<WorkCategory>,
    /// Original, or made from another work.
    pub creation_category: Option<CreationCategory>,
    #[schema(max_items = 100)]
    pub author_bag: Vec<Creator>,
    /// Owners of the copyright.
    #[schema(max_items = 50)]
    pub right_holder_bag: Vec<NamedParty>,
    /// How the owners came by the rights.
    pub right_basis_category: Option<RightBasis>,
    #[schema(max_length = 2000, example = "全部著作权")]
    pub right_scope_text: Option<String>,
    #[schema(max_length = 40, example = "2025-11-08")]
    pub creation_date: Option<String>,
    pub creation_place: Option<Address>,
    #[schema(example = true)]
    pub published_indicator: Option<bool>,
    #[schema(max_length = 40, example = "2025-12-01")]
    pub first_publication_date: Option<String>,
    pub first_publication_place: Option<Address>,
    /// Purpose, course of creation and what is original in the work.
    #[schema(max_length = 8000, example = "以江海交汇的潮纹为题材，独立构思并绘制。")]
    pub work_description_text: Option<String>,
    /// Number of a registration that exists already.
    #[schema(max_length = 60, example = "国作登字-2021-F-00024141")]
    pub registration_number: Option<String>,
}

/// Kinds of works, Copyright Law art. 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WorkCategory {
    Written,
    Oral,
    Musical,
    Dramatic,
    Folk,
    Choreographic,
    Acrobatic,
    FineArt,
    Architectural,
    Photographic,
    Audiovisual,
    Graphic,
    Model,
    Compilation,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CreationCategory {
    Original,
    Adaptation,
    Translation,
    Compilation,
    Annotation,
    Arrangement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RightBasis {
    Individual,
    Cooperative,
    LegalEntity,
    Employment,
    Commissioned,
    Assignment,
    Inheritance,
}

impl Matter for CopyrightWork {
    fn check(&self, _: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let published = self.published_indicator == Some(true);
        list.by("作品自愿登记试行办法 (Trial measures for voluntary registration of works)");
        list.text("workTitle", &self.work_title).required().at_most(200);
        list.value("workCategory", self.work_category).required();
        list.value("creationCategory", self.creation_category);
        list.bag("authorBag", &self.author_bag).required().each(|list, _, author| author.check(list, false));
        list.bag("rightHolderBag", &self.right_holder_bag)
            .required()
            .each(|list, _, holder| holder.check(list));
        list.value("rightBasisCategory", self.right_basis_category).required();
        list.prose("rightScopeText", &self.right_scope_text).at_most(1000);
        let created = list.date("creationDate", &self.creation_date).required().not_future().value();
        list.part("creationPlace", self.creation_place.as_ref())
            .required()
            .inside(|list, place| place.check(list, false));
        list.value("publishedIndicator", self.published_indicator).required();
        list.date("firstPublicationDate", &self.first_publication_date)
            .required_if(published)
            .not_future()
            .not_before(created, Text::new("早于创作完成日", "is earlier than the creation"));
        list.part("firstPublicationPlace", self.first_publication_place.as_ref())
            .required_if(published)
            .inside(|list, place| place.check(list, false));
        list.prose("workDescriptionText", &self.work_description_text).required().at_most(4000);
        let number = list.text("registrationNumber", &self.registration_number);
        right_number(number, Some(RightKind::CopyrightWork));
    }

    fn title(&self) -> Option<&str> {
        self.work_title.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.registration_number.as_deref()
    }
}
