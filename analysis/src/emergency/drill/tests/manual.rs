//! What the manual shows is taken by the drill that it shows it for.

use super::*;

const MANUAL: &str = include_str!("../../../../../docs/drills.md");
const SHIPPED: &str = include_str!("../../../../../scenes/ammonia-leak.drill.ron");

#[test]
fn the_shipped_drill_takes_the_injects_that_the_manual_shows() {
    let file = DrillFile::parse(SHIPPED).unwrap();
    let shown = |opening: &str| MANUAL.split('`').filter(|code| code.starts_with(opening)).collect::<Vec<_>>();
    let whole = shown("{\"at_s\"").into_iter().map(|code| serde_json::from_str::<HandInject>(code).unwrap().does);
    let alone = shown("{\"improve\"").into_iter().map(|code| serde_json::from_str::<Action>(code).unwrap());
    let actions: Vec<Action> = whole.chain(alone).collect();
    assert!(actions.len() >= 2, "{actions:?}");
    for action in &actions {
        file.check_action(action).unwrap();
        if let Action::Done(id) | Action::Missed(id) = action {
            file.expects(id).unwrap();
        }
    }
}
