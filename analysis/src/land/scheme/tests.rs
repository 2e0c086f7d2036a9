//! Shipped schemes as published, schemes that are wrong, and three-valued findings at their limits.

use super::super::indicators::{Input, Missing, Reading};
use super::*;

const HEAD: &str = "[scheme]\nname = \"own\"\ntitle = \"Own\"\n[scheme.applies]\nall = true\n";

fn limit(rest: &str) -> String {
    format!("{HEAD}[[limit]]\nstandard = \"S\"\nedition = \"1\"\nclause = \"c\"\nstatus = \"verified\"\n{rest}")
}

fn refusal(text: &str) -> String {
    let error = Scheme::parse(text).unwrap_err();
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    format!("{error}: {cause}")
}

#[test]
fn shipped_schemes_have_the_published_limits_and_stay_apart() {
    let names: Vec<String> = Scheme::shipped().into_iter().map(|scheme| scheme.name).collect();
    assert_eq!(names, ["national-2008", "national-2023", "shanghai", "shanghai-illustrative"]);
    let national = Scheme::named("national-2008").unwrap();
    let far = |code: &str| {
        let asked = national.asked(Some(code));
        asked.into_iter().find(|(indicator, ..)| *indicator == Indicator::Far).unwrap().2.map(|limit| limit.value)
    };
    // The table of the 2008 edition, code by code.
    for (floor, codes) in [
        (1.0, "13 14 15 16 18 19 24 30 40 41 42"),
        (0.8, "17 20 21 22 23 28 29"),
        (0.7, "27 31 34 35 36 37 39 43"),
        (0.6, "26 32 33"),
        (0.5, "25"),
    ] {
        for code in codes.split(' ') {
            assert_eq!(far(code), Some(floor), "industry {code}");
        }
    }
    assert_eq!(far("38"), None, "GB/T 4754-2002 has no 38");
    let value = |scheme: &str, wanted| {
        let scheme = Scheme::named(scheme).unwrap();
        scheme.limits().iter().find(|limit| limit.indicator == wanted).map(|limit| (limit.kind, limit.value))
    };
    assert_eq!(value("national-2008", Indicator::Coverage), Some((Bound::Floor, 0.30)));
    assert_eq!(value("national-2023", Indicator::Coverage), Some((Bound::Floor, 0.40)));
    assert_eq!(value("national-2023", Indicator::Far), None, "those of 2008 are not put in its place");
    assert_eq!(value("national-2008", Indicator::AdminShare), Some((Bound::Ceiling, 0.07)));
    assert_eq!(value("national-2008", Indicator::GreenShare), Some((Bound::Ceiling, 0.20)));
    assert!(Scheme::named("shanghai").unwrap().limits().is_empty());
    let illustrative = Scheme::named("shanghai-illustrative").unwrap();
    assert!(illustrative.illustrative && illustrative.title.contains("ILLUSTRATIVE"));
    assert!(illustrative.limits().iter().all(|limit| limit.citation().contains("illustrative")));
}

#[test]
fn a_scheme_that_cannot_be_meant_is_refused_with_its_reason() {
    assert!(refusal("scheme = 3").contains("does not parse"));
    assert!(refusal(&HEAD.replace("own", "Own Guide")).contains("small letters"));
    let coverage = "indicator = \"coverage\"\nkind = \"floor\"\nvalue = 0.3\nunit = \"1\"\n";
    assert!(Scheme::parse(&limit(coverage)).is_ok());
    assert!(refusal(&limit(&coverage.replace("0.3", "-1.0"))).contains("-1 is no limit"));
    assert!(refusal(&limit(&coverage.replace("0.3", "30.0"))).contains("30 is no share"));
    assert!(refusal(&limit(&coverage.replace("\"1\"", "\"%\""))).contains("its unit is \"%\""));
    assert!(refusal(&limit(&coverage.replace("coverage", "covrage"))).contains("covrage"));
    assert!(refusal(&limit(&format!("{coverage}industry = [\"C34\"]\n"))).contains("C34"));
    let twice = format!(
        "{}[[limit]]\nstandard = \"S\"\nedition = \"2\"\nclause = \"c\"\nstatus = \"verified\"\n{coverage}",
        limit(coverage)
    );
    assert!(refusal(&twice).contains("a second one"));
    let money = "indicator = \"tax_per_ha\"\nkind = \"floor\"\nvalue = 1.0\nunit = \"CNY/ha\"\n";
    assert!(Scheme::parse(&limit(money)).is_ok());
    assert!(refusal(&limit(&money.replace("CNY/ha", "CNY/m2"))).contains("CNY/ha"));
    assert!(refusal(&limit(coverage).replace("verified", "sure")).contains("sure"));
    assert!(refusal(&limit(coverage).replace("verified", "illustrative")).contains("not mixed"));
}

