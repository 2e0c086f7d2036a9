use super::*;

const GOOD: &str = r#"format_version = 1
name = "ours"
standard = "city office"
edition = "2024"
status = "default"

[[node]]
name = "use"
weight = 0.7
[[node.node]]
name = "supply"
weight = 0.5
indicator = "supply-rate"
ideal = 1.0
[[node.node]]
name = "idle"
weight = 0.5
indicator = "idle-rate"
complement = true

[[node]]
name = "people"
weight = 0.3
figure = "satisfaction"
min_max = [1, 5]
"#;

fn error(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    Scheme::parse(&GOOD.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn every_shipped_scheme_is_read() {
    for (name, _) in SHIPPED {
        let scheme = Scheme::shipped(name).expect(name);
        assert!(["verified", "secondary", "memory", "default"].contains(&scheme.status.as_str()));
    }
    let national = Scheme::shipped("etdz-2021").unwrap();
    let weights: Vec<f64> = national.nodes.iter().filter_map(|node| node.weight).collect();
    assert_eq!(weights, [0.30, 0.15, 0.15, 0.10, 0.30]);
    assert_eq!(Scheme::shipped("shanghai-2020").unwrap().weights, Weights::Unknown);
}

#[test]
fn nodes_know_their_lines_and_bindings() {
    let scheme = Scheme::parse(GOOD).unwrap();
    assert_eq!(scheme.nodes[0].line, 7);
    assert_eq!(scheme.nodes[0].parts[1].line, 15);
    assert_eq!(scheme.nodes[0].parts[1].direction, Direction::Lower);
    assert_eq!(scheme.nodes[1].binding, Binding::Figure("satisfaction".into()));
    assert_eq!(scheme.ideal("supply-rate"), Some(1.0));
    assert_eq!(scheme.ideal("far"), None);
}

#[test]
fn weights_that_do_not_add_up_name_node_and_line() {
    assert_eq!(error("weight = 0.3", "weight = 0.4"), "line 7: the weights under `ours` add up to 1.1, not to 1");
    assert_eq!(error("weight = 0.5", "weight = 0.4"), "line 7: the weights under `use` add up to 0.9, not to 1");
    assert_eq!(error("weight = 0.3\n", ""), "line 21: `people` needs a weight from 0 to 1");
    let areas = "status = \"default\"\n[areas]\nmain = 1.5\ngrowth = -0.5\n";
    assert!(error("status = \"default\"\n", areas).contains("`areas` needs a weight from 0 to 1"));
    assert!(error("weight = 0.7", "weight = -0.7").contains("line 7: `use` needs a weight"));
}

#[test]
fn what_does_not_fit_is_said_with_node_and_line() {
    assert!(
        error("\"supply-rate\"", "\"suply-rate\"").starts_with("line 10: `supply` asks for the indicator `suply-rate`")
    );
    assert!(error("ideal = 1.0\n", "").contains("line 10: `supply` needs both"));
    assert!(error("ideal = 1.0", "ideal = 0.0").contains("above 0"));
    assert!(error("ideal = 1.0", "ideal = 1.0\ncomplement = true").contains("several ways"));
    assert!(
        error("figure = \"satisfaction\"", "value = 4.0")
            .contains("line 21: `people` has a typed-in value without source")
    );
    assert!(error("min_max = [1, 5]", "min_max = [5, 1]").contains("least below most"));
    assert!(error("figure = \"satisfaction\"", "figure = \"x\"\nindicator = \"far\"").contains("several values"));
    assert!(error("weight = 0.7\n", "weight = 0.7\nideal = 2.0\n").contains("has parts and is bound"));
    assert!(error("format_version = 1", "format_version = 2").contains("format version 2"));
    assert!(error("complement = true", "complement = true\ndirection = \"higher\"").contains("less is better"));
    assert!(
        error("\"idle-rate\"", "\"job-density\"")
            .starts_with("line 15: `idle` has a complement, 1 − X, of an indicator that is no share")
    );
    let unknown =
        Scheme::parse(&GOOD.replacen("status = \"default\"", "status = \"default\"\nweights = \"unknown\"", 1));
    assert!(unknown.unwrap_err().to_string().contains("weights are unknown"));
    let typo = Scheme::parse(&GOOD.replacen("indicator", "indicater", 1)).unwrap_err();
    let source = std::error::Error::source(&typo).unwrap().to_string();
    assert!(source.contains("line 13") && source.contains("indicater"), "{source}");
}
