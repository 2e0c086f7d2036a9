//! What the tables of siting say.

use crate::words::{Phrase, phrase};

/// Standards and clauses.
pub(super) const SAID: [Phrase; 13] = [
    phrase("standard-directive-96-53", "Council Directive 96/53/EC"),
    phrase("edition-1996-amended", "1996, as amended"),
    phrase("clause-annex-1-5", "Annex I, 1.5"),
    phrase("clause-large-vehicles", "minimum turning radius of large vehicles"),
    phrase("clause-steps-of-readiness", "steps of readiness"),
    phrase("clause-lane-of-engines", "7.1.8: a lane for fire engines is 4.0 m wide or more"),
    phrase(
        "standard-industrial-land",
        "Classification of land and sea use for territorial planning and use control: industrial land classes I to III",
    ),
    phrase("clause-article-4", "Art. 4"),
    phrase("clause-article-19", "Art. 19"),
    phrase("clause-article-26", "Art. 26"),
    phrase("standard-order-39", "招标拍卖挂牌出让国有建设用地使用权规定 (Order 39)"),
    phrase("standard-order-55", "城镇国有土地使用权出让和转让暂行条例 (Order 55)"),
    phrase("standard-order-63", "不动产登记暂行条例实施细则 (Order 63)"),
];
