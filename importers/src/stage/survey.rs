//! Rules of survey tables (CJJ 61-2017): a point is a feature of its line (bend, tee) or an attachment (valve, manhole),
//! never both and never neither.

use super::Unfit;
use super::cells::raw;
use crate::reader::Batch;

const FEATURE: [&str; 4] = ["feature", "特征", "特征点", "管点特征"];
const ATTACHMENT: [&str; 4] = ["subsid", "附属物", "附属物名称", "管点附属物"];

/// Fields of a point table that say what a point is.
#[derive(Debug, Clone, Copy)]
pub(super) struct PointWords {
    feature: usize,
    attachment: usize,
}

impl PointWords {
    /// The two fields, where a table has both.
    pub(super) fn of(fields: &[String]) -> Option<Self> {
        let find =
            |names: &[&str]| fields.iter().position(|field| names.contains(&field.trim().to_lowercase().as_str()));
        Some(Self { feature: find(&FEATURE)?, attachment: find(&ATTACHMENT)? })
    }

    /// What is wrong with a row.
    pub(super) fn look(self, batch: &Batch, row: usize) -> Option<Unfit> {
        let text = |field: usize| raw(batch, field, row).text();
        match (text(self.feature), text(self.attachment)) {
            (Some(feature), Some(attachment)) => Some(Unfit {
                code: "node.feature_and_attachment",
                reason: format!("it is both the feature {feature:?} and the attachment {attachment:?}"),
                fix: "keep one of them: a valve or manhole is an attachment, a bend or tee a feature (CJJ 61)"
                    .to_owned(),
            }),
            (None, None) => Some(Unfit {
                code: "node.no_feature",
                reason: "it has neither a feature nor an attachment".to_owned(),
                fix: "say what stands there: bend, tee, valve, manhole …".to_owned(),
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::{Cells, TextCells};

    #[test]
    fn one_of_the_two_and_not_both() {
        let column = |words: [Option<&str>; 4]| {
            let mut cells = TextCells::default();
            for word in words {
                cells.push(word);
            }
            Cells::Text(cells)
        };
        let batch = Batch {
            rows: vec![1, 2, 3, 4],
            columns: vec![
                column([Some("三通"), None, Some("弯头"), None]),
                column([None, Some("阀门"), Some("检修井"), Some(" ")]),
            ],
            ..Batch::default()
        };
        let words = PointWords::of(&["Feature".to_owned(), "Subsid".to_owned()]).unwrap();
        let codes: Vec<_> = (0..4).map(|row| words.look(&batch, row).map(|unfit| unfit.code)).collect();
        assert_eq!(codes, [None, None, Some("node.feature_and_attachment"), Some("node.no_feature")]);
        assert!(PointWords::of(&["Feature".to_owned()]).is_none());
        assert!(PointWords::of(&["特征".to_owned(), "附属物".to_owned()]).is_some());
    }
}
