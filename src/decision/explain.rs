//! Decisions in words.

use super::evaluate::{CellVerdict, Decision, Outcome, Verdict};
use super::facts::Competence;
use super::table::Target;
use crate::language::Bilingual;

impl Decision {
    /// The reason in one sentence of each language: table, version, row, its basis, and the cells that decided.
    pub fn reason(&self) -> Bilingual {
        let Self { table_code: table, table_version: version, .. } = self;
        let Outcome::Matched { row_id, row_name, basis, target } = &self.outcome else {
            return Bilingual::new(
                format!("分派表 {table} 第 {version} 版没有一行符合本事项，转市中心人工分派。"),
                format!(
                    "No row of table {table} version {version} takes these facts; people at the city centre route the case."
                ),
            );
        };
        let (track_zh, track_en) = target.track.label();
        let Target { queue, node, .. } = target;
        let deciding = self.rows.iter().find(|row| row.verdict == Verdict::Matched);
        let grounds: Vec<_> = deciding.iter().flat_map(|row| &row.cells).map(CellVerdict::ground).collect();
        let (zh, en) = if grounds.is_empty() {
            ("不设条件".to_owned(), "no condition".to_owned())
        } else {
            let texts = |language: fn(&Bilingual) -> &str| grounds.iter().map(language).collect::<Vec<_>>();
            (texts(|ground| &ground.zh).join("；"), texts(|ground| &ground.en).join("; "))
        };
        let Bilingual { zh: name_zh, en: name_en } = row_name;
        Bilingual::new(
            format!(
                "依据分派表 {table} 第 {version} 版第 {row_id} 行“{name_zh}”（{basis}）：{zh}。分派至{track_zh}，节点 {node}，\
                 队列 {queue}。"
            ),
            format!(
                "Table {table} version {version}, row {row_id} “{name_en}” ({basis}): {en}. To {track_en}, node {node}, \
                 queue {queue}."
            ),
        )
    }
}

impl CellVerdict {
    /// The fact found, with the condition where the fact alone does not show it, and the law where it was derived.
    fn ground(&self) -> Bilingual {
        let (label_zh, label_en) = self.column.label();
        let (found_zh, found_en) =
            self.found.as_deref().map_or(("未知", "unknown"), |found| (found, found));
        let condition = (self.found.as_ref() != Some(&self.condition)).then_some(self.condition.as_str());
        let law = self.competence.map(Competence::law);
        let remark =
            |law: Option<&str>, comma: &str| condition.into_iter().chain(law).collect::<Vec<_>>().join(comma);
        let (remark_zh, remark_en) = (remark(law.map(|law| law.0), "，"), remark(law.map(|law| law.1), ", "));
        if remark_zh.is_empty() {
            Bilingual::new(format!("{label_zh} {found_zh}"), format!("{label_en} {found_en}"))
        } else {
            Bilingual::new(
                format!("{label_zh} {found_zh}（{remark_zh}）"),
                format!("{label_en} {found_en} ({remark_en})"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(outcome: &str, cells: &str) -> Decision {
        let text = format!(
            r#"{{"tableCode":"NANTONG","tableVersion":3,"decidedOn":"2026-11-22","outcome":{outcome},
            "rows":[{{"rowId":"R7","verdict":"MATCHED","cells":{cells}}}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    const MATCHED: &str = r#"{"kind":"MATCHED","rowId":"R7","rowName":{"zh":"通州举报","en":"Reports, Tongzhou"},
        "basis":"Rule 1","target":{"track":"ENFORCEMENT","queue":"REPORTS","node":"TONGZHOU"}}"#;

    #[test]
    fn the_reason_names_table_row_cells_and_law() {
        let cells = r#"[
            {"column":"service","condition":"REPORT","found":"REPORT","holds":true},
            {"column":"competentPlace","condition":"3206…","found":"320612","competence":"SELLER_SEAT","holds":true},
            {"column":"recordedEntity","condition":"∅","holds":true}]"#;
        let Bilingual { zh, en } = decision(MATCHED, cells).reason();
        assert_eq!(
            zh,
            "依据分派表 NANTONG 第 3 版第 R7 行“通州举报”（Rule 1）：服务事项 REPORT；管辖地 320612（3206…，\
             《市场监督管理投诉举报处理办法》第二十七条）；是否备案主体 未知（∅）。分派至快速维权，节点 TONGZHOU，队列 REPORTS。"
        );
        assert_eq!(
            en,
            "Table NANTONG version 3, row R7 “Reports, Tongzhou” (Rule 1): service REPORT; competent place 320612 \
             (3206…, Complaints and Reports Measures art. 27); recorded entity unknown (∅). To fast enforcement, node \
             TONGZHOU, queue REPORTS."
        );
    }

    #[test]
    fn a_row_without_conditions_and_no_row_at_all_say_so() {
        assert!(decision(MATCHED, "[]").reason().en.contains("no condition"));
        let Bilingual { zh, en } = decision(r#"{"kind":"UNMATCHED"}"#, "[]").reason();
        assert!(zh.contains("人工分派") && en.contains("No row of table NANTONG version 3"));
    }
}
