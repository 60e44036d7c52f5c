//! The facts of one item that routing looks at, and the competence that follows from them.

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::classification::Classification;
use super::column::Column;

/// The routing facts of one item. Only the service is always known; an unknown fact is left out, never guessed.
/// Places are six-digit division codes (GB/T 2260).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"service": "PRE_EXAMINATION_DESIGN", "rightKind": "DESIGN", "applicantSeat": "320612",
    "classification": {"scheme": "LOCARNO", "symbol": "06-13"}, "intakeNode": "NTIPC", "recordedEntity": true}))]
pub struct Facts {
    /// Code of the service asked for.
    #[schema(example = "PRE_EXAMINATION_DESIGN", max_length = 60)]
    pub service: String,
    /// Kind of the right concerned; `NONE` when the service concerns no right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "DESIGN", max_length = 40)]
    pub right_kind: Option<String>,
    /// Main classification of the right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "division")]
    #[schema(pattern = r"^\d{6}$", max_length = 6, example = "320612")]
    pub applicant_seat: Option<String>,
    /// Where the act complained of was done.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "division")]
    #[schema(pattern = r"^\d{6}$", max_length = 6)]
    pub place_of_act: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "division")]
    #[schema(pattern = r"^\d{6}$", max_length = 6)]
    pub respondent_seat: Option<String>,
    /// The actual place of business of a seller on an e-commerce platform.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "division")]
    #[schema(pattern = r"^\d{6}$", max_length = 6)]
    pub seller_seat: Option<String>,
    /// Code of the node at whose window the item was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "NTIPC", max_length = 40)]
    pub intake_node: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_forum: Option<Forum>,
    /// Way by which the item came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PORTAL", max_length = 20)]
    pub channel: Option<String>,
    /// Whether the act was done on an e-commerce platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_platform: Option<bool>,
    /// Whether the applicant is recorded with the centre for pre-examination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_entity: Option<bool>,
}

/// The place the requester of an administrative adjudication chose (Implementing Rules of the Patent Law, rule 97).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Forum {
    PlaceOfAct,
    RespondentSeat,
}

/// The rule by which a place is competent in an enforcement matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Competence {
    /// The place of the act: Administrative Penalty Law, articles 22–23; Complaints and Reports Measures, article 25.
    PlaceOfAct,
    /// The seller's place of business: Complaints and Reports Measures, article 27.
    SellerSeat,
    /// The place of infringement, by the requester's choice: Implementing Rules of the Patent Law, rule 97.
    ChosenPlaceOfAct,
    /// The respondent's seat, by the requester's choice: Implementing Rules of the Patent Law, rule 97.
    ChosenRespondentSeat,
}

impl Competence {
    /// The column that holds the competent place.
    pub const fn column(self) -> Column {
        match self {
            Self::PlaceOfAct | Self::ChosenPlaceOfAct => Column::PlaceOfAct,
            Self::SellerSeat => Column::SellerSeat,
            Self::ChosenRespondentSeat => Column::RespondentSeat,
        }
    }

    /// Law and article in Chinese and English.
    pub const fn law(self) -> (&'static str, &'static str) {
        match self {
            Self::PlaceOfAct => (
                "《行政处罚法》第二十二、二十三条，《市场监督管理投诉举报处理办法》第二十五条",
                "Administrative Penalty Law arts 22–23, Complaints and Reports Measures art. 25",
            ),
            Self::SellerSeat => {
                ("《市场监督管理投诉举报处理办法》第二十七条", "Complaints and Reports Measures art. 27")
            }
            Self::ChosenPlaceOfAct | Self::ChosenRespondentSeat => {
                ("《专利法实施细则》第九十七条", "Implementing Rules of the Patent Law r. 97")
            }
        }
    }
}

impl Facts {
    /// Which rule decides the competent place. The choice of forum exists only in adjudication, where rule 97 leaves no
    /// room for the platform rule of reports; so a choice, once made, stands first.
    pub const fn competence(&self) -> Competence {
        match (self.chosen_forum, self.on_platform) {
            (Some(Forum::RespondentSeat), _) => Competence::ChosenRespondentSeat,
            (Some(Forum::PlaceOfAct), _) => Competence::ChosenPlaceOfAct,
            (None, Some(true)) => Competence::SellerSeat,
            (None, Some(false) | None) => Competence::PlaceOfAct,
        }
    }

    /// The division whose office is competent, and the rule that says so. None while the place that the rule asks for is
    /// unknown: another place is no substitute for it.
    pub fn competent_place(&self) -> Option<(&str, Competence)> {
        let competence = self.competence();
        let place = match competence {
            Competence::PlaceOfAct | Competence::ChosenPlaceOfAct => &self.place_of_act,
            Competence::SellerSeat => &self.seller_seat,
            Competence::ChosenRespondentSeat => &self.respondent_seat,
        };
        place.as_deref().map(|place| (place, competence))
    }
}

impl Forum {
    pub const ALL: [Self; 2] = [Self::PlaceOfAct, Self::RespondentSeat];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PlaceOfAct => "PLACE_OF_ACT",
            Self::RespondentSeat => "RESPONDENT_SEAT",
        }
    }
}

fn division<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let code = String::deserialize(deserializer)?;
    if is_division(&code) {
        Ok(Some(code))
    } else {
        Err(de::Error::custom(format_args!("不是六位行政区划代码 / not a six-digit division code: `{code}`")))
    }
}

/// Six digits, as GB/T 2260 writes a division.
pub fn is_division(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::column::Fact;

    fn report() -> Facts {
        Facts {
            service: "REPORT".to_owned(),
            place_of_act: Some("320612".to_owned()),
            respondent_seat: Some("320685".to_owned()),
            seller_seat: Some("320623".to_owned()),
            ..Facts::default()
        }
    }

    #[test]
    fn competence_follows_the_act_the_seller_or_the_choice() {
        let place = |on_platform, chosen_forum| Facts { chosen_forum, on_platform, ..report() };
        for (facts, expected) in [
            (place(None, None), ("320612", Competence::PlaceOfAct)),
            (place(Some(false), None), ("320612", Competence::PlaceOfAct)),
            (place(Some(true), None), ("320623", Competence::SellerSeat)),
            (place(Some(true), Some(Forum::RespondentSeat)), ("320685", Competence::ChosenRespondentSeat)),
            (place(Some(true), Some(Forum::PlaceOfAct)), ("320612", Competence::ChosenPlaceOfAct)),
        ] {
            assert_eq!(facts.competent_place(), Some(expected));
            assert_eq!(expected.1.column().value(&facts), Some(Fact::Text(expected.0)));
        }
    }

    #[test]
    fn a_missing_place_is_not_replaced_by_another() {
        let facts = Facts { on_platform: Some(true), seller_seat: None, ..report() };
        assert_eq!(facts.competent_place(), None);
    }

    #[test]
    fn facts_are_read_strictly_and_written_without_nulls() {
        let read = |text| serde_json::from_str::<Facts>(text);
        let text =
            r#"{"service":"REPORT","placeOfAct":"320612","chosenForum":"PLACE_OF_ACT","onPlatform":false}"#;
        assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
        for bad in [
            "{}",
            r#"{"service":"REPORT","placeOfAct":"3206"}"#,
            r#"{"service":"REPORT","chosenForum":"ANYWHERE"}"#,
            r#"{"service":"REPORT","age":7}"#,
            r#"{"service":"REPORT","classification":{"scheme":"NICE","symbol":"46"}}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