#[test]
fn a_limit_for_all_does_not_stand_in_for_an_unknown_industry_with_its_own() {
    let text = limit(
        "indicator = \"far\"\nkind = \"floor\"\nvalue = 1.0\nunit = \"1\"\n[[limit]]\nstandard = \"S\"\nedition = \"1\"\n\
         clause = \"c\"\nstatus = \"verified\"\nindicator = \"far\"\nkind = \"floor\"\nvalue = 0.5\nunit = \"1\"\nindustry = [\"25\"]\n",
    );
    let scheme = Scheme::parse(&text).unwrap();
    let asked = |code| scheme.asked(code)[0].2.map(|limit| limit.value);
    assert_eq!((asked(Some("25")), asked(Some("34")), asked(None)), (Some(0.5), Some(1.0), None));
}

#[test]
fn a_floor_is_met_at_its_value_and_by_what_is_known_alone() {
    let scheme = Scheme::named("national-2008").unwrap();
    let asked = scheme.asked(Some("34"));
    let of = |wanted: Indicator, reading: Reading| {
        let (indicator, kind, limit) = *asked.iter().find(|one| one.0 == wanted).unwrap();
        finding((indicator, kind), limit, &reading, Some("34"), None)
    };
    let known = Reading::known;
    assert_eq!(of(Indicator::Far, known(0.7)).met, Some(true));
    let short = of(Indicator::Far, known(0.65));
    assert!(short.met == Some(false) && (short.gap.unwrap() - 0.05).abs() < 1e-12);
    let words = short.words();
    assert!(words.contains("0.65") && words.contains("≥ 0.70") && words.contains("missed by 0.05"), "{words}");
    assert!(words.contains("2008"), "{words}");
    let partly = |at_least| Reading { at_least, completeness: 0.5, ..Reading::unknown(Missing::one(Input::Floors)) };
    let enough = of(Indicator::Far, partly(0.71));
    assert_eq!(enough.met, Some(true), "what is known is enough");
    let words = enough.words();
    assert!(words.contains("at least 0.71, wanted ≥ 0.70") && !words.contains("unknown"), "{words}");
    let open = of(Indicator::Far, partly(0.69));
    assert!(open.met.is_none() && open.missing[0].contains("storeys"), "{:?}", open.missing);
    assert!(open.at_least.is_none() && open.words().contains("unknown, wanted"), "{}", open.words());
    // A ceiling that is broken by what is known: it is missed, by nobody knows how much.
    let broken = of(Indicator::GreenShare, partly(0.25));
    assert_eq!((broken.met, broken.gap, broken.at_least), (Some(false), None, Some(0.25)));
    let words = broken.words();
    assert!(words.contains("at least 25.0 %, wanted ≤ 20.0 %: missed") && !words.starts_with("unknown"), "{words}");
    assert_eq!(of(Indicator::AdminShare, known(0.07)).met, Some(true));
    assert_eq!(of(Indicator::AdminShare, known(0.0701)).met, Some(false));
    assert!(!of(Indicator::AdminShare, known(0.2)).decides());
}
